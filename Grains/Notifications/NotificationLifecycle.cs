using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Notifications;

/// <summary>Who is told what, when, and once. Pure.</summary>
internal static class NotificationLifecycle
{
    /// <summary>How many messages may wait for one recipient; the oldest that is not urgent gives way.</summary>
    public const int MaxWaiting = 32;

    /// <summary>How many events are remembered as told: a recipient's come from one partition, in order.</summary>
    public const int MaxTold = 64;

    private const int MaxPushToken = 512;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxRetry = TimeSpan.FromMinutes(10);

    /// <summary>A command to change the contact.</summary>
    /// <param name="state">The recipient.</param>
    /// <param name="command">The command.</param>
    /// <param name="owner">The customer whose contact it is.</param>
    public static Decision<NotificationState, ContactReply> SetContact(NotificationState state, SetContact command, string owner)
    {
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (state.Commands.Recall(command.Id, fingerprint) is { } known) return new(state, new(state.View, known.Refusal, known.Replayed));
        var refusal = Validate(command) ?? (command.By is { Role: Role.Operator or Role.System } || command.By == new Actor(Role.Customer, owner)
            ? null
            : Names.Forbidden(command.By, "contact", "it is for the customer or an operator to give"));
        if (refusal is not null) return new(state, new(state.View, refusal));
        var after = state with
        {
            Version = state.Version + 1,
            Contact = command.Contact,
            Commands = state.Commands.Remember(command.Id, fingerprint),
            Waiting = command.Contact.IsReachable ? state.Waiting : [],
        };
        return new(after, new(after.View, null));
    }

    /// <summary>What happened is to be told: once, and not to whom does not want it.</summary>
    public static Decision<NotificationState, bool> Tell(NotificationState state, ImmutableArray<Notice> notices, DateTimeOffset now)
    {
        if (state.Contact is not { IsReachable: true }) return new(state, false);
        var (waiting, told, dropped) = (state.Waiting, state.Told, state.Dropped);
        foreach (var notice in notices)
        {
            var place = new ToldEvent(notice.Partition, notice.Sequence);
            if (told.Contains(place) || !NotificationTemplates.All.TryGetValue(notice.Template, out var template)) continue;
            if (notice.At + template.Lifetime <= now) continue;
            told = told.Length >= MaxTold ? told.RemoveAt(0).Add(place) : told.Add(place);
            if (waiting.Length >= MaxWaiting)
            {
                waiting = waiting.Remove(waiting.FirstOrDefault(m => !NotificationTemplates.All[m.Notice.Template].Urgent) ?? waiting[0]);
                dropped++;
            }

            waiting = waiting.Add(new(notice, now));
        }

        return waiting == state.Waiting ? new(state, false) : new(state with { Waiting = waiting, Told = told, Dropped = dropped }, true);
    }

    /// <summary>The message to send now, or null.</summary>
    public static WaitingMessage? Due(NotificationState state, DateTimeOffset now) =>
        state.Waiting.FirstOrDefault(message => ReadyAt(state, message, now) <= now);

    /// <summary>When to look again; null when nothing waits.</summary>
    public static DateTimeOffset? Next(NotificationState state, DateTimeOffset now) =>
        state.Waiting.IsEmpty ? null : state.Waiting.Min(message => ReadyAt(state, message, now));

    /// <summary>The message as it goes out; null when there is no way to the recipient any more, or it is of no use any more.</summary>
    public static OutgoingMessage? Write(NotificationState state, WaitingMessage message, DateTimeOffset now)
    {
        var (notice, contact) = (message.Notice, state.Contact);
        if (contact is null || !NotificationTemplates.All.TryGetValue(notice.Template, out var template) || notice.At + template.Lifetime <= now) return null;
        var text = NotificationTemplates.Text(template, notice, contact.Language);
        var id = $"{notice.Partition}-{notice.Sequence}";
        if (contact is { Push: true, PushToken: { } token } && !message.PushRefused)
            return new(id + "-push", NotificationChannel.Push, token, text, contact.Language, notice.Order);
        return contact is { Sms: true, Phone: { } phone }
            ? new(id + "-sms", NotificationChannel.Sms, phone, text, contact.Language, notice.Order)
            : null;
    }

    /// <summary>What became of a message: null for nothing, and it is tried again.</summary>
    public static Decision<NotificationState, bool> Settle(
        NotificationState state, Notice notice, NotificationChannel? channel, SendOutcome? outcome, DateTimeOffset now)
    {
        if (state.Waiting.FirstOrDefault(m => m.Notice == notice) is not { } message) return new(state, false);
        if (outcome == SendOutcome.Sent) return new(state with { Waiting = state.Waiting.Remove(message), Sent = state.Sent + 1 }, true);

        // The app is gone; perhaps a text message gets there.
        if (outcome == SendOutcome.Refused && channel == NotificationChannel.Push && state.Contact is { Sms: true, Phone: not null })
            return new(state with { Waiting = state.Waiting.Replace(message, message with { PushRefused = true }) }, true);
        if (outcome == SendOutcome.Refused || channel is null)
            return new(state with { Waiting = state.Waiting.Remove(message), Dropped = state.Dropped + 1 }, true);
        var wait = new Backoff(FirstRetry, MaxRetry).After(message.Tries + 1);
        return new(state with { Waiting = state.Waiting.Replace(message, message with { Tries = message.Tries + 1, NotBefore = now + wait }) }, true);
    }

    /// <summary>When a message may go; one that is of no use any more may go at once, to be dropped.</summary>
    private static DateTimeOffset ReadyAt(NotificationState state, WaitingMessage message, DateTimeOffset now)
    {
        var template = NotificationTemplates.All.GetValueOrDefault(message.Notice.Template);
        if (template is null || message.Notice.At + template.Lifetime <= now) return now;
        var at = message.NotBefore > now ? message.NotBefore : now;
        var ready = template.Urgent ? at : AfterQuiet(state.Contact, at);
        var end = message.Notice.At + template.Lifetime;
        return ready < end ? ready : end;
    }

    /// <summary>The moment itself, or the end of the quiet hours it lies in.</summary>
    internal static DateTimeOffset AfterQuiet(Contact? contact, DateTimeOffset at)
    {
        if (contact is not { Quiet: { } quiet } || !TimeZoneInfo.TryFindSystemTimeZoneById(contact.TimeZone, out var zone)) return at;
        var minute = TimeZoneInfo.ConvertTime(at, zone).TimeOfDay.TotalMinutes;
        var isQuiet = quiet.FromMinute < quiet.ToMinute
            ? minute >= quiet.FromMinute && minute < quiet.ToMinute
            : minute >= quiet.FromMinute || minute < quiet.ToMinute;
        return isQuiet ? at + TimeSpan.FromMinutes((quiet.ToMinute - minute + 1_440) % 1_440) : at;
    }

    private static Refusal? Validate(SetContact command)
    {
        var contact = command.Contact;
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        if (contact.Phone is { } phone && !(phone.Length is >= 8 and <= 16 && phone[0] == '+' && phone.Skip(1).All(char.IsAsciiDigit)))
            return new(RefusalCode.ValidationFailed, "The phone number must be in E.164: a plus and 7 to 15 digits.", "/phone");
        if (contact.PushToken is { } token && (token.Length is 0 or > MaxPushToken || token.Any(c => c is <= ' ' or > '~')))
            return new(RefusalCode.ValidationFailed, $"The push token must be 1 to {MaxPushToken} visible ASCII characters.", "/push_token");
        if (!Enum.IsDefined(contact.Language)) return new(RefusalCode.UnknownValue, "The language is not one of en, de.", "/language", Allowed: ["en", "de"]);
        if (contact.TimeZone.Length > 64 || !TimeZoneInfo.TryFindSystemTimeZoneById(contact.TimeZone, out _))
            return Refusal.Invalid("/time_zone", contact.TimeZone, "the IANA name of a time zone, such as Europe/Berlin");
        return contact.Quiet is { } quiet && (quiet.FromMinute is < 0 or >= 1_440 || quiet.ToMinute is < 0 or >= 1_440 || quiet.FromMinute == quiet.ToMinute)
            ? new(RefusalCode.ValidationFailed, "Quiet hours have a begin and another end, from 00:00 to 23:59.", "/quiet_hours")
            : null;
    }
}
