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

    private static readonly TimeSpan MaxPlannedAhead = TimeSpan.FromDays(1);

    /// <summary>Decides on a command. The state in the answer is the same instance when nothing is to be written.</summary>
    public static Decision<CourierState, CourierOutcome> Decide(
        CourierState state, CourierCommand command, CourierFacts facts, CourierOptions options, DateTimeOffset now)
    {
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (state.Commands.Recall(command.Id, fingerprint) is { } known) return new(state, new(known.Refusal, known.Replayed));

        var refusal = Refuse(state, command, facts.Id, now);
        if (refusal is null && CourierTable.Row(state, command, now) is { } effect)
        {
            var before = facts.Seen is { } seen && state.Status != OffDuty ? state with { Location = seen } : state;
            var (after, happened) = effect(new(before, facts, options, now));
            if (happened.IsEmpty) return new(state, new(null));
            after = after with { Version = state.Version + 1, Commands = after.Commands.Remember(command.Id, fingerprint) };
            return new(after with { Raised = state.Raised.AddRange(happened.Select(DomainEvent (fact) => Event(fact, after, command, now))) }, new(null));
        }

        refusal ??= NoRow(state, command, facts.Id, now);
        if (state.Exists && CommandMemory.IsRemembered(refusal, command.By))
            state = state with { Commands = state.Commands.Remember(command.Id, fingerprint, refusal) };
        return new(state, new(refusal));
    }

    /// <summary>Whether dispatch is to be told of a move. What it knows is never wrong by more than the distance, or for longer than the time.</summary>
    public static bool IsWorthTelling((GeoPoint At, DateTimeOffset When)? told, GeoPoint at, DateTimeOffset now, CourierOptions options) =>
        told is not { } last || now - last.When >= options.LocationInterval || last.At.MetresTo(at) > options.LocationMetres;

    private static Refusal? Refuse(CourierState state, CourierCommand command, string id, DateTimeOffset now)
    {
        if (!state.Exists && command is not CreateCourier) return new(RefusalCode.NotFound, $"There is no courier {id}.", Value: id);
        if (state.Exists && command is CreateCourier) return new(RefusalCode.AlreadyExists, $"Courier {id} exists already.", Value: id);
        return Refusal.Stale(command.ExpectedVersion, state.Version, $"Courier {id}") ?? Validate(command, id, now) ?? MayGive(command, id) ??
            command switch
            {
                TakeAssignment c when state.Status == Available || c.Direct && state.Status == Busy && !c.Orders.All(state.Assignment.Contains) =>
                    Fits(state, c, now),
                TakeOver c when state.Status is Available or Busy => Fits(state, c, now),
                _ => null,
            };
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
            CreateCourier c when !Enum.IsDefined(c.Vehicle) => UnknownVehicle(c.Vehicle),
            ChangeCourier { Capacity: < 1 or > MaxCapacity } c => Refusal.Invalid("/capacity", $"{c.Capacity}", $"1 to {MaxCapacity} orders"),
            ChangeCourier { Vehicle: { } vehicle } when !Enum.IsDefined(vehicle) => UnknownVehicle(vehicle),
            GoOnline { Location.IsValid: false } c => BadLocation(c.Location),
            GoOnline { Until: { } until } when until <= now => Refusal.Invalid("/until", $"{until:O}", $"after now, {now:O}"),
            GoOnline { PlannedStart: { } start } c when start > now + MaxPlannedAhead || start >= c.Until =>
                Refusal.Invalid("/planned_start", $"{start:O}", $"within {MaxPlannedAhead.TotalHours:0} hours from now and before the shift's end"),
            TakeAssignment c when c.Orders.IsDefaultOrEmpty || c.Orders.Length > MaxCapacity =>
                Refusal.Invalid("/orders", $"{c.Orders.OrEmpty().Length} orders", $"1 to {MaxCapacity} orders"),
            TakeAssignment c when c.Orders.Distinct().Count() != c.Orders.Length => Refusal.Invalid("/orders", "an order twice", "different orders"),
            DeclineOffer c when !Enum.IsDefined(c.Reason) =>
                new(RefusalCode.UnknownValue, $"{(int)c.Reason} is no reason to decline.", "/reason", $"{(int)c.Reason}"),
            WithdrawOffer c when c.Orders.IsDefaultOrEmpty || c.Orders.Length > MaxCapacity =>
                Refusal.Invalid("/orders", $"{c.Orders.OrEmpty().Length} orders", $"1 to {MaxCapacity} orders"),
            TakeOver c when !EntityId.IsValid(c.From) => Refusal.Invalid("/from", c.From, EntityId.Rule),
            TakeOver c when c.From == id => Refusal.Invalid("/from", c.From, "another courier than the one who takes over"),
            FinishOrder { DeliveredAt: { IsValid: false } at } => BadLocation(at),
            _ => null,
        };
    }

    /// <summary>The refusal of a place that is none.</summary>
    public static Refusal BadLocation(GeoPoint at) =>
        Names.BadPlace("/location", at);

    private static Refusal? MayGive(CourierCommand command, string id) => command.By.Role switch
    {
        Role.Operator or Role.System => null,
        _ when CourierTable.IsForDispatch(command) => Names.Forbidden(command.By, CourierTable.Name(command), "it is for dispatch or an operator to give"),
        Role.Courier when command.By.Id == id => null,
        _ => Names.Forbidden(command.By, CourierTable.Name(command), "it is for the courier itself or an operator to give"),
    };

    private static Refusal UnknownVehicle(Vehicle vehicle) =>
        new(RefusalCode.UnknownValue, $"{(int)vehicle} is no vehicle.", "/vehicle", $"{(int)vehicle}", Names.Of(Enum.GetValues<Vehicle>()));

    /// <summary>Whether a courier who is free, or busy and told directly, can take these orders.</summary>
    private static Refusal? Fits(CourierState state, TakeAssignment c, DateTimeOffset now)
    {
        if (state.OnlineUntil <= now) return Unavailable(state, $"was on duty until {state.OnlineUntil:O}", now);
        if (state.Assignment.Any(c.Orders.Contains)) return Unavailable(state, "carries a part of it already", now);
        if (c.Orders.Length + state.Assignment.Length > state.Capacity)
            return Unavailable(state, $"carries {state.Capacity} orders at once, not {c.Orders.Length + state.Assignment.Length}", now);
        foreach (var passed in c.Direct ? [] : state.Passed)
        {
            if (passed.Until > now && c.Orders.Contains(passed.Order))
                return Unavailable(state, $"passed order {passed.Order} on and is not asked again before {passed.Until:O}", now);
        }

        return null;
    }

    private static Refusal? Fits(CourierState state, TakeOver c, DateTimeOffset now)
    {
        if (state.Assignment.Contains(c.Order)) return null;
        if (state.OnlineUntil <= now) return Unavailable(state, $"was on duty until {state.OnlineUntil:O}", now);
        return state.Assignment.Length < state.Capacity ? null : Unavailable(state, $"carries {state.Assignment.Length} orders already", now);
    }

    private static Refusal NoRow(CourierState state, CourierCommand command, string id, DateTimeOffset now) => command switch
    {
        TakeAssignment or TakeOver => Unavailable(state, $"is {Names.Of(state.Status)}", now),
        AcceptOffer c => NoOffer(id, c.Order),
        DeclineOffer c => NoOffer(id, c.Order),
        _ => Refusal.Transition(CourierTable.Name(command), $"Courier {id}", Names.Of(state.Status), CourierTable.Allowed(state, now)),
    };

    private static Refusal NoOffer(string id, OrderNumber order) => new(
        RefusalCode.OfferExpired,
        $"Courier {id} has no open offer with order {order}: it was answered or withdrawn, its time is over, or it was never made.",
        Value: order.ToString());

    private static Refusal Unavailable(CourierState state, string why, DateTimeOffset now) =>
        new(RefusalCode.CourierUnavailable, $"Courier {state.Id} {why} and cannot take this assignment.",
            Value: Names.Of(state.Status), Allowed: CourierTable.Allowed(state, now));

    private static CourierEvent Event(CourierFact fact, CourierState s, CourierCommand command, DateTimeOffset now) => new(
        fact.Type, now, command.By, s.Version, s.Id, s.Zone, s.Status, s.Location, s.OnlineUntil, s.Capacity,
        fact.Orders.IsDefault ? s.Assignment : fact.Orders, s.LastHandover,
        fact.Type == EventTypes.CourierOffered ? s.Offer?.Until : null, fact.Detail, fact.Pay, fact.Shift, s.Passed,
        fact.Choice, s.Shift?.Orders ?? 0, s.Shift is { } shift ? shift.StartedAt + shift.Breaks : null);
}
