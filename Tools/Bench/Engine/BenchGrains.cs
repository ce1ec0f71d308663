using Orleans;
using Orleans.Runtime;

namespace OrderActors.Tools.Bench.Engine;

/// <summary>A grain without state: what remains of a call is the engine.</summary>
public interface IAdderGrain : IGrainWithIntegerKey
{
    /// <summary>Adds to a sum in memory, as <see cref="ChannelPeer"/>'s mailboxes do.</summary>
    Task<long> Add(long number);
}

/// <inheritdoc cref="IAdderGrain"/>
public sealed class AdderGrain : Grain, IAdderGrain
{
    private long _sum;

    /// <inheritdoc/>
    public Task<long> Add(long number) => Task.FromResult(_sum += number);
}

/// <summary>A grain that stores its state with every call.</summary>
public interface IStoringGrain : IGrainWithIntegerKey
{
    /// <summary>Changes the state and answers when it is durable.</summary>
    Task Store();
}

/// <inheritdoc cref="IStoringGrain"/>
public sealed class StoringGrain([PersistentState("state")] IPersistentState<PaddedState> state) : Grain, IStoringGrain
{
    /// <inheritdoc/>
    public Task Store()
    {
        state.State.Count++;
        return state.WriteStateAsync();
    }
}
