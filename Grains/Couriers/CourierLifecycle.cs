using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;
using static OrderActors.Couriers.CourierStatus;

namespace OrderActors.Couriers;

/// <summary>What the shell knows beside the state.</summary>
/// <param name="Id">The grain's key.</param>
/// <param name="Seen">Where the courier was last seen since the state was written.</param>
/// <param name="SealedPage">The page of the order index that was sealed for this command.</param>
internal sealed record CourierFacts(string Id, GeoPoint? Seen = null, int? SealedPage = null);

/// <summary>What became of a command.</summary>
internal readonly record struct CourierOutcome(Refusal? Refusal, bool Replayed = false);

/// <summary>The courier's rules: state × command → new state with its events, or a refusal. Pure.</summary>
internal static class CourierLifecycle
{
    public const int MaxCapacity = 20;
    private const int MaxName = 200;

    private delegate (CourierState State, ImmutableArray<string> Events) Effect();

    /// <summary>Decides on a command. The state in the answer is the same instance when nothing is to be written.</summary>
    public static Decision<CourierState, CourierOutcome> Decide(CourierState state, CourierCommand command, CourierFacts facts, DateTimeOffset now)
    {
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (state.Commands.Recall(command.Id, fingerprint) is { } known) return new(state, new(known.Refusal, known.Replayed));

        var refusal = Refuse(state, command, facts.Id, now);
        if (refusal is null && Row(state, command, facts, now) is { } effect)
        {
            var (after, types) = effect();
            if (types.IsEmpty) return new(state, new(null));
            after = after with { Version = state.Version + 1, Commands = after.Commands.Remember(command.Id, fingerprint) };
            return new(after with { Raised = state.Raised.AddRange(types.Select(DomainEvent (type) => Event(type, after, command, now))) }, new(null));
        }

        refusal ??= command is TakeAssignment
            ? Unavailable(state, $"is {Names.Of(state.Status)}")
            : Refusal.Transition(Name(command), $"Courier {facts.Id}", Names.Of(state.Status), Allowed(state));
        if (state.Exists && CommandMemory.IsRemembered(refusal, command.By))
            state = state with { Commands = state.Commands.Remember(command.Id, fingerprint, refusal) };
        return new(state, new(refusal));
    }

    /// <summary>The table. Null: not possible in this state. An effect without events is a no-op on purpose.</summary>
    private static Effect? Row(CourierState s, CourierCommand command, CourierFacts facts, DateTimeOffset now) => (s.Exists, s.Status, command) switch
    {
        (false, _, CreateCourier c) => () => (s with { Id = facts.Id, Name = c.Name, Zone = c.Zone, Capacity = c.Capacity }, [EventTypes.CourierDutyChanged]),

        // Going online again moves the courier and the end of the shift, and takes back a leave that was asked for.
        (true, OffDuty or Available, GoOnline c) => () => (GoOn(s, c, Available), [EventTypes.CourierDutyChanged]),
        (true, Busy, GoOnline c) => () => (GoOn(s, c, Busy), [EventTypes.CourierDutyChanged]),

        (true, Available, GoOffline) => () => (GoOff(s), [EventTypes.CourierDutyChanged]),
        (true, Busy, GoOffline) => () => (s with { LeavesAfterAssignment = true }, s.LeavesAfterAssignment ? [] : [EventTypes.CourierDutyChanged]),

        (true, Available, TakeAssignment c) => () => (Take(s, c, facts), [EventTypes.CourierAssigned]),
        // Dispatch may not know that its last try succeeded.
        (true, Busy, TakeAssignment c) when c.Orders.AsSpan().SequenceEqual(s.Assignment.AsSpan()) => () => (s, []),

        (true, Busy, FinishOrder c) when s.Assignment.Contains(c.Order) => () => Finish(s, c, facts, now),
        // An order that the courier does not carry was finished before: events come at least once.
        (true, _, FinishOrder) => () => (s, []),

        _ => null,
    };

    /// <summary>The names of the commands that the table has a row for, whatever their values.</summary>
    public static ImmutableArray<string> Allowed(CourierState state)
    {
        CourierCommand[] probes =
        [
            new CreateCourier("", Actor.System, "", "", 1), new GoOnline("", Actor.System, default), new GoOffline("", Actor.System),
            new TakeAssignment("", Actor.System, []), new FinishOrder("", Actor.System, default, null),
        ];
        return [.. probes.Where(probe => Row(state, probe, new(state.Id), default) is not null).Select(Name)];
    }

    /// <summary>A command's name.</summary>
    public static string Name(CourierCommand command) => command switch
    {
        CreateCourier => "create",
        GoOnline => "go_online",
        GoOffline => "go_offline",
        TakeAssignment => "take_assignment",
        FinishOrder => "finish_order",
        _ => command.GetType().Name,
    };

    private static Refusal? Refuse(CourierState state, CourierCommand command, string id, DateTimeOffset now)
    {
        if (!state.Exists && command is not CreateCourier) return new(RefusalCode.NotFound, $"There is no courier {id}.", Value: id);
        if (state.Exists && command is CreateCourier) return new(RefusalCode.AlreadyExists, $"Courier {id} exists already.", Value: id);
        return Validate(command, id, now) ?? MayGive(command, id) ??
            (command is TakeAssignment take && state.Status == Available ? Fits(state, take, now) : null);
    }

    private static Refusal? Validate(CourierCommand command, string id, DateTimeOffset now)
    {
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        return command switch
        {
            CreateCourier when !EntityId.IsValid(id) => Refusal.Invalid("/courier", id, EntityId.Rule),
            CreateCourier c when string.IsNullOrWhiteSpace(c.Name) || c.Name.Length > MaxName =>
                Refusal.Invalid("/name", $"{c.Name?.Length ?? 0} characters", $"1 to {MaxName} characters"),
            CreateCourier c when !EntityId.IsValid(c.Zone) => Refusal.Invalid("/zone", c.Zone, EntityId.Rule),
            CreateCourier { Capacity: < 1 or > MaxCapacity } c => Refusal.Invalid("/capacity", $"{c.Capacity}", $"1 to {MaxCapacity} orders"),
            GoOnline { Location.IsValid: false } c => BadLocation(c.Location),
            GoOnline { Until: { } until } when until <= now => Refusal.Invalid("/until", $"{until:O}", $"after now, {now:O}"),
            TakeAssignment c when c.Orders.IsDefaultOrEmpty || c.Orders.Length > MaxCapacity =>
                Refusal.Invalid("/orders", $"{c.Orders.OrEmpty().Length} orders", $"1 to {MaxCapacity} orders"),
            TakeAssignment c when c.Orders.Distinct().Count() != c.Orders.Length => Refusal.Invalid("/orders", "an order twice", "different orders"),
            FinishOrder { DeliveredAt: { IsValid: false } at } => BadLocation(at),
            _ => null,
        };
    }

    /// <summary>The refusal of a place that is none.</summary>
    public static Refusal BadLocation(GeoPoint at) =>
        Names.BadPlace("/location", at);

    private static Refusal? MayGive(CourierCommand command, string id) => (command, command.By.Role) switch
    {
        (_, Role.Operator or Role.System) => null,
        (CreateCourier or GoOnline or GoOffline, Role.Courier) when command.By.Id == id => null,
        (TakeAssignment or FinishOrder, _) => Names.Forbidden(command.By, Name(command), "it is for dispatch or an operator to give"),
        _ => Names.Forbidden(command.By, Name(command), "it is for the courier itself or an operator to give"),
    };

    private static Refusal? Fits(CourierState state, TakeAssignment c, DateTimeOffset now)
    {
        if (state.OnlineUntil <= now) return Unavailable(state, $"has a shift that ended at {state.OnlineUntil:O}");
        return c.Orders.Length > state.Capacity ? Unavailable(state, $"carries {state.Capacity} orders at once, not {c.Orders.Length}") : null;
    }

    private static Refusal Unavailable(CourierState state, string why) =>
        new(RefusalCode.CourierUnavailable, $"Courier {state.Id} {why} and cannot take this assignment.",
            Value: Names.Of(state.Status), Allowed: Allowed(state));

    private static CourierState GoOn(CourierState s, GoOnline c, CourierStatus status) =>
        s with { Status = status, Location = c.Location, OnlineUntil = c.Until, LeavesAfterAssignment = false };

    private static CourierState GoOff(CourierState s) =>
        s with { Status = OffDuty, Location = null, OnlineUntil = null, LeavesAfterAssignment = false, Assignment = [] };

    private static CourierState Take(CourierState s, TakeAssignment c, CourierFacts facts)
    {
        var orders = s.Orders;
        var page = facts.SealedPage;
        foreach (var order in c.Orders) (orders, page) = (orders.Add(order, page), null);
        return s with { Status = Busy, Assignment = c.Orders, Orders = orders, Location = facts.Seen ?? s.Location };
    }

    private static (CourierState, ImmutableArray<string>) Finish(CourierState s, FinishOrder c, CourierFacts facts, DateTimeOffset now)
    {
        var after = s with
        {
            Assignment = s.Assignment.Remove(c.Order),
            Location = c.DeliveredAt ?? facts.Seen ?? s.Location,
            LastHandover = c.DeliveredAt is null ? s.LastHandover : now,
        };
        if (!after.Assignment.IsEmpty) return (after, [EventTypes.CourierReleased]);
        // A shift that ended while the last order was on its way ends now.
        var leaves = s.LeavesAfterAssignment || s.OnlineUntil <= now;
        return (leaves ? GoOff(after) : after with { Status = Available }, [EventTypes.CourierReleased, EventTypes.CourierDutyChanged]);
    }

    private static CourierEvent Event(string type, CourierState s, CourierCommand command, DateTimeOffset now) => new CourierEvent(
        type, now, command.By, s.Version, s.Id, s.Zone, s.Status, s.Location, s.OnlineUntil, s.Capacity,
        type == EventTypes.CourierReleased && command is FinishOrder c ? [c.Order] : s.Assignment, s.LastHandover);
}
