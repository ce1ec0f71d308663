using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Broadcast.Webhooks;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Broadcast;

public sealed class WebhookQueueTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly FeedScope Owner = new(FeedAudience.Operator, "", Live: true);
    private static readonly WebhookOptions Options = new();

    private static WebhookState Endpoint(bool ordered = false) => new()
    {
        Version = 1,
        Owner = Owner,
        Settings = new("https://example.com/hook", new FeedFilter(Owner), ordered),
        Secrets = [new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
        CreatedAt = Noon,
    };

    private static FeedEvent Event(long sequence, string source = "/v1/orders/1") => new(
        7, sequence, $"evt_007{sequence:D12}", "order.created", source, Noon, true, "1", "c1", "m1", [], null, "{}");

    private static WebhookOutcome Answer(int status, TimeSpan? retryAfter = null) => new(new(Noon, TimeSpan.FromMilliseconds(20), status), retryAfter);

    private static WebhookState With(WebhookState state, params FeedEvent[] events) =>
        WebhookQueue.Append(state, "we_1", [.. events], again: false, Options.MaxWaiting, Noon).State;

    private static WebhookState Settle(WebhookState state, string id, WebhookOutcome outcome, DateTimeOffset now) =>
        WebhookQueue.Settle(state, "we_1", id, outcome, Options, now, draw: 0).State;

    private static string? Picked(WebhookState state, DateTimeOffset now, params string[] busy) => WebhookQueue.Pick(state, busy, now)?.Event.Id;

    [Fact]
    public void A_single_event_is_tried_on_the_schedule_and_its_endpoint_disabled_after_three_days_of_failures()
    {
        var state = With(Endpoint(), Event(1));
        var (now, tried) = (Noon, new List<TimeSpan>());
        while (state.Status == WebhookStatus.Enabled)
        {
            Assert.Equal(Event(1).Id, Picked(state, now));
            tried.Add(now - Noon);
            state = Settle(state, Event(1).Id, Answer(500), now);
            if (WebhookQueue.Next(state) is { } next) now = next;
        }

        // While everything fails, no pause is longer than the longest; an event's own waits are.
        var waits = tried.Skip(1).Zip(tried, (later, earlier) => later - earlier).ToList();
        Assert.Equal(WebhookQueue.Schedule, waits);
        Assert.Equal(WebhookDisableReason.Failing, state.Reason);
        var told = Assert.IsType<WebhookEvent>(Assert.Single(state.Raised));
        Assert.Equal((EventTypes.WebhookEndpointDisabled, WebhookDisableReason.Failing), (told.Type, told.Reason));
        Assert.Equal(WebhookDeliveryStatus.Failed, Assert.Single(state.Done).Status);
        Assert.Equal(10, state.Done[0].Tries);
    }

    [Fact]
    public void An_event_that_fails_does_not_stop_the_others()
    {
        var state = With(Endpoint(), Event(1), Event(2), Event(3, "/v1/orders/2"));
        state = Settle(state, Event(1).Id, Answer(500), Noon);
        Assert.Equal(Event(2).Id, Picked(state, Noon));
        Assert.Equal(Event(3).Id, Picked(state, Noon, Event(2).Id));
        Assert.Equal(Event(1).Id, Picked(state, Noon + TimeSpan.FromSeconds(5), Event(2).Id, Event(3).Id));
    }

    [Fact]
    public void In_order_an_event_that_fails_holds_back_its_own_source_and_no_other()
    {
        var state = With(Endpoint(ordered: true), Event(1), Event(2), Event(3, "/v1/orders/2"));
        Assert.Equal(Event(3, "/v1/orders/2").Id, Picked(state, Noon, Event(1).Id));
        state = Settle(state, Event(1).Id, Answer(500), Noon);
        Assert.Equal(Event(3).Id, Picked(state, Noon));
        state = Settle(state, Event(3).Id, Answer(204), Noon);
        Assert.Null(Picked(state, Noon));
        Assert.Equal(Noon + TimeSpan.FromSeconds(5), WebhookQueue.Next(state));
        state = Settle(state, Event(1).Id, Answer(200), Noon + TimeSpan.FromSeconds(5));
        Assert.Equal(Event(2).Id, Picked(state, Noon + TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void An_endpoint_that_is_gone_is_disabled_at_once()
    {
        var state = Settle(With(Endpoint(), Event(1)), Event(1).Id, Answer(410), Noon);
        Assert.Equal((WebhookStatus.Disabled, WebhookDisableReason.Gone), (state.Status, state.Reason));
        Assert.Null(Picked(state, Noon));
        Assert.Null(WebhookQueue.Next(state));
    }

    [Fact]
    public void Whoever_asks_for_time_gets_it()
    {
        var state = Settle(With(Endpoint(), Event(1), Event(2)), Event(1).Id, Answer(429, TimeSpan.FromMinutes(2)), Noon);
        Assert.Null(Picked(state, Noon + TimeSpan.FromSeconds(119)));
        Assert.Equal(Event(1).Id, Picked(state, Noon + TimeSpan.FromSeconds(120)));
    }

    [Fact]
    public void An_endpoint_that_is_down_is_asked_with_one_event_at_a_time_until_it_is_back()
    {
        var state = With(Endpoint(), [.. Enumerable.Range(1, 20).Select(i => Event(i))]);
        for (var i = 1; i <= WebhookQueue.FailingAt; i++) state = Settle(state, Event(i).Id, Answer(0), Noon);
        Assert.Null(Picked(state, Noon));
        var back = Noon + TimeSpan.FromSeconds(5);
        var probe = Picked(state, back);
        Assert.Equal(Event(1).Id, probe);
        Assert.Null(Picked(state, back, probe!));
        state = Settle(state, probe!, Answer(204), back);
        Assert.Null(state.FailingSince);
        Assert.NotNull(Picked(state, back));
        Assert.NotNull(Picked(state, back, Event(2).Id));
    }

    [Fact]
    public void The_same_events_again_are_no_news()
    {
        var state = With(Endpoint(), Event(1), Event(2));
        Assert.Same(state, With(state, Event(1), Event(2)));
        state = With(state, Event(2), Event(3));
        Assert.Equal(3, state.Waiting);
        state = Settle(state, Event(1).Id, Answer(200), Noon);
        Assert.Equal(2, With(state, Event(1)).Waiting);
    }

    [Fact]
    public void More_than_is_kept_disables_and_what_is_kept_stays()
    {
        var options = 10;
        var state = WebhookQueue.Append(Endpoint(), "we_1", [.. Enumerable.Range(1, 10).Select(i => Event(i))], false, options, Noon).State;
        state = WebhookQueue.Append(state, "we_1", [Event(11)], false, options, Noon).State;
        Assert.Equal((WebhookStatus.Disabled, WebhookDisableReason.Backlog, 10), (state.Status, state.Reason, state.Waiting));
    }

    [Fact]
    public void Pages_keep_the_order_of_arrival()
    {
        const int All = 1_000;
        var state = Endpoint();
        var pages = new Dictionary<long, ImmutableArray<FeedEvent>>();
        for (var i = 1; i <= All; i += 50)
        {
            state = With(state, [.. Enumerable.Range(i, 50).Select(n => Event(n))]);
            while (WebhookQueue.ToPage(state) is { IsEmpty: false } events)
            {
                pages[state.NextPage] = events;
                state = WebhookQueue.Paged(state, state.NextPage, events).State;
            }
        }

        Assert.True(pages.Count > 5);
        Assert.Equal(All, state.Waiting);
        var sent = new List<long>();
        while (state.Waiting > 0)
        {
            while (WebhookQueue.WantedPage(state) is { } page) state = WebhookQueue.Loaded(state, page, pages[page], Noon).State;
            var next = WebhookQueue.Pick(state, [], Noon)!;
            sent.Add(next.Event.Sequence);
            state = Settle(state, next.Event.Id, Answer(200), Noon);
        }

        Assert.Equal(Enumerable.Range(1, All).Select(i => (long)i), sent);
        Assert.Equal(WebhookQueue.MaxDone, state.Done.Length);
    }

    [Fact]
    public void So_many_events_under_retry_are_kept_and_the_one_tried_most_gives_way()
    {
        var state = Endpoint();
        for (var i = 1; i <= WebhookQueue.MaxHeld + 1; i++)
        {
            state = With(state, Event(2 * i), Event((2 * i) + 1));
            state = Settle(state, Event(2 * i).Id, Answer(500), Noon);
            state = Settle(state, Event((2 * i) + 1).Id, Answer(200), Noon);
        }

        Assert.Equal(WebhookQueue.MaxHeld, state.Open.Length);
        Assert.Single(state.Done.Where(d => d.Status == WebhookDeliveryStatus.Failed));
    }

    [Fact]
    public void Signatures_are_those_of_Standard_Webhooks_with_every_secret_that_is_valid()
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(1_614_265_330);
        const string Known = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        var one = WebhookSigning.Sign(
            [new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, "{\"test\": 2432232314}");
        Assert.Equal(Known, one);
        var two = WebhookSigning.Sign(
            [new(new SecureWebhookSecrets().Next()), new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", at.AddSeconds(1))], "msg_p5jXN8AQM9LWM0D4loKWxJek", at,
            "{\"test\": 2432232314}");
        Assert.EndsWith(" " + one, two, StringComparison.Ordinal);
        var ended = WebhookSigning.Sign([new(new SecureWebhookSecrets().Next()), new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", at)], "id", at, "{}");
        Assert.DoesNotContain(' ', ended);
    }
}
