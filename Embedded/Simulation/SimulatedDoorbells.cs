using OrderActors.Storage;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// The streams of a simulated cluster: they say that a partition has grown, and lose, double and delay it. They carry no events, so
/// a consumer only ever looks at another time.
/// </summary>
internal sealed class SimulatedDoorbells : IEventStore
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private readonly SimulatedCluster _cluster;

    internal SimulatedDoorbells(SimulatedCluster cluster)
    {
        _cluster = cluster;
        cluster.Storage.Appended += Rung;
    }

    public event Action<int, long>? Appended;

    public long Head(int partition) => _cluster.Storage.Head(partition);

    public ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(int partition, long afterSequence, int maxCount, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Doorbells have no events.");

    public ValueTask<long> GetCursorAsync(string subscriber, int partition, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Doorbells have no cursors.");

    public ValueTask SetCursorAsync(string subscriber, int partition, long sequence, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Doorbells have no cursors.");

    /// <summary>Rings for every partition that has events: a silo that starts does, and who polls the log does in time. Nothing is lost for good.</summary>
    internal void RingAll()
    {
        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            if (Head(partition) is var head and > 0) Appended?.Invoke(partition, head);
        }
    }

    private void Rung(int partition, long head)
    {
        var faults = _cluster.Faults;
        if (faults.Strikes(FaultKind.WakeUpLost, partition)) return;
        if (faults.Strikes(FaultKind.WakeUpDoubled, partition)) Later(FaultKind.WakeUpDoubled, partition, head);
        if (faults.Strikes(FaultKind.WakeUpDelayed, partition)) Later(FaultKind.WakeUpDelayed, partition, head);
        else Appended?.Invoke(partition, head);
    }

    private void Later(FaultKind why, int partition, long head) => _cluster.World.Time.After(
        _cluster.Faults.Size(why).UpTo(LongestDelay), _ => Appended?.Invoke(partition, head), null);
}
