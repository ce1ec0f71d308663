namespace OrderActors.Client;

/// <summary>Whether the gateway takes requests.</summary>
public enum Readiness
{
    /// <summary>Not yet: the engine is starting.</summary>
    Starting,

    /// <summary>Yes.</summary>
    Ready,

    /// <summary>Not now: the cluster is away. It opens again when the cluster is back.</summary>
    Away,

    /// <summary>Not any more: requests that came before are being finished.</summary>
    Draining,

    /// <summary>Not any more: the storage failed, so nothing can be acknowledged.</summary>
    Failed,
}

/// <summary>The door of the gateway: counts requests in flight, and closes for a drain without losing one of them.</summary>
public sealed class GatewayGate
{
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _readiness;
    private int _inFlight;

    /// <summary>Whether requests are taken.</summary>
    public Readiness Readiness => (Readiness)Volatile.Read(ref _readiness);

    /// <summary>How many requests are being worked on.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Opens the door, unless it was closed for good.</summary>
    public void Open()
    {
        if (!Move(Readiness.Starting, Readiness.Ready)) Move(Readiness.Away, Readiness.Ready);
    }

    /// <summary>Closes the door until <see cref="Open"/>: the cluster is away. Requests inside go on.</summary>
    public void CloseForNow() => Move(Readiness.Ready, Readiness.Away);

    /// <summary>Closes the door for good: the storage failed.</summary>
    public void Fail() => Volatile.Write(ref _readiness, (int)Readiness.Failed);

    /// <summary>Closes the door and waits for the requests inside, at most this long. True if all of them finished.</summary>
    public async Task<bool> DrainAsync(TimeSpan atMost, TimeProvider clock)
    {
        for (var now = Readiness; now is not (Readiness.Draining or Readiness.Failed); now = Readiness) Move(now, Readiness.Draining);

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
        if (Readiness == Readiness.Ready) return true;
        Leave();
        return false;
    }

    internal void Leave()
    {
        if (Interlocked.Decrement(ref _inFlight) == 0 && Readiness is Readiness.Draining or Readiness.Failed) _empty.TrySetResult();
    }

    private bool Move(Readiness from, Readiness to) => Interlocked.CompareExchange(ref _readiness, (int)to, (int)from) == (int)from;
}
