namespace OrderActors.Embedded.Simulation;

/// <summary>
/// A request of a client outside to what a host runs in the process of a silo, such as a gateway. Whoever serves it answers once; the
/// client may have hung up by then.
/// </summary>
public sealed class ClientRequest<T> : IConnection
{
    private readonly TaskCompletionSource<T> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _hungUp;
    private readonly ClientNetwork _network;
    private SimulatedSilo? _silo;

    internal ClientRequest(ClientNetwork network, CancellationTokenSource hungUp) => (_network, _hungUp) = (network, hungUp);

    /// <summary>The client has hung up.</summary>
    public CancellationToken HungUp => _hungUp.Token;

    /// <summary>What the client hears. It fails when the connection breaks and when the client's patience is over.</summary>
    internal Task<T> Heard => _heard.Task;

    /// <summary>Whether the answer never arrives.</summary>
    internal bool IsAnswerLost { get; init; }

    /// <summary>How much later than it was given the answer arrives.</summary>
    internal TimeSpan AnswerDelay { get; init; }

    /// <summary>Answers it; only the first answer counts.</summary>
    public void Answer(T answer)
    {
        Leave();
        if (IsAnswerLost) return;
        if (AnswerDelay == TimeSpan.Zero) _heard.TrySetResult(answer);
        else _network.After(AnswerDelay, () => _heard.TrySetResult(answer));
    }

    /// <summary>Closes the connection without an answer.</summary>
    public void Break()
    {
        Leave();
        _heard.TrySetException(new IOException("The connection broke. The outcome is unknown."));
    }

    internal void Arrive(SimulatedSilo silo)
    {
        _silo = silo;
        silo.Connections.Add(this);
    }

    /// <summary>The client's patience is over.</summary>
    internal void GiveUp()
    {
        if (!_heard.TrySetException(new TimeoutException("No answer came in time. The outcome is unknown."))) return;
        if (_silo is { IsDead: false }) _hungUp.Cancel();
    }

    private void Leave() => _silo?.Connections.Remove(this);
}

/// <summary>What breaks when the process at its end dies.</summary>
internal interface IConnection
{
    void Break();
}

/// <summary>
/// The way of clients to a process that is alive. It loses, delays and doubles as the way between silos does: what is in between sends a
/// request again too.
/// </summary>
internal sealed class ClientNetwork(SimulatedCluster cluster, Dice dice)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(20);

    /// <summary>Sends a request; the client hangs up after a time.</summary>
    public Task<T> Send<T>(Action<SimulatedSilo, ClientRequest<T>> serve, TimeSpan patience)
    {
        if (cluster.AnySilo(dice) is not { } silo)
        {
            var refused = new ClientRequest<T>(this, new());
            After(TimeSpan.FromSeconds(1), refused.Break);
            return refused.Heard;
        }

        var faults = cluster.Faults;
        var isLost = faults.Strikes(FaultKind.RequestLost, silo);
        var request = new ClientRequest<T>(this, new())
        {
            IsAnswerLost = !isLost && faults.Strikes(FaultKind.ReplyLost, silo),
            AnswerDelay = !isLost && faults.Strikes(FaultKind.ReplyDelayed, silo)
                ? faults.Size(FaultKind.ReplyDelayed).UpTo(LongestDelay * 2) : TimeSpan.Zero,
        };
        After(patience, request.GiveUp);
        if (isLost) return request.Heard;
        if (faults.Strikes(FaultKind.RequestDoubled, silo))
            Arrive(faults.Size(FaultKind.RequestDoubled).UpTo(LongestDelay), silo, new ClientRequest<T>(this, new()), serve);
        var delay = faults.Strikes(FaultKind.RequestDelayed, silo) ? faults.Size(FaultKind.RequestDelayed).UpTo(LongestDelay) : cluster.Latency();
        Arrive(delay, silo, request, serve);
        return request.Heard;
    }

    internal void After(TimeSpan delay, Action act) => cluster.World.Time.After(delay, static act => ((Action)act!)(), act);

    private void Arrive<T>(TimeSpan delay, SimulatedSilo silo, ClientRequest<T> request, Action<SimulatedSilo, ClientRequest<T>> serve)
    {
        if (delay == TimeSpan.Zero) Serve();
        else After(delay, Serve);

        void Serve()
        {
            if (silo.IsDead)
            {
                request.Break();
                return;
            }

            request.Arrive(silo);
            silo.Post(_ => serve(silo, request), null);
        }
    }
}
