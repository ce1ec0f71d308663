using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Simulations;

/// <summary>What somebody in a simulation is going to do. Stored by number.</summary>
internal enum SimulationAction
{
    OpenMerchant = 0,
    OpenCourier = 1,
    CloseMerchant = 2,
    CloseCourier = 3,
    Accept = 4,
    Reject = 5,
    RunOut = 6,
    Substitute = 7,
    Ready = 8,
    Collect = 9,
    Pay = 10,
    Cancel = 11,
    AskRefund = 12,
    ResolveModification = 13,
    AcceptOffer = 14,
    DeclineOffer = 15,
    DropOut = 16,
    LeaveForPickup = 17,
    ArriveAtPickup = 18,
    PickUp = 19,
    LeaveForDropoff = 20,
    ArriveAtDropoff = 21,
    Deliver = 22,
    GoOffline = 23,
    FailDelivery = 24,
    ReturnGoods = 25,
    EmptyShelf = 29,

    // Never steps: what is let be, for the log.
    Forget = 26,
    Ignore = 27,
    Vanish = 28,
}

/// <summary>What was planned for an order, so that an event that says the same again plans nothing.</summary>
[Flags]
internal enum SimulationDuties
{
    None = 0,
    Answer = 1,
    AcceptChanged = 2,
    Ready = 4,
    Collect = 8,
    Pay = 16,
    Cancel = 32,
    Refund = 64,
    LeaveForPickup = 128,
    ArriveAtPickup = 256,
    PickUp = 512,
    LeaveForDropoff = 1_024,
    ArriveAtDropoff = 2_048,
    HandOver = 4_096,
    Return = 8_192,
    Customer = Pay | Cancel | Refund,
    Courier = LeaveForPickup | ArriveAtPickup | PickUp | LeaveForDropoff | ArriveAtDropoff | HandOver | Return,
}

/// <summary>A step that is due by the simulation's clock.</summary>
/// <param name="Id">Its number within the simulation; it makes the command's id, so that a step that is done twice does it once.</param>
/// <param name="At">When, by the simulation's clock.</param>
/// <param name="Action">What.</param>
/// <param name="By">Who.</param>
/// <param name="Order">With which order; null for what is no order's.</param>
/// <param name="Play">Which play of the script of who does it.</param>
/// <param name="Tries">How often it was tried in vain.</param>
/// <param name="NotBefore">When it is tried again at the earliest, in real time.</param>
internal sealed record SimulationStep(
    long Id, DateTimeOffset At, SimulationAction Action, Actor By, OrderNumber? Order, int Play, int Tries = 0, DateTimeOffset NotBefore = default);

/// <summary>An order that is played.</summary>
/// <param name="Number">Which.</param>
/// <param name="Customer">Whose it is.</param>
/// <param name="MerchantPlay">The merchant's play; -1 when nobody plays that part.</param>
/// <param name="CustomerPlay">The customer's play; -1 when nobody plays that part.</param>
/// <param name="Reached">When the newest step with it was due: on a manual clock, what follows from it counts from there.</param>
/// <param name="Planned">What was planned.</param>
/// <param name="Courier">The courier whose play is on; null for none.</param>
/// <param name="CourierPlay">That play.</param>
internal sealed record PlayedOrder(
    OrderNumber Number,
    string Customer,
    int MerchantPlay,
    int CustomerPlay,
    DateTimeOffset Reached,
    SimulationDuties Planned = SimulationDuties.None,
    string? Courier = null,
    int CourierPlay = -1);

/// <summary>What is stored of a simulation: its script, the orders that it plays, and the steps that are due.</summary>
[StoredAs("simulation", version: 1)]
internal sealed record SimulationState
{
    private readonly ImmutableArray<string> _merchants;
    private readonly ImmutableArray<string> _couriers;
    private readonly ImmutableArray<SimulationStep> _steps;
    private readonly ImmutableArray<SimulationEntry> _entries;
    private readonly ImmutableSortedDictionary<OrderNumber, PlayedOrder>? _orders;
    private readonly ImmutableSortedDictionary<int, long>? _seen;

    /// <summary>Counts the changes of settings, clock and status; 0 when there is no simulation.</summary>
    public long Version { get; init; }

    public FeedScope? Owner { get; init; }

    /// <summary>With the preset's plays filled in.</summary>
    public SimulationPlan? Plan { get; init; }

    public SimulationStatus Status { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset EndsAt { get; init; }

    /// <summary>How far its owner advanced a manual clock.</summary>
    public TimeSpan Advanced { get; init; }

    /// <summary>Whom it plays, its own robots and others.</summary>
    public ImmutableArray<string> Merchants { get => _merchants.OrEmpty(); init => _merchants = value; }

    /// <summary>Whom it plays, its own robots and others.</summary>
    public ImmutableArray<string> Couriers { get => _couriers.OrEmpty(); init => _couriers = value; }

    /// <summary>The orders under way, by number.</summary>
    public ImmutableSortedDictionary<OrderNumber, PlayedOrder> Orders
    {
        get => _orders ?? ImmutableSortedDictionary<OrderNumber, PlayedOrder>.Empty;
        init => _orders = value;
    }

    /// <summary>What is to be done.</summary>
    public ImmutableArray<SimulationStep> Steps { get => _steps.OrEmpty(); init => _steps = value; }

    /// <summary>The last sequence of each partition that was looked at: the same events again are no news.</summary>
    public ImmutableSortedDictionary<int, long> Seen { get => _seen ?? ImmutableSortedDictionary<int, long>.Empty; init => _seen = value; }

    /// <summary>What was done, the newest first.</summary>
    public ImmutableArray<SimulationEntry> Entries { get => _entries.OrEmpty(); init => _entries = value; }

    public long NextStep { get; init; }

    /// <summary>How many orders were played, which is also what their plays are drawn by.</summary>
    public long OrderCount { get; init; }

    /// <summary>How many offers and assignments were played, which is also what their plays are drawn by.</summary>
    public long JobCount { get; init; }

    public long Unplayed { get; init; }

    public long Done { get; init; }

    public long Refused { get; init; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    [JsonIgnore]
    public bool Exists => Plan is not null;

    [JsonIgnore]
    public bool IsRunning => Exists && Status == SimulationStatus.Running;

    /// <summary>The simulation's clock at a real time.</summary>
    public DateTimeOffset ClockAt(DateTimeOffset now) => Plan!.Clock == SimulationClock.Manual
        ? CreatedAt + Advanced
        : CreatedAt + (now - CreatedAt) * Plan.Speed;

    /// <summary>When a step can be done, in real time; null for not before the clock is advanced.</summary>
    public DateTimeOffset? DueAt(SimulationStep step)
    {
        if (Plan!.Clock == SimulationClock.Manual) return step.At <= CreatedAt + Advanced ? step.NotBefore : null;
        var at = CreatedAt + (step.At - CreatedAt) / Plan.Speed;
        return at > step.NotBefore ? at : step.NotBefore;
    }

    /// <summary>The simulation for callers.</summary>
    public SimulationView ToView(string id, DateTimeOffset now, bool withEntries) => new(
        id, Version, Status, Plan!, Merchants, Couriers, Plan!.Town is null ? null : SimulationLifecycle.ZoneOf(id), CreatedAt, EndsAt, ClockAt(now),
        Orders.Count, OrderCount, Unplayed, Done, Refused, Steps.Length, Steps.IsEmpty ? null : Steps.Min(step => step.At),
        withEntries ? Entries : []);

    /// <summary>The simulation in the directory.</summary>
    public SimulationListing ToListing(string id) => new(id, Owner!, IsRunning, EndsAt, Merchants, Couriers);
}
