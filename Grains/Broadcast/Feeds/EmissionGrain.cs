using OrderActors.Governance;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Broadcast;

/// <summary>The shell around <see cref="EmissionLifecycle"/>.</summary>
[GrainType("emission"), WorkClass(WorkClass.NonCritical)]
internal sealed class EmissionGrain : Grain, IEmissionGrain
{
    private readonly Durable<EmissionState> _state;
    private readonly TimeProvider _clock;

    public EmissionGrain([PersistentState("state")] IPersistentState<EmissionState> state, TimeProvider clock)
    {
        _state = new(this, state);
        _clock = clock;
    }

    public Task<EmissionReply> Set(SetEmission command) => _state.Decide(state => EmissionLifecycle.Set(state, command, _clock.GetUtcNow()));

    public Task<EmissionView> Get() => Task.FromResult(_state.Current.View);
}
