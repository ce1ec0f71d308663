using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Simulations;

/// <summary>What a simulation's time goes by.</summary>
public enum SimulationClock
{
    /// <summary>The real time, as many times faster as its speed says.</summary>
    Real = 0,

    /// <summary>It stands still until its owner advances it.</summary>
    Manual = 1,
}

/// <summary>Where a simulation stands.</summary>
public enum SimulationStatus
{
    /// <summary>It plays.</summary>
    Running = 0,

    /// <summary>Its owner stopped it. The end.</summary>
    Stopped = 1,

    /// <summary>Its time is over. The end.</summary>
    Ended = 2,
}

/// <summary>Merchants and couriers that a simulation makes for itself, in a zone of its own.</summary>
/// <param name="Merchants">How many merchants.</param>
/// <param name="Couriers">How many couriers.</param>
/// <param name="Center">Where they are, within a few hundred metres.</param>
/// <param name="Currency">The currency of the merchants' prices.</param>
[GenerateSerializer, Immutable, Alias("orderactors.simulation-town")]
public sealed record SimulationTown(int Merchants, int Couriers, GeoPoint Center, string Currency);

/// <summary>What a simulation is to be.</summary>
/// <param name="Name">For people; at most 100 characters, or null.</param>
/// <param name="Script">How everybody plays.</param>
/// <param name="Preset">The script that parts of <paramref name="Script"/> without a play are taken from.</param>
/// <param name="Town">Robots to make, or null for none.</param>
/// <param name="Merchants">Merchants that are there already and are to be played; only operators may name some.</param>
/// <param name="Couriers">Couriers that are there already and are to be played; only operators may name some.</param>
/// <param name="Clock">What its time goes by.</param>
/// <param name="Speed">How many times faster than real its real clock is.</param>
/// <param name="Seed">What draws by weight are made from: the same seed draws the same.</param>
/// <param name="Lasts">When it ends by itself, in real time.</param>
[GenerateSerializer, Immutable, Alias("orderactors.simulation-plan")]
public sealed record SimulationPlan(
    string? Name,
    SimulationScript Script,
    SimulationPreset Preset,
    SimulationTown? Town,
    ImmutableArray<string> Merchants,
    ImmutableArray<string> Couriers,
    SimulationClock Clock,
    int Speed,
    int Seed,
    TimeSpan? Lasts);

/// <summary>Something that a simulation did or let be.</summary>
/// <param name="At">When, in real time.</param>
/// <param name="ClockAt">When, by the simulation's clock.</param>
/// <param name="By">Who did it; the role alone for what nobody in particular did.</param>
/// <param name="Action">What, such as <c>accept</c>.</param>
/// <param name="Order">With which order, or null.</param>
/// <param name="Outcome">
/// <c>done</c>, the code of the platform's refusal, <c>failed</c> for what is tried again, or <c>on_purpose</c> for what was let be.
/// </param>
/// <param name="Detail">The platform's words, or null.</param>
[GenerateSerializer, Immutable, Alias("orderactors.simulation-entry")]
public sealed record SimulationEntry(
    DateTimeOffset At, DateTimeOffset ClockAt, Actor By, string Action, OrderNumber? Order, string Outcome, string? Detail = null);

/// <summary>A simulation as it stands.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Counts the changes of its settings, clock and status.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Plan">What it was to be, with the script that it plays.</param>
/// <param name="Merchants">Whom it plays.</param>
/// <param name="Couriers">Whom it plays.</param>
/// <param name="Zone">The zone of its own robots, or null.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="EndsAt">When it ends by itself, in real time.</param>
/// <param name="ClockAt">Its clock.</param>
/// <param name="OpenOrders">Orders that it plays now.</param>
/// <param name="Orders">Orders that it played or plays.</param>
/// <param name="Unplayed">Orders that it left alone because it had too many.</param>
/// <param name="Done">Steps that the platform took.</param>
/// <param name="Refused">Steps that the platform refused.</param>
/// <param name="Pending">Steps that it is going to do.</param>
/// <param name="NextStepAt">When the next one is due by its clock, or null.</param>
/// <param name="Entries">What it did, the newest first; empty in a list.</param>
[GenerateSerializer, Immutable, Alias("orderactors.simulation-view")]
public sealed record SimulationView(
    string Id,
    long Version,
    SimulationStatus Status,
    SimulationPlan Plan,
    ImmutableArray<string> Merchants,
    ImmutableArray<string> Couriers,
    string? Zone,
    DateTimeOffset CreatedAt,
    DateTimeOffset EndsAt,
    DateTimeOffset ClockAt,
    int OpenOrders,
    long Orders,
    long Unplayed,
    long Done,
    long Refused,
    int Pending,
    DateTimeOffset? NextStepAt,
    ImmutableArray<SimulationEntry> Entries = default);

/// <summary>A command to a simulation.</summary>
/// <param name="Id">The command's id: the same id again returns the first outcome and changes nothing.</param>
/// <param name="By">Who gives it.</param>
/// <param name="Owner">Whose simulation it is.</param>
[GenerateSerializer, Immutable, Alias("orderactors.simulation-command")]
public abstract record SimulationCommand(string Id, Actor By, FeedScope Owner);

/// <summary>Begins the simulation.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.start-simulation")]
public sealed record StartSimulation(string Id, Actor By, FeedScope Owner, SimulationPlan Plan) : SimulationCommand(Id, By, Owner);

/// <summary>Advances the clock of a simulation whose clock is manual.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.advance-simulation")]
public sealed record AdvanceSimulation(string Id, Actor By, FeedScope Owner, TimeSpan Time) : SimulationCommand(Id, By, Owner);

/// <summary>Ends the simulation; its own robots close.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.stop-simulation")]
public sealed record StopSimulation(string Id, Actor By, FeedScope Owner) : SimulationCommand(Id, By, Owner);

/// <summary>The answer to a command: the simulation, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.simulation-reply")]
public sealed record SimulationReply(SimulationView? Simulation, Refusal? Refusal, bool Replayed = false);

/// <summary>What a simulation is told of a test order: where it came to.</summary>
/// <param name="Partition">The event's partition of the log.</param>
/// <param name="Sequence">Its sequence there.</param>
/// <param name="Type">What happened.</param>
/// <param name="By">Who did it.</param>
/// <param name="Order">The order.</param>
/// <param name="Version">Its version after it.</param>
/// <param name="Kind">What kind of order it is.</param>
/// <param name="Customer">Whose order it is.</param>
/// <param name="Merchant">Its merchant.</param>
/// <param name="Courier">The courier whom the event concerns.</param>
/// <param name="Status">Where the order stands.</param>
/// <param name="Delivery">Where its delivery stands.</param>
/// <param name="Tenant">Through whom it was placed.</param>
[GenerateSerializer, Immutable, Alias("orderactors.order-sighting")]
public sealed record OrderSighting(
    int Partition,
    long Sequence,
    string Type,
    Actor By,
    OrderNumber Order,
    long Version,
    OrderKind Kind,
    string Customer,
    string Merchant,
    string? Courier,
    OrderStatus Status,
    DeliveryStatus Delivery,
    string? Tenant);

/// <summary>A simulation in the directory.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Running">Whether it plays.</param>
/// <param name="EndsAt">When it ends by itself, in real time.</param>
/// <param name="Merchants">Whom it plays.</param>
/// <param name="Couriers">Whom it plays.</param>
[GenerateSerializer, Immutable, Alias("orderactors.simulation-listing")]
public sealed record SimulationListing(
    string Id, FeedScope Owner, bool Running, DateTimeOffset EndsAt, ImmutableArray<string> Merchants, ImmutableArray<string> Couriers);

/// <summary>The simulations that play.</summary>
/// <param name="Version">Changes with every change.</param>
/// <param name="Running">Those that play.</param>
[GenerateSerializer, Immutable, Alias("orderactors.simulation-directory")]
public sealed record SimulationDirectory(long Version, ImmutableArray<SimulationListing> Running);

/// <summary>One simulation. The key is its id.</summary>
[Alias("orderactors.ISimulationGrain")]
public interface ISimulationGrain : IGrainWithStringKey
{
    /// <summary>Gives it a command.</summary>
    [Alias("execute"), AlwaysInterleave]
    Task<SimulationReply> Execute(SimulationCommand command);

    /// <summary>The simulation as it stands, or null when this owner has none of this id.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<SimulationView?> Get(FeedScope owner);

    /// <summary>Tells it of orders. The same events again are no news, unless they are meant to be handled again.</summary>
    [Alias("observe"), AlwaysInterleave]
    Task Observe(ImmutableArray<OrderSighting> orders, bool again);

    /// <summary>Forgets a simulation that is over.</summary>
    [Alias("forget"), AlwaysInterleave]
    Task Forget();
}

/// <summary>Knows which simulations play whom. There is one.</summary>
[Alias("orderactors.ISimulationDirectoryGrain")]
public interface ISimulationDirectoryGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Key = "all";

    /// <summary>Lists a simulation; a refusal when there are too many, or another one plays one of its robots.</summary>
    [Alias("put"), AlwaysInterleave]
    Task<Refusal?> Put(SimulationListing simulation);

    /// <summary>A simulation plays no more. It stays on its owner's list until newer ones push it out; answers with those that it pushed out.</summary>
    [Alias("end"), AlwaysInterleave]
    Task<ImmutableArray<string>> End(string id);

    /// <summary>The simulations that play; null when nothing changed since a version.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<SimulationDirectory?> Get(long known);

    /// <summary>An owner's simulations, the newest first.</summary>
    [Alias("list"), AlwaysInterleave]
    Task<ImmutableArray<string>> List(FeedScope owner);
}

/// <summary>Tells simulations what becomes of their orders. The key is the partition.</summary>
[Alias("orderactors.ISimulationFeedGrain")]
public interface ISimulationFeedGrain : ISubscriberGrain;
