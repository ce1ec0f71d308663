using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Merchants;

/// <summary>What is stored of a page of reservations.</summary>
[StoredAs("hold-page", version: 1)]
internal sealed record HoldPageState
{
    private readonly ImmutableArray<HeldOrder> _holds;

    public ImmutableArray<HeldOrder> Holds { get => _holds.OrEmpty(); init => _holds = value; }
}

/// <summary>A page of reservations: written once, read when its owner is activated. It goes out of memory at once.</summary>
[GrainType("holdpage")]
internal sealed class HoldPageGrain([PersistentState("state")] IPersistentState<HoldPageState> storage) : Grain, IHoldPageGrain
{
    public async Task<ImmutableArray<HeldOrder>> Seal(ImmutableArray<HeldOrder> holds)
    {
        DeactivateOnIdle();
        if (!storage.State.Holds.IsEmpty) return storage.State.Holds;
        storage.State = new() { Holds = holds };
        await storage.WriteStateAsync();
        return holds;
    }

    public Task<ImmutableArray<HeldOrder>> Get()
    {
        DeactivateOnIdle();
        return Task.FromResult(storage.State.Holds);
    }

    public async Task Clear()
    {
        DeactivateOnIdle();
        if (storage.RecordExists) await storage.ClearStateAsync();
    }
}
