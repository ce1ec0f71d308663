using OrderActors.Idempotency;
using OrderActors.Merchants;
using OrderActors.Payments;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>What the shell found out before it asks for a decision.</summary>
/// <param name="Number">The order's number: the grain's key.</param>
/// <param name="Terms">What the customer's grain says, when the order is placed.</param>
/// <param name="Merchant">The merchant's answer about other lines: a price when they are proposed, a reservation when they are approved.</param>
/// <param name="Payment">The payment's answer, when the customer pays or an approved change costs more.</param>
internal sealed record OrderFacts(
    OrderNumber Number, CustomerTerms? Terms = null, ReservationReply? Merchant = null, PaymentReply? Payment = null);

/// <summary>The order's rules: state × command → new state with its events, or a refusal. Pure.</summary>
/// <remarks>
/// The first refusal that applies is given, in the order of <see cref="RefusalCode"/>: the id, existence, the command's
/// content, the caller's right, the state, and then whoever else has a say.
/// </remarks>
internal static class OrderLifecycle
{
    /// <summary>Decides on a command. The state in the answer is the same instance when nothing is to be written.</summary>
    public static Decision<OrderState, OrderReply> Decide(
        OrderState state, OrderCommand command, OrderFacts facts, OrderPolicy policy, DateTimeOffset now)
    {
        var remembers = command is not (DeadlineReached or PlacingCommand);
        var fingerprint = remembers ? CommandMemory.Fingerprint(command with { Id = "" }) : "";
        if (remembers && state.Commands.Recall(command.Id, fingerprint) is { } known)
            return new(state, new(Shown(state), known.Refusal, known.Replayed));

        var (after, refusal) = Judge(state, command, facts, policy, now);
        if (refusal is null)
        {
            if (ReferenceEquals(after, state)) return new(state, new(Shown(state), null));
            // A deadline's own state forgets it, which is memory enough.
            if (remembers) after = after with { Commands = after.Commands.Remember(command.Id, fingerprint) };
            return new(after, new(Shown(after), null));
        }

        if (refusal.Code == RefusalCode.WrongPin) state = state with { PinFailures = state.PinFailures + 1 };
        if (state.Status != OrderStatus.None && remembers && CommandMemory.IsRemembered(refusal, command.By, IsActedOn(command)))
            state = state with { Commands = state.Commands.Remember(command.Id, fingerprint, refusal) };
        return new(state, new(Shown(state), refusal));
    }

    /// <summary>Whether the courier is released when the order refuses. Told again, the order must not take a courier who has gone.</summary>
    private static bool IsActedOn(OrderCommand command) =>
        command.By.Role == Role.System && command is AssignCourier or OfferDelivery or HandOver;

    /// <summary>What is wrong with an order that is to be placed, its caller included; null when nothing is.</summary>
    public static Refusal? Screen(PlaceOrder command) => OrderValidation.Validate(command) ?? MayGive(new OrderState(), command);

    private static OrderView? Shown(OrderState state) => state.Status == OrderStatus.None ? null : state.ToView();

    private static (OrderState After, Refusal? Refusal) Judge(
        OrderState state, OrderCommand command, OrderFacts facts, OrderPolicy policy, DateTimeOffset now)
    {
        if (state.Status == OrderStatus.None && command is not (PlaceOrder or PlacingCommand))
            return (state, new(RefusalCode.NotFound, $"There is no order {facts.Number}.", Value: facts.Number.ToString()));
        if (state.Status != OrderStatus.None && command is PlaceOrder)
            return (state, new(RefusalCode.AlreadyExists, $"Order {facts.Number} was placed before.", Value: facts.Number.ToString()));
        if (Refusal.Stale(command.ExpectedVersion, state.Version, $"Order {facts.Number}") is { } stale) return (state, stale);
        if ((OrderValidation.Validate(command) ?? MayGive(state, command) ?? Thaw(state, command)) is { } refusal) return (state, refusal);

        // The payment's event was faster than its answer: the order went on by what is paid here.
        if (command is PayOrder pay && OrderPayments.IsRecorded(state, facts.Payment?.Payment)) return (state with { PaymentSource = pay.Source }, null);

        if (OrderTable.Row(state, command, command.By.Role) is not { } effect)
        {
            return (state, Refusal.Transition(
                OrderTable.Name(command), $"Order {facts.Number}", Describe(state), OrderTable.Allowed(state, command.By.Role)));
        }

        var draft = new OrderDraft(
            state.Status == OrderStatus.None ? state with { Number = facts.Number } : state, command.By, facts, policy, now);
        refusal = effect(draft);
        return refusal is null ? (draft.Finish(), null) : (state, refusal);
    }

    /// <summary>The state in a word: the order's, and the delivery's where the courier's progress matters.</summary>
    private static string Describe(OrderState state) =>
        state.Delivery != DeliveryStatus.NotNeeded && state.Status is OrderStatus.Preparing or OrderStatus.Ready or OrderStatus.InDelivery
            ? $"{Names.Of(state.Status)}/{Names.Of(state.Delivery)}"
            : Names.Of(state.Status);

    /// <summary>While an order is frozen only facts are taken note of, and the word that lets it go on.</summary>
    private static Refusal? Thaw(OrderState state, OrderCommand command) =>
        state.Frozen && command is not (UnfreezeOrder or RecordPayment or RecordExport)
            ? new(
                RefusalCode.OrderFrozen, $"Order {state.Number} is frozen; an operator has to let it go on first.",
                Value: Describe(state), Allowed: OrderTable.Allowed(state, command.By.Role))
            : null;

    private static Refusal? MayGive(OrderState state, OrderCommand command)
    {
        if (command is PlacingCommand) return null;
        var (by, name) = (command.By, OrderTable.Name(command));
        if (!OrderTable.Givers(command).Has(by.Role)) return Names.Forbidden(by, name, $"it is not for a {Names.Of(by.Role)} to give");
        return by.Role switch
        {
            Role.Customer when by.Id != (command is PlaceOrder p ? p.Customer : state.Customer) =>
                Names.Forbidden(by, name, "the order is another customer's"),
            Role.Merchant when by.Id != state.Merchant => Names.Forbidden(by, name, "the order is another merchant's"),
            Role.Courier when by.Id != (state.Courier ?? state.OfferedTo) || command is UnassignCourier u && u.Courier != by.Id =>
                Names.Forbidden(by, name, $"the order is {Describe(state)} and this courier does not have it"),
            _ => null,
        };
    }
}
