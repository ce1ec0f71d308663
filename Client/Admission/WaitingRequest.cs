using System.Threading.Tasks.Sources;
using OrderActors.Client.Http;

namespace OrderActors.Client.Admission;

/// <summary>What became of a request at the door.</summary>
internal enum Entry
{
    /// <summary>It is worked on; <see cref="ConcurrencyLimiter.Leave"/> ends that.</summary>
    Entered,

    /// <summary>There is no room to wait either.</summary>
    Full,

    /// <summary>It waited too long.</summary>
    Expired,

    /// <summary>Its sender hung up.</summary>
    Abandoned,
}

/// <summary>A request that waits for its turn.</summary>
internal sealed class WaitingRequest(Priority priority, long since, long until, CancellationToken aborted) : IValueTaskSource<Entry>
{
    // Whoever lets it in is in the middle of something else.
    private ManualResetValueTaskSourceCore<Entry> _entry = new() { RunContinuationsAsynchronously = true };

    internal WaitingRequest? Older;
    internal WaitingRequest? Newer;

    public Priority Priority => priority;

    /// <summary>Since when it waits.</summary>
    public long Since => since;

    /// <summary>How long it may.</summary>
    public long Until => until;

    /// <summary>Whether its sender hung up.</summary>
    public bool IsAborted => aborted.IsCancellationRequested;

    public ValueTask<Entry> Task => new(this, _entry.Version);

    public void Settle(Entry entry) => _entry.SetResult(entry);

    Entry IValueTaskSource<Entry>.GetResult(short token) => _entry.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Entry>.GetStatus(short token) => _entry.GetStatus(token);

    void IValueTaskSource<Entry>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _entry.OnCompleted(continuation, state, token, flags);
}

/// <summary>The requests of one class that wait. Bounded by whoever puts them in; not safe to use from several threads.</summary>
internal sealed class WaitingLine
{
    private WaitingRequest? _oldest;
    private WaitingRequest? _newest;
    private int _count;

    /// <summary>How many wait. May be read by anybody.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Who waits longest.</summary>
    public WaitingRequest? Oldest => _oldest;

    /// <summary>Who came last.</summary>
    public WaitingRequest? Newest => _newest;

    /// <summary>Since when there has always been somebody.</summary>
    public long StandsSince { get; private set; }

    public void Add(WaitingRequest request)
    {
        if (_newest is null) StandsSince = request.Since;
        request.Older = _newest;
        if (_newest is null) _oldest = request;
        else _newest.Newer = request;
        _newest = request;
        Volatile.Write(ref _count, _count + 1);
    }

    public void Remove(WaitingRequest request)
    {
        if (request.Older is null) _oldest = request.Newer;
        else request.Older.Newer = request.Newer;
        if (request.Newer is null) _newest = request.Older;
        else request.Newer.Older = request.Older;
        request.Older = request.Newer = null;
        Volatile.Write(ref _count, _count - 1);
    }
}
