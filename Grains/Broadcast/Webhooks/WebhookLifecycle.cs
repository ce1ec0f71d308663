using System.Collections.Immutable;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>What the owner of an endpoint may do with it. Pure; <see cref="WebhookQueue"/> has what becomes of the events.</summary>
internal static class WebhookLifecycle
{
    private const int LongestDescription = 200;
    private const int LongestUrl = 2_000;
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongestReplay = TimeSpan.FromDays(7);

    // No event is outside of this, and sums with what is within do not overflow.
    private static readonly DateTimeOffset Earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A command.</summary>
    /// <param name="state">The endpoint.</param>
    /// <param name="id">Its id.</param>
    /// <param name="command">The command.</param>
    /// <param name="now">The time.</param>
    /// <param name="secret">A new secret, used where the command wants one.</param>
    public static Decision<WebhookState, WebhookReply> Execute(
        WebhookState state, string id, WebhookCommand command, DateTimeOffset now, string secret)
    {
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (state.Commands.Recall(command.Id, fingerprint) is { } known)
        {
            var replayed = new WebhookReply(state.Exists ? state.ToView(id) : null, known.Refusal, known.Replayed);
            return new(state, known.Refusal is null && command is CreateWebhook or RotateWebhookSecret && !state.Secrets.IsEmpty
                ? replayed with { Secret = state.Secrets[0].Value }
                : replayed);
        }

        var refusal = Refuse(state, id, command);
        if (refusal is not null) return new(state, new(state.Exists ? state.ToView(id) : null, refusal));
        var after = Apply(state, command, now, secret) with { Commands = state.Commands.Remember(command.Id, fingerprint) };
        return new(after, new(after.Exists ? after.ToView(id) : null, null, Secret: command is CreateWebhook or RotateWebhookSecret ? secret : null));
    }

    /// <summary>A command that is refused, unless it was done before.</summary>
    public static Decision<WebhookState, WebhookReply> Recall(WebhookState state, string id, WebhookCommand command, Refusal refusal)
    {
        var known = state.Commands.Recall(command.Id, CommandMemory.Fingerprint(command with { Id = "" }));
        return known is null ? new(state, new(state.Exists ? state.ToView(id) : null, refusal)) : Execute(state, id, command, default, "");
    }

    /// <summary>Sends an event again.</summary>
    /// <param name="state">The endpoint.</param>
    /// <param name="id">Its id.</param>
    /// <param name="command">The command.</param>
    /// <param name="e">The event; null when nobody has it any more.</param>
    /// <param name="now">The time.</param>
    public static Decision<WebhookState, WebhookReply> Redeliver(
        WebhookState state, string id, RedeliverWebhook command, FeedEvent? e, DateTimeOffset now)
    {
        var decision = Execute(state, id, command, now, "");
        if (decision.Reply.Refusal is not null || decision.Reply.Replayed) return decision;
        if (e is null)
        {
            var unknown = new Refusal(RefusalCode.NotFound, $"There is no event {command.Event} any more, or never was.", Value: command.Event);
            return new(state, new(state.ToView(id), unknown));
        }

        if (state.Open.Length >= WebhookQueue.MaxOpen)
            return new(state, new(state.ToView(id), new(RefusalCode.TooMany, "Too many events wait for this endpoint to be sent again.")));
        return new(WebhookQueue.Redeliver(decision.State, e, now), decision.Reply);
    }

    /// <summary>Why a command is not possible; null when it is.</summary>
    public static Refusal? Refuse(WebhookState state, string id, WebhookCommand command)
    {
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        if (command is CreateWebhook create)
            return state.Exists ? new(RefusalCode.AlreadyExists, $"There is an endpoint {id} already.", Value: id) : Validate(create.Settings, create.Owner);
        if (!state.Exists || state.Owner != command.Owner) return NotFound(id);
        return command switch
        {
            ChangeWebhook change => Validate(change.Settings, change.Owner),
            RotateWebhookSecret { Overlap: var overlap } when overlap < TimeSpan.Zero || overlap > LongestOverlap =>
                Refusal.Invalid("/overlap_seconds", $"{overlap.TotalSeconds:0}", $"0 to {LongestOverlap.TotalSeconds:0}"),
            ReplayWebhook replay when replay.From < Earliest || replay.From > Latest =>
                Refusal.Invalid("/from", $"{replay.From:O}", $"between {Earliest.Year} and {Latest.Year}"),
            ReplayWebhook replay when replay.To <= replay.From || replay.To - replay.From > LongestReplay =>
                Refusal.Invalid("/to", $"{replay.To:O}", $"after from, and at most {LongestReplay.TotalDays:0} days"),
            ReplayWebhook or RedeliverWebhook when state.Status != WebhookStatus.Enabled => Refusal.Transition("sending again", id, "disabled", ["enable"]),
            ReplayWebhook when state.Replay is not null => Refusal.Transition("replay", id, "replaying already", []),
            _ => null,
        };
    }

    /// <summary>There is no such endpoint, or it is somebody else's.</summary>
    public static Refusal NotFound(string id) => new(RefusalCode.NotFound, $"There is no webhook endpoint {id}.", Value: id);

    private static WebhookState Apply(WebhookState state, WebhookCommand command, DateTimeOffset now, string secret) => command switch
    {
        CreateWebhook create => state with
        {
            Version = 1,
            Owner = create.Owner,
            Settings = create.Settings,
            Status = WebhookStatus.Enabled,
            CreatedAt = now,
            Secrets = [new(secret)],
        },
        ChangeWebhook change => Change(state, change, now),
        RotateWebhookSecret rotate => state with
        {
            Version = state.Version + 1,
            Secrets = rotate.Overlap > TimeSpan.Zero ? [new(secret), state.Secrets[0] with { Until = now + rotate.Overlap }] : [new(secret)],
        },
        ReplayWebhook replay => state with { Replay = new(replay.From.ToUniversalTime(), replay.To.ToUniversalTime(), 0) },

        // The pages go with their own records; what is remembered of the id answers who asks again.
        RemoveWebhook => new WebhookState { Commands = state.Commands, FirstPage = state.FirstPage, NextPage = state.NextPage },
        _ => state,
    };

    private static WebhookState Change(WebhookState state, ChangeWebhook change, DateTimeOffset now)
    {
        var after = state with { Version = state.Version + 1, Settings = change.Settings };
        if (change.Status == WebhookStatus.Disabled)
        {
            return state.Status == WebhookStatus.Disabled
                ? after
                : after with { Status = WebhookStatus.Disabled, Reason = WebhookDisableReason.Requested, Replay = null };
        }

        // Also of one that is enabled already: its owner has mended it, and does not want to wait.
        return WebhookQueue.Mended(after with { Status = WebhookStatus.Enabled, Reason = WebhookDisableReason.None }, now);
    }

    private static Refusal? Validate(WebhookSettings settings, FeedScope owner)
    {
        if (settings.Filter.Scope != owner) return new(RefusalCode.Forbidden, "An endpoint is sent its owner's events.");
        if (settings.Url.Length > LongestUrl || !Uri.TryCreate(settings.Url, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            return Refusal.Invalid("/url", Short(settings.Url), $"an absolute https URL of at most {LongestUrl} characters");
        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            return new(RefusalCode.ValidationFailed, "The URL must not carry a user, a password or a fragment.", "/url");
        if (settings.Description is { Length: > LongestDescription }) return Refusal.Invalid("/description", null, $"at most {LongestDescription} characters");
        var types = settings.Filter.Types.OrEmpty();
        if (types.Length > FeedFilter.MaxTypes) return Refusal.Invalid("/types", $"{types.Length} types", $"at most {FeedFilter.MaxTypes}");
        for (var i = 0; i < types.Length; i++)
        {
            if (!EventTypes.All.Any(type => FeedFilter.IsOneOf([types[i]], type)))
                return Refusal.Invalid($"/types/{i}", Short(types[i]), "a type of events, or the beginning of some and *");
        }

        return null;
    }

    private static string Short(string text) => text.Length > 100 ? text[..100] + "…" : text;
}
