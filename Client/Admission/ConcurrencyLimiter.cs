using System.Diagnostics;
using OrderActors.Client.Http;

namespace OrderActors.Client.Admission;

/// <summary>
/// Lets so many requests in at once, by class. A lower class may use only what the higher ones leave: part of the limit is the critical class's
/// alone, and half of it is out of the non-critical one's reach. What does not fit waits in the line of its class, which is bounded; the
/// highest class goes first.
/// </summary>
/// <remarks>
/// Letting in and leaving are one compare-and-swap while nobody waits. With somebody waiting a lock is taken for some tens of nanoseconds.
/// The lines of the lower classes turn round when they stand: then the newest goes first, because the oldest are those whose
/// senders have given up soonest, and none waits longer than the target. A line that has just begun forgives a burst.
/// </remarks>
internal sealed class ConcurrencyLimiter
{
    private const int Classes = 3;
    private const int Bits = 20;
    private const long Mask = (1L << Bits) - 1;

    private readonly WaitingLine[] _lines = [new(), new(), new()];
    private readonly int[] _lineLimits;
    private readonly AdmissionOptions _options;
    private readonly long _target;
    private readonly long _interval;
    private readonly Lock _lock = new();
    private Bounds _bounds = null!;
    private long _inside;
    private int _waiting;
    private int _peak;

    /// <param name="options">The shares and the lines.</param>
    /// <param name="frequency">Clock ticks a second.</param>
    public ConcurrencyLimiter(AdmissionOptions options, long frequency)
    {
        _options = options;
        _lineLimits = [options.CriticalQueue, options.SecondaryQueue, options.NonCriticalQueue];
        _target = (long)(options.TargetDelay.TotalSeconds * frequency);
        _interval = (long)(options.Interval.TotalSeconds * frequency);
        SetLimit(options.InitialConcurrency);
    }

    /// <summary>How many may be inside.</summary>
    public int Limit => Volatile.Read(ref _bounds).Total[0];

    /// <summary>How many of a class are inside.</summary>
    public int Inside(Priority priority) => Of(Volatile.Read(ref _inside), (int)priority);

    /// <summary>How many of a class wait.</summary>
    public int Waiting(Priority priority) => _lines[(int)priority].Count;

    /// <summary>The most that were inside at once since the last time this was asked.</summary>
    public int TakePeak() => Interlocked.Exchange(ref _peak, TotalOf(Volatile.Read(ref _inside)));

    /// <summary>How many may be inside from now on. Who is inside stays.</summary>
    public void SetLimit(int limit)
    {
        var reserve = limit * _options.CriticalReserve / 1000;
        var upper = Math.Max(1, limit - reserve);
        var lower = Math.Max(1, limit * _options.NonCriticalShare / 1000);
        Volatile.Write(ref _bounds, new([limit, upper, lower], [limit, upper, Math.Max(1, Math.Min(upper, limit / 2))]));
        if (Volatile.Read(ref _waiting) > 0) LetIn(now: null);
    }

    /// <summary>Lets a request in, if there is room and nobody of its class or a higher one waits.</summary>
    public bool TryEnter(Priority priority)
    {
        if (Volatile.Read(ref _waiting) > 0 && IsAhead((int)priority)) return false;
        return TryTake((int)priority);
    }

    /// <summary>Lets a request in, now or when it is its turn.</summary>
    /// <param name="priority">Its class.</param>
    /// <param name="now">The time, in clock ticks.</param>
    /// <param name="until">How long it may wait.</param>
    /// <param name="aborted">Its sender hung up.</param>
    public ValueTask<Entry> EnterAsync(Priority priority, long now, long until, CancellationToken aborted)
    {
        if (TryEnter(priority)) return new(Entry.Entered);
        var line = _lines[(int)priority];
        WaitingRequest waiting;
        lock (_lock)
        {
            if (line.Count >= _lineLimits[(int)priority] && !MakeRoom(line, priority, now)) return new(Entry.Full);
            waiting = new(priority, now, until, aborted);
            line.Add(waiting);
            Interlocked.Increment(ref _waiting);

            // Whoever left before the line above saw nobody waiting.
            LetInLocked(now);
        }

        return waiting.Task;
    }

    /// <summary>A request is done.</summary>
    public void Leave(Priority priority, long now)
    {
        Interlocked.Add(ref _inside, -One((int)priority));
        if (Volatile.Read(ref _waiting) > 0) LetIn(now);
    }

    /// <summary>Turns those away who waited too long. The longest that anybody of the upper two classes waits now, in clock ticks.</summary>
    public long Sweep(long now)
    {
        if (Volatile.Read(ref _waiting) == 0) return 0;
        lock (_lock)
        {
            foreach (var line in _lines)
            {
                for (var at = line.Oldest; at is not null;)
                {
                    var newer = at.Newer;
                    if (Verdict(line, at, now) is { } verdict) TurnAway(line, at, verdict);
                    at = newer;
                }
            }

            LetInLocked(now);
            return Math.Max(Age(_lines[0]), Age(_lines[1]));
        }

        long Age(WaitingLine line) => line.Oldest is { } oldest ? now - oldest.Since : 0;
    }

    private void LetIn(long? now)
    {
        lock (_lock) LetInLocked(now);
    }

    private void LetInLocked(long? now)
    {
        for (var priority = 0; priority < Classes; priority++)
        {
            var line = _lines[priority];
            while (line.Newest is { } newest)
            {
                var turned = now is { } at && priority > 0 && Stands(line, at);
                var next = turned ? newest : line.Oldest!;
                if (now is { } time && Verdict(line, next, time) is { } verdict)
                {
                    TurnAway(line, next, verdict);
                    continue;
                }

                if (!TryTake(priority)) break;
                line.Remove(next);
                Interlocked.Decrement(ref _waiting);
                next.Settle(Entry.Entered);
            }
        }
    }

    /// <summary>Why a request is turned away; null while it may wait.</summary>
    private Entry? Verdict(WaitingLine line, WaitingRequest request, long now)
    {
        if (request.IsAborted) return Entry.Abandoned;
        if (now >= request.Until) return Entry.Expired;
        if (request.Priority == Priority.Critical) return null;
        return now - request.Since > (Stands(line, now) ? _target : _interval) ? Entry.Expired : null;
    }

    private bool Stands(WaitingLine line, long now) => now - line.StandsSince > _interval;

    /// <summary>In a line that stands the oldest has waited for nothing; in one that has just filled the newest is one too many.</summary>
    private bool MakeRoom(WaitingLine line, Priority priority, long now)
    {
        if (priority == Priority.Critical || line.Oldest is not { } oldest || !Stands(line, now)) return false;
        TurnAway(line, oldest, Entry.Expired);
        return true;
    }

    private void TurnAway(WaitingLine line, WaitingRequest request, Entry verdict)
    {
        line.Remove(request);
        Interlocked.Decrement(ref _waiting);
        request.Settle(verdict);
    }

    private bool IsAhead(int priority)
    {
        for (var i = 0; i <= priority; i++)
        {
            if (_lines[i].Count > 0) return true;
        }

        return false;
    }

    private bool TryTake(int priority)
    {
        var bounds = Volatile.Read(ref _bounds);
        var seen = Volatile.Read(ref _inside);
        while (true)
        {
            var total = TotalOf(seen);
            if (total >= bounds.Total[priority] || Of(seen, priority) >= bounds.Own[priority]) return false;
            var was = Interlocked.CompareExchange(ref _inside, seen + One(priority), seen);
            if (was != seen)
            {
                seen = was;
                continue;
            }

            // Two at once may lose one of the two values; it is a measurement.
            if (total >= _peak) _peak = total + 1;
            return true;
        }
    }

    private static long One(int priority) => 1L << (priority * Bits);

    private static int Of(long inside, int priority) => (int)((inside >> (priority * Bits)) & Mask);

    private static int TotalOf(long inside)
    {
        Debug.Assert(inside >= 0, "More left than entered.");
        return Of(inside, 0) + Of(inside, 1) + Of(inside, 2);
    }

    /// <summary>The bounds by class.</summary>
    /// <param name="Own">How many of the class.</param>
    /// <param name="Total">How many of all classes there may be before one more of this class.</param>
    private sealed record Bounds(int[] Own, int[] Total);
}
