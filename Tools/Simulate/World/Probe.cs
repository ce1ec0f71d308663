using OrderActors.Broadcast;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Tools.Simulate.World;

/// <summary>What a subscriber of the world's own was given.</summary>
internal sealed class Probe
{
    private readonly long[] _seen = new long[Shard.Count];

    /// <summary>What was not as promised; null for nothing.</summary>
    public string? Complaint { get; private set; }

    /// <summary>How many events came, those that came again included.</summary>
    public long Count { get; private set; }

    /// <summary>The highest sequence of a partition up to which every event came.</summary>
    public long Seen(int partition) => _seen[partition];

    /// <summary>Events came.</summary>
    public void Take(int partition, IReadOnlyList<LoggedEvent> batch)
    {
        foreach (var logged in batch)
        {
            Count++;
            if (logged.Sequence > _seen[partition] + 1)
                Complaint ??= $"event {logged.Sequence} of partition {partition} came after {_seen[partition]}";
            _seen[partition] = Math.Max(_seen[partition], logged.Sequence);
        }
    }
}

/// <summary>A subscriber as any other.</summary>
internal interface IProbeGrain : ISubscriberGrain;

/// <summary>Hands everything to the <see cref="Probe"/>.</summary>
[GrainType("probe")]
[ImplicitStreamSubscription(LogAppended.Namespace)]
internal sealed class ProbeGrain(
    SubscriberContext context, [PersistentState("dead-letters")] IPersistentState<DeadLetterState> letters, Probe probe)
    : SubscriberGrain(context, letters), IProbeGrain
{
    /// <inheritdoc/>
    protected override string Subscriber => "probe";

    /// <inheritdoc/>
    protected override TimeSpan Linger => Unhurried;

    /// <inheritdoc/>
    protected override Task Handle(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellation)
    {
        probe.Take(Partition, batch);
        return Task.CompletedTask;
    }
}
