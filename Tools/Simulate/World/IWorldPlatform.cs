using OrderActors.Broadcast;
using OrderActors.Embedded.Simulation;
using Orleans;

namespace OrderActors.Tools.Simulate.World;

/// <summary>The simulated platform, as the world sees it: the ways in, the clock, and what is durable.</summary>
internal interface IWorldPlatform
{
    /// <summary>The clients' way in. Any call may fail, and its outcome is unknown then.</summary>
    IGrainFactory Grains { get; }

    /// <summary>The world's true time.</summary>
    TimeProvider Clock { get; }

    /// <summary>
    /// Whether what is read may be old in this run: two activations of a grain may exist, or one may wait for ever for a write that is durable.
    /// </summary>
    bool ReadsMayBeOld { get; }

    /// <summary>How far the clocks of two silos may be apart in this run.</summary>
    TimeSpan ClocksApart { get; }

    /// <summary>Told of every event in order per partition as it becomes durable, on the world's thread.</summary>
    event Action<LoggedEvent>? Committed;

    /// <summary>Sends a request of a client to a process that is alive. It fails when no answer comes, and its outcome is unknown then.</summary>
    /// <param name="serve">What the process does with it.</param>
    /// <param name="patience">How long the client waits.</param>
    Task<T> Send<T>(Action<SimulatedSilo, ClientRequest<T>> serve, TimeSpan patience);

    /// <summary>Whether no fault has struck since a time of the clock, in its ticks.</summary>
    bool IsQuietSince(long ticks);

    /// <summary>A stream of dice of its own for each purpose.</summary>
    Dice Dice(string purpose);

    /// <summary>Notes a step of the world for the trace.</summary>
    void Trace(string actor, string what);

    /// <summary>Ends all faults: every silo is alive, and every grain has one activation at most.</summary>
    Task HealAsync();

    /// <summary>All durable states; only after the faults ended.</summary>
    IEnumerable<CommittedState> States();

    /// <summary>The newest durable sequence of a partition.</summary>
    long Head(int partition);

    /// <summary>How far a subscriber is.</summary>
    long Cursor(string subscriber, int partition);
}
