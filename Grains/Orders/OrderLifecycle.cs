using OrderActors.Idempotency;
using OrderActors.Merchants;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>What the shell found out before it asks for a decision.</summary>
/// <param name="Number">The order's number: the grain's key.</param>
/// <param name="Reserved">The merchant's answer, asked for when an order is placed that is not there yet.</param>
internal sealed record OrderFacts(OrderNumber Number, ReservationReply? Reserved = null);

/// <summary>The order's rules: state × command → new state with its events, or a refusal. Pure.</summary>
/// <remarks>
/// The first refusal that applies is given, in the order of <see cref="RefusalCode"/>: the id, existence, the command's
/// content, the caller's right, the state, the merchant's answer.
/// </remarks>
internal static class OrderLifecycle
{
    /// <summary>The longest note, in characters.</summary>
    public const int MaxNote = 500;

    /// <summary>Decides on a command. The state in the answer is the same instance when nothing is to be written.</summary>
    public static Decision<OrderState, OrderReply> Decide(
        OrderState state, OrderCommand command, OrderFacts facts, OrderPolicy policy, DateTimeOffset now)
    {
        var fingerprint = command is DeadlineReached ? "" : CommandMemory.Fingerprint(command with { Id = "" });
        if (state.Commands.Recall(command.Id, fingerprint) is { } known)
            return new(state, new(state.ToView(), known.Refusal, known.Replayed));

        var (after, refusal) = Judge(state, command, facts, policy, now);
        if (refusal is null)
        {
            if (ReferenceEquals(after, state)) return new(state, new(state.ToView(), null));
            // A deadline's own state forgets it, which is memory enough.
            if (command is not DeadlineReached) after = after with { Commands = after.Commands.Remember(command.Id, fingerprint) };
            return new(after, new(after.ToView(), null));
        }

        if (state.Status != OrderStatus.None && CommandMemory.IsRemembered(refusal, command.By))
            state = state with { Commands = state.Commands.Remember(command.Id, fingerprint, refusal) };
        return new(state, new(state.Status == OrderStatus.None ? null : state.ToView(), refusal));
    }

    /// <summary>What is wrong with a command's content, whatever the state; null when nothing is.</summary>
    public static Refusal? Validate(OrderCommand command)
    {
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        return command switch
        {
            PlaceOrder c => ValidatePlacement(c),
            AcceptOrder { PreparationTime: { } time } => OrderEffects.RefusePreparation(time),
            RejectOrder c => ValidateReason(c, c.Reason),
            CancelOrder c => ValidateReason(c, c.Reason),
            AssignCourier c when !EntityId.IsValid(c.Courier) => Refusal.Invalid("/courier", c.Courier, EntityId.Rule),
            UnassignCourier c when !EntityId.IsValid(c.Courier) => Refusal.Invalid("/courier", c.Courier, EntityId.Rule),
            AdvanceDelivery c when !Enum.IsDefined(c.Step) => Refusal.Invalid("/step", c.Step.ToString(), "a courier's step"),
            _ => null,
        };
    }

    /// <summary>What is wrong with an order that is to be placed, its caller included; null when nothing is.</summary>
    public static Refusal? Screen(PlaceOrder command) => Validate(command) ?? MayGive(new OrderState(), command);

    private static (OrderState After, Refusal? Refusal) Judge(
        OrderState state, OrderCommand command, OrderFacts facts, OrderPolicy policy, DateTimeOffset now)
    {
        if (state.Status == OrderStatus.None && command is not PlaceOrder)
            return (state, new(RefusalCode.NotFound, $"There is no order {facts.Number}.", Value: facts.Number.ToString()));
        if (state.Status != OrderStatus.None && command is PlaceOrder)
            return (state, new(RefusalCode.AlreadyExists, $"Order {facts.Number} was placed before.", Value: facts.Number.ToString()));
        if ((Validate(command) ?? MayGive(state, command)) is { } refusal) return (state, refusal);

        if (OrderTable.Row(state, command, command.By.Role) is not { } effect)
        {
            return (state, Refusal.Transition(
                OrderTable.Name(command), $"Order {facts.Number}", Describe(state), OrderTable.Allowed(state, command.By.Role)));
        }

        if (facts.Reserved?.Refusal is { } reservation) return (state, reservation);
        var draft = new OrderDraft(
            state.Status == OrderStatus.None ? state with { Number = facts.Number } : state, command.By, policy, now)
        {
            Reserved = facts.Reserved?.Reservation,
        };
        refusal = effect(draft);
        return refusal is null ? (draft.Finish(), null) : (state, refusal);
    }

    /// <summary>The state in a word: the order's, and the delivery's where the courier's progress matters.</summary>
    private static string Describe(OrderState state) =>
        state.Status is OrderStatus.Preparing or OrderStatus.Ready or OrderStatus.InDelivery
            ? $"{Names.Of(state.Status)}/{Names.Of(state.Delivery)}"
            : Names.Of(state.Status);

    private static Refusal? MayGive(OrderState state, OrderCommand command)
    {
        var (by, name) = (command.By, OrderTable.Name(command));
        if (!OrderTable.Givers(command).Has(by.Role)) return Names.Forbidden(by, name, $"it is not for a {Names.Of(by.Role)} to give");
        return by.Role switch
        {
            Role.Customer when by.Id != (command is PlaceOrder p ? p.Customer : state.Customer) =>
                Names.Forbidden(by, name, "the order is another customer's"),
            Role.Merchant when by.Id != state.Merchant => Names.Forbidden(by, name, "the order is another merchant's"),
            Role.Courier when by.Id != state.Courier || command is UnassignCourier u && u.Courier != by.Id =>
                Names.Forbidden(by, name, $"the order is {Describe(state)} and this courier does not have it"),
            _ => null,
        };
    }

    private static Refusal? ValidateReason(OrderCommand command, CancelReason reason)
    {
        var reasons = OrderEffects.Reasons(command.By.Role);
        // To a role that has no right to the command that refusal says more.
        return !OrderTable.Givers(command).Has(command.By.Role) || reasons.Contains(reason)
            ? null
            : Refusal.Invalid("/reason", Names.Of(reason), $"one of {string.Join(", ", Names.Of(reasons))}") with { Allowed = Names.Of(reasons) };
    }

    private static Refusal? ValidatePlacement(PlaceOrder c)
    {
        if (!EntityId.IsValid(c.Customer)) return Refusal.Invalid("/customer", c.Customer, EntityId.Rule);
        if (!EntityId.IsValid(c.Merchant)) return Refusal.Invalid("/merchant", c.Merchant, EntityId.Rule);
        if (MerchantRules.ValidateLines(c.Lines) is { } refusal) return refusal;
        if (c.Total.Amount < 0) return Refusal.Invalid("/total/amount", $"{c.Total.Amount}", "0 or more minor units");
        if (!Money.IsCurrency(c.Total.Currency)) return Refusal.Invalid("/total/currency", c.Total.Currency, "three capital letters");
        if (!c.Dropoff.IsValid) return Names.BadPlace("/dropoff", c.Dropoff);
        return c.Note is { Length: > MaxNote } ? Refusal.Invalid("/note", $"{c.Note.Length} characters", $"at most {MaxNote} characters") : null;
    }
}
