using System.Text.RegularExpressions;
using OrderActors.Broadcast;
using OrderActors.Notifications;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Notifications;

public partial class NotificationLifecycleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly OrderNumber Order = OrderNumber.Create(7, 0, 3, 4, 0);
    private static readonly Contact Anna =
        new("+4915112345678", "token", Sms: true, Push: true, NotificationLanguage.De, "Europe/Berlin", new(22 * 60, 7 * 60));

    private static NotificationState With(Contact contact) =>
        NotificationLifecycle.SetContact(new(), new("c1", new Actor(Role.Customer, "anna"), contact), "anna").State;

    private static Notice Notice(long sequence, string type = EventTypes.OrderAccepted, DateTimeOffset? at = null) =>
        new(3, sequence, type, Order, at ?? Noon, new Money(1_250, "EUR"));

    private static NotificationState Told(NotificationState state, params Notice[] notices) =>
        NotificationLifecycle.Tell(state, [.. notices], notices[0].At).State;

    [Fact]
    public void Every_message_is_there_in_both_languages_with_the_same_placeholders()
    {
        foreach (var (type, template) in NotificationTemplates.All)
        {
            string[] Placeholders(string text) => [.. Placeholder().Matches(text).Select(m => m.Value).Order()];
            Assert.Equal((type, string.Join(' ', Placeholders(template.En))), (type, string.Join(' ', Placeholders(template.De))));
            Assert.All(Placeholders(template.En), p => Assert.Contains(p, new[] { "{order}", "{amount}" }));
            Assert.Contains("{order}", template.En, StringComparison.Ordinal);
            Assert.InRange(template.Lifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7));
            Assert.DoesNotContain("{", NotificationTemplates.Text(template, Notice(1, type), NotificationLanguage.De), StringComparison.Ordinal);
        }

        Assert.Contains("12,50 EUR", NotificationTemplates.Text(NotificationTemplates.All[EventTypes.RefundCompleted], Notice(1), NotificationLanguage.De),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_is_told_once_and_not_to_whom_does_not_want_it()
    {
        var state = Told(With(Anna), Notice(1), Notice(1));
        Assert.Single(state.Waiting);
        Assert.Same(state, Told(state, Notice(1)));
        Assert.Same(state, Told(state, Notice(2, "order.unheard_of")));
        var sent = NotificationLifecycle.Settle(state, Notice(1), NotificationChannel.Push, SendOutcome.Sent, Noon).State;
        Assert.Same(sent, Told(sent, Notice(1)));
        Json.AssertRoundTrip(state);
        var silent = With(Anna with { Sms = false, Push = false });
        Assert.Same(silent, Told(silent, Notice(1)));
        Assert.Empty(Told(new(), Notice(1)).Waiting);
    }

    [Fact]
    public void Quiet_hours_delay_what_is_not_urgent()
    {
        // 23:00 in Berlin; the quiet hours end at 07:00 there, 06:00 UTC.
        var night = new DateTimeOffset(2026, 1, 1, 22, 0, 0, TimeSpan.Zero);
        var state = Told(With(Anna), Notice(1, EventTypes.OrderDelivered, night));
        Assert.Null(NotificationLifecycle.Due(state, night));
        Assert.Equal(night.AddHours(8), NotificationLifecycle.Next(state, night));
        Assert.NotNull(NotificationLifecycle.Due(state, night.AddHours(8)));
        var urgent = Told(state, Notice(2, EventTypes.OrderCanceled, night));
        Assert.Equal(2, NotificationLifecycle.Due(urgent, night)!.Notice.Sequence);
        Assert.Equal(Noon, NotificationLifecycle.AfterQuiet(Anna, Noon));
        Assert.Equal(Noon.AddHours(1), NotificationLifecycle.AfterQuiet(Anna with { TimeZone = "Etc/UTC", Quiet = new(12 * 60, 13 * 60) }, Noon));
    }

    [Fact]
    public void What_fails_is_tried_later_then_dropped_when_it_is_of_no_use_any_more()
    {
        var state = Told(With(Anna), Notice(1));
        var now = Noon;
        var waits = new List<double>();
        while (NotificationLifecycle.Due(state, now) is { } message && NotificationLifecycle.Write(state, message, now) is { } outgoing)
        {
            state = NotificationLifecycle.Settle(state, message.Notice, outgoing.Channel, null, now).State;
            var next = NotificationLifecycle.Next(state, now)!.Value;
            waits.Add((next - now).TotalSeconds);
            now = next;
        }

        Assert.Equal([10, 40, 160, 600, 600, 600, 600, 600, 390], waits);
        state = NotificationLifecycle.Settle(state, Notice(1), null, null, now).State;
        Assert.Equal((0, 1L), (state.Waiting.Length, state.Dropped));
    }

    [Fact]
    public void A_text_message_has_to_do_when_the_app_is_gone()
    {
        var state = Told(With(Anna), Notice(1));
        var push = NotificationLifecycle.Write(state, state.Waiting[0], Noon)!;
        Assert.Equal((NotificationChannel.Push, "token"), (push.Channel, push.To));
        state = NotificationLifecycle.Settle(state, Notice(1), NotificationChannel.Push, SendOutcome.Refused, Noon).State;
        var sms = NotificationLifecycle.Write(state, state.Waiting[0], Noon)!;
        Assert.Equal((NotificationChannel.Sms, "+4915112345678"), (sms.Channel, sms.To));
        Assert.NotEqual(push.Id, sms.Id);
        state = NotificationLifecycle.Settle(state, Notice(1), NotificationChannel.Sms, SendOutcome.Refused, Noon).State;
        Assert.Equal((0, 1L), (state.Waiting.Length, state.Dropped));
    }

    [Fact]
    public void The_outbox_is_bounded_and_what_is_not_urgent_gives_way()
    {
        var state = With(Anna);
        for (var i = 1; i <= NotificationLifecycle.MaxWaiting + 8; i++)
            state = Told(state, Notice(i, i % 2 == 0 ? EventTypes.OrderDelivered : EventTypes.OrderAccepted));
        Assert.Equal((NotificationLifecycle.MaxWaiting, 8L), (state.Waiting.Length, state.Dropped));
        Assert.Equal(20, state.Waiting.Count(m => m.Notice.Template == EventTypes.OrderAccepted));
    }

    [Fact]
    public void A_contact_is_changed_once_by_whom_it_belongs_to_and_only_to_what_can_be()
    {
        RefusalCode? Of(Contact contact, Actor? by = null) => NotificationLifecycle.SetContact(
            new(), new("c1", by ?? new Actor(Role.Customer, "anna"), contact), "anna").Reply.Refusal?.Code;
        Assert.Null(Of(Anna));
        Assert.Null(Of(Anna, new Actor(Role.Operator, "ops")));
        Assert.Equal(RefusalCode.Forbidden, Of(Anna, new Actor(Role.Customer, "bob")));
        Assert.Equal(RefusalCode.ValidationFailed, Of(Anna with { Phone = "0151" }));
        Assert.Equal(RefusalCode.ValidationFailed, Of(Anna with { PushToken = "" }));
        Assert.Equal(RefusalCode.ValidationFailed, Of(Anna with { TimeZone = "Mars/Olympus" }));
        Assert.Equal(RefusalCode.ValidationFailed, Of(Anna with { Quiet = new(5, 5) }));
        Assert.Equal(RefusalCode.UnknownValue, Of(Anna with { Language = (NotificationLanguage)9 }));
        var state = With(Anna);
        Assert.True(NotificationLifecycle.SetContact(state, new("c1", new Actor(Role.Customer, "anna"), Anna), "anna").Reply.Replayed);
        Assert.Equal(RefusalCode.IdempotencyKeyReused,
            NotificationLifecycle.SetContact(state, new("c1", new Actor(Role.Customer, "anna"), new()), "anna").Reply.Refusal!.Code);
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();
}
