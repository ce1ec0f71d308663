using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>What the receiver said to a try.</summary>
/// <param name="Attempt">The try.</param>
/// <param name="RetryAfter">When it wants to be asked again; null when it did not say.</param>
internal sealed record WebhookOutcome(WebhookAttempt Attempt, TimeSpan? RetryAfter = null)
{
    private const int Ok = 200;
    private const int Redirect = 300;
    private const int GoneStatus = 410;

    /// <summary>Whether it took the event.</summary>
    public bool IsSuccess => Attempt.Status is >= Ok and < Redirect;

    /// <summary>Whether it wants nothing any more.</summary>
    public bool IsGone => Attempt.Status == GoneStatus;
}

/// <summary>
/// What becomes of the events of an endpoint: which is tried when, how often, and what its failures mean for the others. Pure.
/// </summary>
/// <remarks>
/// An event that fails is tried again on <see cref="Schedule"/> while the others go on. When <see cref="FailingAt"/> tries in a row
/// failed, whatever the event, the endpoint itself is taken to be down: it is left alone for growing pauses, with one try after each.
/// </remarks>
internal static class WebhookQueue
{
    /// <summary>Events that may be tried without looking at a page.</summary>
    public const int Window = 64;

    /// <summary>Events that wait for a further try, or for one that does; with more, the one that was tried most is given up.</summary>
    public const int MaxHeld = 128;

    /// <summary>Events in an endpoint's own record, when its owner sends many again.</summary>
    public const int MaxOpen = 2 * (Window + MaxHeld);

    /// <summary>Events on a page.</summary>
    public const int PageSize = 128;

    /// <summary>Failures in a row after which the endpoint counts as down.</summary>
    public const int FailingAt = 5;

    /// <summary>Deliveries that are remembered when they are done.</summary>
    public const int MaxDone = 50;

    /// <summary>Tries that are remembered of a delivery.</summary>
    public const int MaxAttempts = 10;

    /// <summary>The share by which a wait may be longer, so that what failed together does not come back together.</summary>
    private const double Jitter = 0.1;

    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(24);

    /// <summary>The waits between tries, as Standard Webhooks has them: 75 hours and a half in all.</summary>
    public static readonly ImmutableArray<TimeSpan> Schedule =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>Events arrived. Those of a disabled endpoint are not kept; with too many it is disabled.</summary>
    public static Decision<WebhookState, bool> Append(
        WebhookState state, string id, ImmutableArray<FeedEvent> events, bool again, int maxWaiting, DateTimeOffset now)
    {
        if (!state.Exists || state.Status != WebhookStatus.Enabled) return new(state, false);
        var taken = state.Taken;
        var news = ImmutableArray.CreateBuilder<FeedEvent>();
        foreach (var e in events)
        {
            // Each event by its place: a batch that failed half-way comes again in other pieces.
            if (again ? IsWaiting(state, e.Id) : e.Sequence <= taken.GetValueOrDefault(e.Partition)) continue;
            if (!again) taken = taken.SetItem(e.Partition, e.Sequence);
            news.Add(e);
        }

        if (news.Count == 0) return new(state, false);
        if (state.Waiting + news.Count > maxWaiting) return new(Disable(state, id, WebhookDisableReason.Backlog, now), false);
        return new(Load(state with { Taken = taken, Tail = state.Tail.AddRange(news) }, now), true);
    }

    /// <summary>The oldest events of the tail, for a page of their own; empty while they are few.</summary>
    public static ImmutableArray<FeedEvent> ToPage(WebhookState state) => state.Tail.Length >= PageSize ? state.Tail[..PageSize] : [];

    /// <summary>These events of the tail are on the next page now.</summary>
    public static Decision<WebhookState, bool> Paged(WebhookState state, long page, ImmutableArray<FeedEvent> events)
    {
        var isTail = state.NextPage == page && state.Tail.Length >= events.Length && state.Tail[0].Id == events[0].Id
            && state.Tail[events.Length - 1].Id == events[^1].Id;
        return isTail
            ? new(state with { Tail = state.Tail[events.Length..], NextPage = page + 1, Paged = state.Paged + events.Length }, true)
            : new(state, false);
    }

    /// <summary>The page to read next, or null.</summary>
    public static long? WantedPage(WebhookState state) => state.FirstPage < state.NextPage && Room(state) >= PageSize / 2 ? state.FirstPage : null;

    /// <summary>The events of a page are open now.</summary>
    public static Decision<WebhookState, bool> Loaded(WebhookState state, long page, ImmutableArray<FeedEvent> events, DateTimeOffset now)
    {
        if (state.FirstPage != page || page >= state.NextPage) return new(state, false);
        var after = state with
        {
            FirstPage = page + 1,
            Paged = page + 1 == state.NextPage ? 0 : state.Paged - events.Length,
            Open = state.Open.AddRange(events.Select(e => new WaitingEvent(e, now))),
        };
        return new(Load(after, now), true);
    }

    /// <summary>What to try now, beside what is being tried; null for nothing.</summary>
    public static WaitingEvent? Pick(WebhookState state, IReadOnlyCollection<string> busy, DateTimeOffset now)
    {
        if (state.Status != WebhookStatus.Enabled || !state.Exists || state.PausedUntil > now) return null;

        // One try tells whether an endpoint is back. Of one that was tried before, so that the others keep all of theirs.
        if (state.Failures >= FailingAt) return busy.Count > 0 ? null : Candidates(state, busy, now).OrderByDescending(w => w.Tries > 0).FirstOrDefault();
        return Candidates(state, busy, now).FirstOrDefault();
    }

    /// <summary>When to look again; null when nothing waits.</summary>
    public static DateTimeOffset? Next(WebhookState state)
    {
        if (state.Status != WebhookStatus.Enabled || state.Open.IsEmpty) return null;
        var next = Unheld(state).Min(waiting => waiting.NotBefore);
        return state.PausedUntil > next ? state.PausedUntil : next;
    }

    /// <summary>What became of a try.</summary>
    /// <param name="state">The endpoint.</param>
    /// <param name="id">Its id.</param>
    /// <param name="e">The event's id.</param>
    /// <param name="outcome">What the receiver said.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="now">The time.</param>
    /// <param name="draw">A number from 0 to 1.</param>
    public static Decision<WebhookState, bool> Settle(
        WebhookState state, string id, string e, WebhookOutcome outcome, WebhookOptions options, DateTimeOffset now, double draw)
    {
        if (state.Open.FirstOrDefault(w => w.Event.Id == e) is not { } waiting) return new(state, false);
        var attempts = waiting.Attempts.OrEmpty();
        waiting = waiting with
        {
            Tries = waiting.Tries + 1,
            Attempts = (attempts.Length >= MaxAttempts ? attempts.RemoveAt(0) : attempts).Add(outcome.Attempt),
        };
        if (outcome.IsSuccess)
            return new(Load(Healthy(Finish(state, waiting, WebhookDeliveryStatus.Delivered), now), now), true);
        var failing = Fail(state, waiting, outcome, options, now, draw);
        if (outcome.IsGone) return new(Disable(failing, id, WebhookDisableReason.Gone, now), true);
        var isOver = failing.FailingSince is { } since && now - since >= options.DisableAfter && failing.Failures > Schedule.Length;
        return new(isOver ? Disable(failing, id, WebhookDisableReason.Failing, now) : Load(GiveWay(failing), now), true);
    }

    /// <summary>A success, of a test for instance. Of an endpoint that was down it says that it is back, so nothing waits any longer.</summary>
    public static WebhookState Healthy(WebhookState state, DateTimeOffset now) => state.Failures switch
    {
        0 => state,
        < FailingAt => state with { Failures = 0, FailingSince = null, PausedUntil = null },
        _ => Mended(state, now),
    };

    /// <summary>The endpoint was down and is not any more, or so its owner says.</summary>
    public static WebhookState Mended(WebhookState state, DateTimeOffset now) => state with
    {
        Failures = 0,
        FailingSince = null,
        PausedUntil = null,
        Open = [.. state.Open.Select(waiting => waiting.NotBefore > now ? waiting with { NotBefore = now } : waiting)],
    };

    /// <summary>Sends an event again, first of all that are not waiting for something.</summary>
    public static WebhookState Redeliver(WebhookState state, FeedEvent e, DateTimeOffset now) =>
        IsWaiting(state, e.Id)
            ? state with { Open = [.. state.Open.Select(w => w.Event.Id == e.Id ? w with { NotBefore = now } : w)], PausedUntil = null }
            : state with { Open = state.Open.Insert(0, new(e, now)), PausedUntil = null };

    private static IEnumerable<WaitingEvent> Candidates(WebhookState state, IReadOnlyCollection<string> busy, DateTimeOffset now) =>
        Unheld(state).Where(waiting => waiting.NotBefore <= now && !busy.Contains(waiting.Event.Id));

    /// <summary>What waits for nothing but its time. In order, whatever is not done yet holds back what came after it from the same source.</summary>
    private static IEnumerable<WaitingEvent> Unheld(WebhookState state)
    {
        if (!state.Settings!.Ordered) return state.Open;
        var sources = new HashSet<string>(StringComparer.Ordinal);
        return state.Open.Where(waiting => sources.Add(waiting.Event.Source));
    }

    /// <summary>From the tail to the open ones, where no page is between.</summary>
    private static WebhookState Load(WebhookState state, DateTimeOffset now)
    {
        if (state.FirstPage < state.NextPage || state.Tail.IsEmpty) return state;
        var count = Math.Min(Room(state), state.Tail.Length);
        return count <= 0
            ? state
            : state with { Open = state.Open.AddRange(state.Tail.Take(count).Select(e => new WaitingEvent(e, now))), Tail = state.Tail[count..] };
    }

    private static int Room(WebhookState state) => Math.Min(Window - (state.Open.Length - Held(state)), Window + MaxHeld - state.Open.Length);

    /// <summary>How many of the open ones were tried in vain, or wait for one that was.</summary>
    private static int Held(WebhookState state)
    {
        var sources = state.Settings!.Ordered ? new HashSet<string>(StringComparer.Ordinal) : null;
        var held = 0;
        foreach (var waiting in state.Open)
        {
            if (waiting.Tries > 0)
            {
                sources?.Add(waiting.Event.Source);
                held++;
            }
            else if (sources?.Contains(waiting.Event.Source) == true)
            {
                held++;
            }
        }

        return held;
    }

    private static WebhookState Fail(
        WebhookState state, WaitingEvent waiting, WebhookOutcome outcome, WebhookOptions options, DateTimeOffset now, double draw)
    {
        var failures = state.Failures + 1;
        var after = state with { Failures = failures, FailingSince = state.FailingSince ?? now };
        if (waiting.Tries > Schedule.Length)
        {
            after = Finish(after, waiting, WebhookDeliveryStatus.Failed);
        }
        else
        {
            var wait = Schedule[waiting.Tries - 1] * (1 + (Jitter * draw));
            if (Asked(outcome) is { } asked && asked > wait) wait = asked;
            after = after with { Open = [.. after.Open.Select(w => w.Event.Id == waiting.Event.Id ? waiting with { NotBefore = now + wait } : w)] };
        }

        var pause = failures < FailingAt ? TimeSpan.Zero : Schedule[Math.Min(failures - FailingAt, Schedule.Length - 1)];
        if (pause > options.MaxPause) pause = options.MaxPause;
        if (Asked(outcome) is { } quiet && quiet > pause) pause = quiet;
        return pause > TimeSpan.Zero ? after with { PausedUntil = now + (pause * (1 + (Jitter * draw))) } : after;
    }

    private static TimeSpan? Asked(WebhookOutcome outcome) =>
        outcome.RetryAfter is { } asked && asked > TimeSpan.Zero ? asked < LongestRetryAfter ? asked : LongestRetryAfter : null;

    private static WebhookState Finish(WebhookState state, WaitingEvent waiting, WebhookDeliveryStatus status)
    {
        var delivery = new WebhookDelivery(waiting.Event.Id, waiting.Event.Type, status, waiting.Attempts.OrEmpty(), waiting.Tries);
        return state with
        {
            Open = state.Open.RemoveAll(w => w.Event.Id == waiting.Event.Id),
            Done = [delivery, .. state.Done.Take(MaxDone - 1)],
        };
    }

    /// <summary>Among too many that were tried in vain, the one that was tried most is given up: the rest must go on.</summary>
    private static WebhookState GiveWay(WebhookState state) => state.Open.Count(w => w.Tries > 0) > MaxHeld
        ? Finish(state, state.Open.MaxBy(w => w.Tries)!, WebhookDeliveryStatus.Failed)
        : state;

    private static WebhookState Disable(WebhookState state, string id, WebhookDisableReason reason, DateTimeOffset now)
    {
        var version = state.Version + 1;
        return state with
        {
            Version = version,
            Status = WebhookStatus.Disabled,
            Reason = reason,
            Replay = null,
            PausedUntil = null,
            Raised = [.. state.Raised, new WebhookEvent(EventTypes.WebhookEndpointDisabled, now, Actor.System, version, id, state.Owner!, reason)],
        };
    }

    private static bool IsWaiting(WebhookState state, string e) => state.Open.Any(w => w.Event.Id == e) || state.Tail.Any(t => t.Id == e);
}
