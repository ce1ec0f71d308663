using Microsoft.Extensions.Logging;

namespace OrderActors.Intake;

/// <content>Reading ahead: the queue's next receipts, and their orders. What cannot be read is tried again, and holds up nobody else.</content>
internal sealed partial class IntakePartitionGrain
{
    /// <summary>Orders read ahead: what is drained in some tenths of a second.</summary>
    private const int ReadAhead = 512;

    /// <summary>Receipts read at once.</summary>
    private const int MaxReading = 16;

    /// <summary>Receipts in the head that are not being drained: with fewer the head takes another page.</summary>
    private const int LowHead = 64;

    private readonly Dictionary<string, (int Failures, DateTimeOffset At)> _unreadable = new(StringComparer.Ordinal);
    private bool _reading;
    private int _readFailures;
    private DateTimeOffset _readAgainAt;

    /// <summary>Whether receipts wait that nobody has read.</summary>
    private bool HasUnread(DateTimeOffset now)
    {
        if (IntakePartitionLifecycle.HasMore(_queue.Current) && IsLow) return true;
        foreach (var (_, (_, at)) in _unreadable)
        {
            if (at <= now) return true;
        }

        return Unread > _unreadable.Count;
    }

    private int Unread => _queue.Current.Head.Length - _opened.Count - _done.Count;

    private bool IsLow => Unread < LowHead;

    /// <summary>Reads the next receipts' orders, and the next page of receipts. It never throws.</summary>
    private async Task ReadOn()
    {
        _reading = true;
        try
        {
            await Refill();
            var now = _clock.GetUtcNow();
            var wanted = ReadAhead - _ready.Count;
            var next = new List<IntakeEntry>();
            foreach (var entry in _queue.Current.Head)
            {
                if (wanted <= 0 || next.Count == MaxReading) break;
                if (_opened.ContainsKey(entry.Receipt) || _done.Contains(entry.Receipt)) continue;
                if (_unreadable.TryGetValue(entry.Receipt, out var failed) && failed.At > now) continue;
                next.Add(entry);
                wanted -= entry.Orders;
            }

            await TurnBound.ForEachAsync(next, MaxReading, Open);
            _readFailures = 0;
            if (next.Count == 0) _readAgainAt = now + WriteDelay;
        }
        catch (Exception e)
        {
            LogReadFailed(e, Number);
            _readAgainAt = _clock.GetUtcNow() + _backoff.After(Math.Min(++_readFailures, 10));
        }
        finally
        {
            _reading = false;
        }

        Look();
    }

    private async Task Open(IntakeEntry entry)
    {
        try
        {
            var orders = await GrainFactory.GetGrain<IIntakeBatchGrain>(entry.Receipt).Pending();
            _unreadable.Remove(entry.Receipt);
            var batch = new OpenIntakeBatch(entry) { Open = orders.Length };
            _opened[entry.Receipt] = batch;
            foreach (var order in orders) _ready.Enqueue(new(batch, order));

            // It was done before, and a crash kept it in the queue.
            if (orders.IsEmpty) Close(entry.Receipt);
        }
        catch (Exception e)
        {
            // The others need not wait for it.
            LogUnreadable(e, Number, entry.Receipt);
            var failures = _unreadable.GetValueOrDefault(entry.Receipt).Failures + 1;
            _unreadable[entry.Receipt] = (failures, _clock.GetUtcNow() + _backoff.After(Math.Min(failures, 10)));
        }
    }

    /// <summary>The head takes the next page when it runs low.</summary>
    private async Task Refill()
    {
        var queue = _queue.Current;
        if (!IntakePartitionLifecycle.HasMore(queue) || !IsLow) return;
        if (queue.FirstPage == queue.NextPage)
        {
            await Change(state => IntakePartitionLifecycle.Refill(state, state.FirstPage, []));
            return;
        }

        var page = queue.FirstPage;
        var entries = await Page(page).Get();
        await Change(state => IntakePartitionLifecycle.Refill(state, page, entries));
        await Page(page).Clear();
    }

    [LoggerMessage(85, LogLevel.Warning, "intake/{Partition}: orders could not be read; trying again later")]
    private partial void LogReadFailed(Exception failure, int partition);

    [LoggerMessage(87, LogLevel.Error, "intake/{Partition}: the orders of receipt {Receipt} cannot be read; trying again later")]
    private partial void LogUnreadable(Exception failure, int partition, string receipt);
}
