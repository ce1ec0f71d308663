using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Simulations;

/// <summary>A simulation while several things are decided on it, so that many orders cost one new state.</summary>
internal sealed class SimulationDraft(SimulationState state, DateTimeOffset now)
{
    private readonly List<SimulationEntry> _entries = [];
    private long _nextStep = state.NextStep;

    /// <summary>As it was before.</summary>
    public SimulationState Before { get; } = state;

    /// <summary>Its script.</summary>
    public SimulationScript Script => Before.Plan!.Script;

    /// <summary>Its clock.</summary>
    public DateTimeOffset ClockAt { get; } = state.ClockAt(now);

    public ImmutableSortedDictionary<OrderNumber, PlayedOrder>.Builder Orders { get; } = state.Orders.ToBuilder();

    public ImmutableSortedDictionary<int, long>.Builder Seen { get; } = state.Seen.ToBuilder();

    public List<SimulationStep> Steps { get; } = [.. state.Steps];

    public long OrderCount { get; set; } = state.OrderCount;

    public long JobCount { get; set; } = state.JobCount;

    public long Unplayed { get; set; } = state.Unplayed;

    public long Done { get; set; } = state.Done;

    public long Refused { get; set; } = state.Refused;

    /// <summary>Plans a step.</summary>
    public void Plan(DateTimeOffset at, SimulationAction action, Actor by, OrderNumber order, int play, TimeSpan notFor = default) =>
        Steps.Add(new(_nextStep++, at, action, by, order, play, NotBefore: notFor == default ? default : now + notFor));

    /// <summary>Writes into the log what was done or let be.</summary>
    public void Note(Actor by, SimulationAction action, OrderNumber? order, string outcome, string? detail = null) =>
        _entries.Add(new(now, ClockAt, by, Names.Of(action), order, outcome, detail));

    /// <summary>The simulation after it.</summary>
    public SimulationState Finish()
    {
        _entries.Reverse();
        return Before with
        {
            Orders = Orders.ToImmutable(),
            Seen = Seen.ToImmutable(),
            Steps = [.. Steps],
            Entries = [.. _entries.Concat(Before.Entries).Take(SimulationLifecycle.MaxEntries)],
            NextStep = _nextStep,
            OrderCount = OrderCount,
            JobCount = JobCount,
            Unplayed = Unplayed,
            Done = Done,
            Refused = Refused,
        };
    }
}
