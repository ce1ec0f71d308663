using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Broadcast.Webhooks;

/// <content>How events are sent: in a timer, so that whoever appends or asks gets through meanwhile.</content>
internal sealed partial class WebhookEndpointGrain
{
    private const int ReplayPage = 128;

    /// <summary>What takes longer is slow: one that answers so is sent one event at a time.</summary>
    private static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(1);

    /// <summary>How far events of a partition may be out of the order of their times.</summary>
    private static readonly TimeSpan Disorder = TimeSpan.FromMinutes(1);

    // A person waits for it, and the gateway not for ever.
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(4);

    private readonly HashSet<string> _busy = new(StringComparer.Ordinal);
    private TaskCompletionSource? _arrived;
    private IGrainTimer? _timer;
    private bool _sending;
    private int _atOnce = 1;
    private int _tests;

    public async Task<WebhookTestReply> Test(FeedScope owner)
    {
        if (!IsOwn(owner)) return new(null, WebhookLifecycle.NotFound(Id));
        var at = Now;
        var id = string.Create(CultureInfo.InvariantCulture, $"evt_test_{Id}_{at.ToUnixTimeMilliseconds()}_{++_tests}");
        var outcome = await Post(CloudEvents.Test(Id, id, at, owner.Live), TestTimeout, CancellationToken.None);
        if (outcome.IsSuccess && _state.Current.Failures > 0)
        {
            await _state.Decide(state => new Decision<WebhookState, bool>(WebhookQueue.Healthy(state, Now), true));
            if (HasWork) await Work();
        }

        return new(outcome.Attempt, null);
    }

    private void SendAt(DateTimeOffset at)
    {
        if (_sending) return;
        var due = at > Now ? at - Now : TimeSpan.Zero;
        if (_timer is not null) _timer.Change(due, Timeout.InfiniteTimeSpan);
        else _timer = this.RegisterGrainTimer(Send, new GrainTimerCreationOptions { DueTime = due, Period = Timeout.InfiniteTimeSpan, Interleave = true });
    }

    private async Task Send(CancellationToken stop)
    {
        if (_sending) return;
        _sending = true;
        try
        {
            await SendAll(stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogNotStored(e, Id);
        }
        finally
        {
            _sending = false;
            _arrived = null;
        }

        if (!stop.IsCancellationRequested && WebhookQueue.Next(_state.Current) is { } next) SendAt(next);
    }

    private async Task SendAll(CancellationToken stop)
    {
        var tries = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            // Completed in this grain's turn, and what waits for it goes on there: asynchronously would be on a thread of the pool.
            _arrived = new();
            await LoadPages();
            while (tries.Count < _atOnce && WebhookQueue.Pick(_state.Current, _busy, Now) is { } due)
            {
                var isExtra = tries.Count > 0;
                if (isExtra && !_context.Slots.TryTake()) break;
                _busy.Add(due.Event.Id);
                tries.Add(Try(due.Event, isExtra, stop));
            }

            if (tries.Count == 0)
            {
                if (await GoOnReplaying()) continue;
                return;
            }

            // What arrives while one takes long is sent beside it.
            await Task.WhenAny([.. tries, _arrived.Task]);
            foreach (var done in tries.Where(t => t.IsCompleted).ToList())
            {
                tries.Remove(done);
                await done;
            }
        }

        await Task.WhenAll(tries);
    }

    private async Task LoadPages()
    {
        while (WebhookQueue.WantedPage(_state.Current) is { } page)
        {
            var events = await PageGrain(page).Get();
            if (!await _state.Decide(state => WebhookQueue.Loaded(state, page, events, Now))) return;
            await PageGrain(page).Clear();
        }
    }

    private async Task Try(FeedEvent e, bool isExtra, CancellationToken stop)
    {
        try
        {
            var outcome = await Post(e, _context.Options.Timeout, stop);
            if (stop.IsCancellationRequested && !outcome.IsSuccess) return;
            _atOnce = outcome.IsSuccess && outcome.Attempt.Took < SlowAfter ? Math.Min(_atOnce * 2, _context.Options.MaxPerEndpoint) : 1;
            var draw = _context.Draw();
            await _state.Decide(state => WebhookQueue.Settle(state, Id, e.Id, outcome, _context.Options, Now, draw));
            if (_state.Current is { Exists: true, Status: WebhookStatus.Disabled } state)
            {
                LogDisabled(Id, state.Reason);
                await Directory.Put(state.ToListing(Id));
            }
        }
        finally
        {
            _busy.Remove(e.Id);
            if (isExtra) _context.Slots.Return();
        }
    }

    private async Task<WebhookOutcome> Post(FeedEvent e, TimeSpan timeout, CancellationToken stop)
    {
        var (at, began) = (Now, _context.Clock.GetTimestamp());
        var signature = WebhookSigning.Sign(_state.Current.Secrets, e.Id, at, e.Json);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stop);
        WebhookAnswer answer;
        try
        {
            answer = await _context.Sender
                .SendAsync(new(new Uri(_state.Current.Settings!.Url), e.Id, at.ToUnixTimeSeconds(), signature, e.Json), cancellation.Token)
                .WaitAsync(timeout, _context.Clock, stop);
        }
        catch (TimeoutException)
        {
            answer = new(0, Error: "timeout");
        }
        catch (Exception e2) when (!stop.IsCancellationRequested)
        {
            answer = new(0, Error: e2.GetType().Name);
        }
        catch (OperationCanceledException)
        {
            answer = new(0, Error: "stopped");
        }

        cancellation.Cancel();
        return new(new(at, _context.Clock.GetElapsedTime(began), answer.Status, answer.Error, answer.Body), answer.RetryAfter);
    }

    /// <summary>Takes a few more of the old events that are to be sent again; false when there are none.</summary>
    private async Task<bool> GoOnReplaying()
    {
        if (_state.Current is not { Replay: { } replay, Status: WebhookStatus.Enabled, Waiting: < WebhookQueue.Window }) return false;
        if (replay.Partition >= Shard.Count) return await Replayed(replay, [], null);
        if (replay.After is not { } after)
        {
            var head = await _context.Log.HeadAsync(replay.Partition);
            return await Replayed(replay, [], replay with { After = await Before(replay.Partition, replay.From - Disorder, head), Head = head });
        }

        var page = after < replay.Head ? await _context.Log.ReadAsync(replay.Partition, after, ReplayPage) : [];
        var wanted = page.Where(l => l.Sequence <= replay.Head && l.Event.At >= replay.From && l.Event.At < replay.To)
            .Select(CloudEvents.Of).Where(_state.Current.Settings!.Filter.Includes).ToImmutableArray();
        var isOver = page.Count == 0 || page[^1].Sequence >= replay.Head || page[^1].Event.At > replay.To + Disorder;
        return await Replayed(replay, wanted, isOver ? new(replay.From, replay.To, replay.Partition + 1) : replay with { After = page[^1].Sequence });
    }

    private Task<bool> Replayed(WebhookReplay replay, ImmutableArray<FeedEvent> events, WebhookReplay? next) => _state.Decide(state =>
    {
        if (state.Replay != replay) return new Decision<WebhookState, bool>(state, state.Replay is not null);
        var appended = WebhookQueue.Append(state, Id, events, again: true, _context.Options.MaxWaiting, Now).State;
        return new(appended with { Replay = appended.Status == WebhookStatus.Enabled ? next : null }, true);
    });

    /// <summary>The last sequence whose event is before a time, or where the log begins.</summary>
    private async Task<long> Before(int partition, DateTimeOffset time, long head)
    {
        var (low, high) = (0L, head);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var found = await _context.Log.ReadAsync(partition, middle, 1);
            if (found.Count > 0 && found[0].Event.At < time) low = Math.Max(middle + 1, found[0].Sequence);
            else high = middle;
        }

        return low;
    }
}
