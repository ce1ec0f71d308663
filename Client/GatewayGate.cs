namespace OrderActors.Client;

/// <summary>Whether the gateway takes requests.</summary>
public enum Readiness
{
    /// <summary>Not yet: the engine is starting.</summary>
    Starting,

    /// <summary>Yes.</summary>
    Ready,

    /// <summary>Not any more: requests that came before are being finished.</summary>
    Draining,

    /// <summary>Not any more: the storage failed, so nothing can be acknowledged.</summary>
    Failed,
}

/// <summary>The door of the gateway: counts requests in flight, and closes for a drain without losing one of them.</summary>
public sealed class GatewayGate
{
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Readiness _readiness;
    private int _inFlight;

    /// <summary>Whether requests are taken.</summary>
    public Readiness Readiness => _readiness;

    /// <summary>How many requests are being worked on.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Opens the door.</summary>
    public void Open() => _readiness = Readiness.Ready;

    /// <summary>Closes the door for good: the storage failed.</summary>
    public void Fail() => _readiness = Readiness.Failed;

    /// <summary>Closes the door and waits for the requests inside, at most this long. True if all of them finished.</summary>
    public async Task<bool> DrainAsync(TimeSpan atMost, TimeProvider clock)
    {
        if (_readiness != Readiness.Failed) _readiness = Readiness.Draining;

        // A request counts itself in before it looks at the door, so none can slip through after this look.
        Interlocked.MemoryBarrier();
        if (InFlight == 0) return true;
        try
        {
            await _empty.Task.WaitAsync(atMost, clock);
            return true;
        }
        catch (TimeoutException)
        {
            return InFlight == 0;
        }
    }

    internal bool TryEnter()
    {
        Interlocked.Increment(ref _inFlight);
        if (_readiness == Readiness.Ready) return true;
        Leave();
        return false;
    }

    internal void Leave()
    {
        if (Interlocked.Decrement(ref _inFlight) == 0 && _readiness is Readiness.Draining or Readiness.Failed) _empty.TrySetResult();
    }
}
