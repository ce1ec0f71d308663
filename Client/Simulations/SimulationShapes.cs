using System.Collections.Immutable;
using OrderActors.Client.Http;
using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Simulations;
using OrderActors.Values;

namespace OrderActors.Client.Simulations;

/// <summary>How a merchant plays an order; times in seconds of the simulation's clock.</summary>
/// <param name="Act">What it does.</param>
/// <param name="AfterSeconds">How long it thinks, 0 to 86,400; 20 when left out.</param>
/// <param name="ReadySeconds">How long it prepares, 0 to 86,400; 300 when left out.</param>
/// <param name="Reason">Why it rejects; merchant_busy when left out.</param>
/// <param name="Weight">How often this play is drawn, 1 to 1,000; all plays of a list have one, or none has.</param>
internal sealed record MerchantPlayBody(MerchantAct Act, int? AfterSeconds = null, int? ReadySeconds = null, CancelReason? Reason = null, int? Weight = null)
{
    public static MerchantPlayBody From(MerchantPlay play) => play.Act switch
    {
        MerchantAct.Accept or MerchantAct.Substitute => new(play.Act, play.AfterSeconds, play.ReadySeconds, Weight: play.Weight),
        MerchantAct.Reject => new(play.Act, play.AfterSeconds, Reason: play.Reason, Weight: play.Weight),
        _ => new(play.Act, play.AfterSeconds, Weight: play.Weight),
    };

    public MerchantPlay ToPlay()
    {
        var usual = new MerchantPlay(Act);
        return usual with
        {
            AfterSeconds = AfterSeconds ?? usual.AfterSeconds,
            ReadySeconds = ReadySeconds ?? usual.ReadySeconds,
            Reason = Reason ?? usual.Reason,
            Weight = Weight,
        };
    }
}

/// <summary>How a courier plays an order; times in seconds of the simulation's clock.</summary>
/// <param name="Act">What the courier does.</param>
/// <param name="AfterSeconds">How long until the offer is answered, 0 to 86,400; 5 when left out.</param>
/// <param name="StepSeconds">How long each step takes, 0 to 86,400; 60 when left out.</param>
/// <param name="LateSeconds">How much longer the way to the customer takes, 0 to 86,400; 0 when left out.</param>
/// <param name="Reason">Why it fails at the door; customer_absent when left out.</param>
/// <param name="DeclineReason">Why it declines; too_far when left out.</param>
/// <param name="Weight">How often this play is drawn, 1 to 1,000; all plays of a list have one, or none has.</param>
internal sealed record CourierPlayBody(
    CourierAct Act,
    int? AfterSeconds = null,
    int? StepSeconds = null,
    int? LateSeconds = null,
    CancelReason? Reason = null,
    DeclineReason? DeclineReason = null,
    int? Weight = null)
{
    public static CourierPlayBody From(CourierPlay play) => new(
        play.Act, play.AfterSeconds, play.StepSeconds, play.LateSeconds, play.Act == CourierAct.FailAtDoor ? play.Reason : null,
        play.Act == CourierAct.Decline ? play.DeclineReason : null, play.Weight);

    public CourierPlay ToPlay()
    {
        var usual = new CourierPlay(Act);
        return usual with
        {
            AfterSeconds = AfterSeconds ?? usual.AfterSeconds,
            StepSeconds = StepSeconds ?? usual.StepSeconds,
            LateSeconds = LateSeconds ?? usual.LateSeconds,
            Reason = Reason ?? usual.Reason,
            DeclineReason = DeclineReason ?? usual.DeclineReason,
            Weight = Weight,
        };
    }
}

/// <summary>How a customer plays an order; times in seconds of the simulation's clock.</summary>
/// <param name="Act">What the customer does.</param>
/// <param name="AfterSeconds">How long after the occasion, 0 to 86,400; 10 when left out.</param>
/// <param name="Source">The sandbox's card token that pays; tok_ok when left out.</param>
/// <param name="At">At which status to cancel: scheduled, awaiting_payment, awaiting_merchant or preparing; preparing when left out.</param>
/// <param name="Reason">Why money is wanted back; quality when left out.</param>
/// <param name="ApprovesChanges">Whether changes that the merchant proposes are approved or declined; approved when left out.</param>
/// <param name="Weight">How often this play is drawn, 1 to 1,000; all plays of a list have one, or none has.</param>
internal sealed record CustomerPlayBody(
    CustomerAct Act,
    int? AfterSeconds = null,
    string? Source = null,
    OrderStatus? At = null,
    RefundReason? Reason = null,
    bool? ApprovesChanges = null,
    int? Weight = null)
{
    public static CustomerPlayBody From(CustomerPlay play) => new(
        play.Act, play.AfterSeconds, play.Act == CustomerAct.Nothing ? null : play.Source, play.Act == CustomerAct.Cancel ? play.At : null,
        play.Act == CustomerAct.AskRefund ? play.Reason : null, play.ApprovesChanges, play.Weight);

    public CustomerPlay ToPlay()
    {
        var usual = new CustomerPlay(Act);
        return usual with
        {
            AfterSeconds = AfterSeconds ?? usual.AfterSeconds,
            Source = Source ?? usual.Source,
            At = At ?? usual.At,
            Reason = Reason ?? usual.Reason,
            ApprovesChanges = ApprovesChanges ?? usual.ApprovesChanges,
            Weight = Weight,
        };
    }
}

/// <summary>How everybody plays: at most 20 plays each. What is left out is as in the preset.</summary>
/// <param name="MerchantPlays">How the merchants play, a play for each order.</param>
/// <param name="CourierPlays">How the couriers play, a play for each offer or assignment.</param>
/// <param name="CustomerPlays">How the customers play, a play for each order.</param>
internal sealed record ScriptBody(
    MerchantPlayBody[]? MerchantPlays = null, CourierPlayBody[]? CourierPlays = null, CustomerPlayBody[]? CustomerPlays = null)
{
    public static ScriptBody From(SimulationScript script) => new(
        [.. script.Merchants.Select(MerchantPlayBody.From)], [.. script.Couriers.Select(CourierPlayBody.From)],
        [.. script.Customers.Select(CustomerPlayBody.From)]);

    public SimulationScript ToScript() => new(
        [.. Given(MerchantPlays, "/script/merchant_plays").Select(p => p.ToPlay())],
        [.. Given(CourierPlays, "/script/courier_plays").Select(p => p.ToPlay())],
        [.. Given(CustomerPlays, "/script/customer_plays").Select(p => p.ToPlay())]);

    // Nothing says to the serializer that an element is not null.
    private static T[] Given<T>(T[]? plays, string pointer)
        where T : class
    {
        if (plays is null) return [];
        var missing = Array.IndexOf<T?>(plays, null);
        return missing < 0
            ? plays
            : throw new RequestFault(
                ProblemKind.Malformed, "A play is null.", new ProblemError("null_not_allowed", "It must be a play.", Pointer: $"{pointer}/{missing}"));
    }
}

/// <summary>Robots that a simulation makes for itself, in a zone of its own.</summary>
/// <param name="MerchantCount">How many merchants, 0 to 20; 1 when left out. They sell pizza at 900, salad at 650, lemonade at 300.</param>
/// <param name="CourierCount">How many couriers, 0 to 200; 1 when left out.</param>
/// <param name="Center">Where they are; Berlin when left out.</param>
/// <param name="Currency">Of the merchants' prices; EUR when left out.</param>
internal sealed record TownBody(int? MerchantCount = null, int? CourierCount = null, PointBody? Center = null, string? Currency = null)
{
    private static readonly GeoPoint Berlin = new(52.52, 13.405);

    public static TownBody From(SimulationTown town) => new(town.Merchants, town.Couriers, PointBody.From(town.Center), town.Currency);

    public SimulationTown ToTown() => new(MerchantCount ?? 1, CourierCount ?? 1, Center?.ToPoint() ?? Berlin, Currency ?? "EUR");
}

/// <summary>POST /v1/simulations.</summary>
/// <param name="Name">For people; at most 100 characters.</param>
/// <param name="Preset">A script that comes with the platform; happy_path when left out.</param>
/// <param name="Script">What differs from the preset.</param>
/// <param name="Town">Robots to make; one merchant and one courier when nobody is named either.</param>
/// <param name="Merchants">Merchants that are there already and are to be played; for operators.</param>
/// <param name="Couriers">Couriers that are there already and are to be played; for operators.</param>
/// <param name="Clock">real or manual; real when left out.</param>
/// <param name="Speed">How many times faster than real the real clock is, 1 to 1,000; 1 when left out.</param>
/// <param name="Seed">What draws by weight are made from; 1 when left out.</param>
/// <param name="LastsSeconds">When it ends by itself, in real seconds; an hour unless the platform says otherwise.</param>
internal sealed record CreateSimulationRequest(
    string? Name = null,
    SimulationPreset? Preset = null,
    ScriptBody? Script = null,
    TownBody? Town = null,
    [GrainKey] string[]? Merchants = null,
    [GrainKey] string[]? Couriers = null,
    SimulationClock? Clock = null,
    int? Speed = null,
    int? Seed = null,
    int? LastsSeconds = null)
{
    public SimulationPlan ToPlan()
    {
        var town = Town ?? (Merchants is null && Couriers is null ? new TownBody() : null);
        return new(
            Name, Script?.ToScript() ?? new([], [], []), Preset ?? SimulationPreset.HappyPath, town?.ToTown(), [.. Merchants ?? []], [.. Couriers ?? []],
            Clock ?? SimulationClock.Real, Speed ?? 1, Seed ?? 1, LastsSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }
}

/// <summary>POST /v1/simulations/{id}/clock.</summary>
/// <param name="AdvanceSeconds">By how much, 1 to 604,800.</param>
internal sealed record AdvanceClockRequest(int AdvanceSeconds);

/// <summary>Something that a simulation did or let be.</summary>
/// <param name="At">When, in real time.</param>
/// <param name="ClockAt">When, by the simulation's clock.</param>
/// <param name="Role">Who did it.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Action">What, such as accept.</param>
/// <param name="Order">With which order.</param>
/// <param name="Outcome">done, the platform's refusal, failed, or on_purpose for what was let be.</param>
/// <param name="Detail">The platform's words.</param>
internal sealed record SimulationEntryBody(
    DateTimeOffset At, DateTimeOffset ClockAt, Role Role, [GrainKey] string Actor, string Action, string? Order, string Outcome, string? Detail)
{
    public static SimulationEntryBody From(SimulationEntry entry) => new(
        entry.At, entry.ClockAt, entry.By.Role, entry.By.Id, entry.Action, entry.Order?.ToString(), entry.Outcome,
        entry.Detail is { } detail ? Sides.Shown(detail) : null);
}

/// <summary>How many orders a simulation plays.</summary>
/// <param name="Open">Under way.</param>
/// <param name="Total">All that it played or plays.</param>
/// <param name="Unplayed">That it left alone, because too many were under way.</param>
internal sealed record SimulationOrdersBody(int Open, long Total, long Unplayed);

/// <summary>What a simulation does.</summary>
/// <param name="Done">What the platform took.</param>
/// <param name="Refused">What the platform refused.</param>
/// <param name="Pending">What is planned.</param>
/// <param name="NextAt">When the next of it is due, by the simulation's clock.</param>
internal sealed record SimulationStepsBody(long Done, long Refused, int Pending, DateTimeOffset? NextAt);

/// <summary>A simulation.</summary>
/// <param name="Log">What it did, the newest first, at most 200; absent in a list.</param>
internal sealed record SimulationResponse(
    string Id,
    long Version,
    string? Name,
    SimulationStatus Status,
    SimulationPreset Preset,
    ScriptBody Script,
    TownBody? Town,
    [GrainKey] ImmutableArray<string> Merchants,
    [GrainKey] ImmutableArray<string> Couriers,
    [GrainKey] string? Zone,
    SimulationClock Clock,
    int Speed,
    int Seed,
    DateTimeOffset CreatedAt,
    DateTimeOffset EndsAt,
    DateTimeOffset ClockAt,
    SimulationOrdersBody Orders,
    SimulationStepsBody Steps,
    SimulationEntryBody[]? Log)
{
    public static SimulationResponse From(SimulationView view, bool withLog = true)
    {
        var plan = view.Plan;
        return new(
            view.Id, view.Version, plan.Name, view.Status, plan.Preset, ScriptBody.From(plan.Script), plan.Town is { } town ? TownBody.From(town) : null,
            view.Merchants, view.Couriers, view.Zone, plan.Clock, plan.Speed, plan.Seed, view.CreatedAt, view.EndsAt, view.ClockAt,
            new(view.OpenOrders, view.Orders, view.Unplayed), new(view.Done, view.Refused, view.Pending, view.NextStepAt),
            withLog ? [.. view.Entries.Select(SimulationEntryBody.From)] : null);
    }
}

/// <summary>A page of simulations.</summary>
internal sealed record SimulationListResponse(SimulationResponse[] Data, string? NextCursor, bool HasMore);
