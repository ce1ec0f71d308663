using System.Collections.Immutable;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Governance;

/// <summary>The shell around <see cref="TrafficLifecycle"/>.</summary>
[GrainType("traffic"), WorkClass(WorkClass.NonCritical)]
internal sealed class TrafficGrain : Grain, ITrafficGrain
{
    private readonly Durable<TrafficState> _traffic;
    private readonly TimeProvider _clock;

    public TrafficGrain([PersistentState("traffic")] IPersistentState<TrafficState> state, TimeProvider clock)
    {
        _traffic = new(this, state);
        _clock = clock;
    }

    public Task Count(ImmutableArray<Traffic> seen)
    {
        var day = DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime);
        return _traffic.Decide(state => new Decision<TrafficState, bool>(TrafficLifecycle.Count(state, seen, day), true));
    }

    public Task<ImmutableArray<Traffic>> Busiest(TrafficKind kind, int most) =>
        Task.FromResult(TrafficLifecycle.Busiest(_traffic.Current, kind, most));
}
