using OrderActors.Broadcast;
using OrderActors.Embedded.Simulation;
using OrderActors.Tools.Simulate.World;
using Orleans;

namespace OrderActors.Tools.Simulate;

/// <summary>A simulated cluster, as the world sees it.</summary>
internal sealed class ClusterPlatform : IWorldPlatform
{
    private readonly SimulatedCluster _cluster;

    public ClusterPlatform(SimulatedCluster cluster)
    {
        _cluster = cluster;
        cluster.Storage.Logged += logged => Committed?.Invoke((LoggedEvent)logged);
    }

    public event Action<LoggedEvent>? Committed;

    public IGrainFactory Grains => _cluster.Grains;

    public TimeProvider Clock => _cluster.World.Clock;

    public bool ReadsMayBeOld =>
        !_cluster.IsJournaled && (_cluster.Faults.Has(FaultKind.TwoActivations) || _cluster.Faults.Has(FaultKind.WriteHangs));

    public TimeSpan ClocksApart => _cluster.Faults.Has(FaultKind.ClockSkew) ? 2 * _cluster.Options.LongestClockSkew : TimeSpan.Zero;

    public Task<T> Send<T>(Action<SimulatedSilo, ClientRequest<T>> serve, TimeSpan patience) => _cluster.Send(serve, patience);

    public bool IsQuietSince(long ticks) => _cluster.Faults.Injected is not [.., var last] || last.At.Ticks < ticks;

    public Dice Dice(string purpose) => new(_cluster.Options.Seed, purpose);

    public void Trace(string actor, string what) => _cluster.Trace.Note(actor, what);

    public Task HealAsync() => _cluster.HealAsync();

    public IEnumerable<CommittedState> States() => _cluster.Storage.States();

    public long Head(int partition) => _cluster.Storage.Head(partition);

    public long Cursor(string subscriber, int partition) => _cluster.Storage.CursorOf(subscriber, partition);
}
