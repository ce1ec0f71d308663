using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;
using static OrderActors.Refunds.RefundStatus;

namespace OrderActors.Refunds;

/// <summary>What the shell knows beside the state.</summary>
/// <param name="Number">The order's number: the grain's key.</param>
/// <param name="Order">The order; null when there is none.</param>
internal sealed record RefundFacts(OrderNumber Number, RefundedOrder? Order);

/// <summary>What became of a command.</summary>
/// <param name="Refund">The refund's number; 0 when there is none.</param>
/// <param name="Refusal">Why the command was refused.</param>
/// <param name="Replayed">Whether it was decided before.</param>
internal readonly record struct RefundOutcome(int Refund, Refusal? Refusal = null, bool Replayed = false);

/// <summary>The rules of refunds: state × command → new state with its events, or a refusal. Pure.</summary>
/// <remarks>
/// One state holds all refunds of an order, so one writer sees every claim: what counts never passes what was paid, whoever
/// asks at the same time. The payment judges once more before money moves.
/// </remarks>
internal static class RefundLifecycle
{
    /// <summary>The longest note, in characters.</summary>
    public const int MaxNote = 500;

    /// <summary>The most lines of a request.</summary>
    public const int MaxLines = 100;

    private const int MaxQuantity = 99;
    private const long MaxAmount = 1_000_000_000_000;

    /// <summary>Decides on a command. The state in the answer is the same instance when nothing is to be written.</summary>
    public static Decision<RefundState, RefundOutcome> Decide(
        RefundState state, RefundCommand command, RefundFacts facts, RefundOptions options, DateTimeOffset now)
    {
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (state.Commands.Recall(command.Id, fingerprint) is { } known)
            return new(state, new(NumberOf(state, command), known.Refusal, known.Replayed));

        var (after, refusal) = Judge(state, command, facts, options, now);
        if (refusal is null)
        {
            after = after with { Commands = after.Commands.Remember(command.Id, fingerprint) };
            return new(after, new(NumberOf(after, command)));
        }

        if (state.Version > 0 && CommandMemory.IsRemembered(refusal, command.By))
            state = state with { Commands = state.Commands.Remember(command.Id, fingerprint, refusal) };
        return new(state, new(NumberOf(state, command), refusal));
    }

    /// <summary>A deadline fired: requests that nobody decided are decided. What is stale changes nothing.</summary>
    public static RefundState Reach(RefundState state, Deadline deadline, RefundOptions options, DateTimeOffset now)
    {
        foreach (var claim in state.Refunds)
        {
            if (claim.Status != Requested || claim.Deadline != deadline) continue;
            state = options.OnTimeout == UndecidedRefund.Approve
                ? Change(state, Grant(claim, claim.Amount, Actor.System, options, now), EventTypes.RefundApproved, Actor.System, now)
                : Change(
                    state, Decided(claim, Declined, Actor.System, now) with { DecisionNote = "Nobody decided in time." },
                    EventTypes.RefundDeclined, Actor.System, now);
        }

        return state;
    }

    /// <summary>The payment has heard of a granted refund, and will tell what becomes of it.</summary>
    public static RefundState HandedOver(RefundState state, int refund) =>
        state.Find(refund) is { Status: Approved, Deadline: not null } claim
            ? state with { Version = state.Version + 1, Refunds = state.Refunds.SetItem(refund - 1, claim with { Deadline = null }) }
            : state;

    /// <summary>What became of the money. Only what is newer than the last word counts; a success that comes after a failure does.</summary>
    /// <param name="state">The order's refunds.</param>
    /// <param name="refund">The refund's number.</param>
    /// <param name="succeeded">Whether the money went back.</param>
    /// <param name="failure">Why not.</param>
    /// <param name="paymentVersion">The version of the payment that says so; 0 when it refused.</param>
    /// <param name="now">The time.</param>
    public static RefundState Settle(RefundState state, int refund, bool succeeded, string? failure, long paymentVersion, DateTimeOffset now)
    {
        if (state.Find(refund) is not { Status: Approved or Failed } claim) return state;
        if (paymentVersion > 0 && paymentVersion <= claim.PaymentVersion) return state;
        if (claim.Status == Failed && !succeeded) return state;
        var after = claim with
        {
            Status = succeeded ? Refunded : Failed,
            Deadline = null,
            Failure = succeeded ? null : failure ?? "The provider declined.",
            PaymentVersion = Math.Max(paymentVersion, claim.PaymentVersion),
        };
        return Change(state, after, succeeded ? EventTypes.RefundCompleted : EventTypes.RefundFailed, Actor.System, now);
    }

    /// <summary>The names of the commands that a status allows.</summary>
    public static ImmutableArray<string> Allowed(RefundStatus status) => status switch
    {
        Requested => ["approve", "decline", "withdraw"],
        Failed => ["approve", "decline"],
        _ => [],
    };

    private static (RefundState, Refusal?) Judge(
        RefundState state, RefundCommand command, RefundFacts facts, RefundOptions options, DateTimeOffset now)
    {
        if (!CommandId.IsValid(command.Id)) return (state, Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters"));
        if (facts.Order is not { } order)
            return (state, new(RefusalCode.NotFound, $"There is no order {facts.Number}.", Value: facts.Number.ToString()));
        if (Refusal.Stale(command.ExpectedVersion, state.Version, $"The refunds of order {facts.Number}") is { } stale) return (state, stale);
        if (command is RequestRefund request) return Request(state, request, facts.Number, order, options, now);

        var number = RefundOf(command);
        if (state.Find(number) is not { } claim)
            return (state, new(RefusalCode.NotFound, $"Order {facts.Number} has no refund {number}.", Value: Text(number)));
        if ((ValidateDecision(command) ?? MayDecide(claim, command, order) ?? RefuseFrozen(order, facts.Number)) is { } refusal) return (state, refusal);
        return (claim.Status, command) switch
        {
            (Requested or Failed, ApproveRefund c) => Approve(state, claim, c, options, now),
            (Requested or Failed, DeclineRefund c) => (
                Change(state, Decided(claim, Declined, c.By, now) with { DecisionNote = c.Note }, EventTypes.RefundDeclined, c.By, now), null),
            (Requested, WithdrawRefund c) => (
                Change(state, claim with { Status = Withdrawn, Deadline = null }, EventTypes.RefundWithdrawn, c.By, now), null),
            _ => (state, Refusal.Transition(
                Name(command), $"Refund {number} of order {facts.Number}", Names.Of(claim.Status), Allowed(claim.Status))),
        };
    }

    private static (RefundState, Refusal?) Request(
        RefundState state, RequestRefund c, OrderNumber number, RefundedOrder order, RefundOptions options, DateTimeOffset now)
    {
        if ((Validate(c) ?? MayRequest(c, order) ?? RefuseFrozen(order, number)) is { } refusal) return (state, refusal);
        if (!order.IsRefundable) return (state, Refusal.Transition("refund", $"Order {number}", Names.Of(order.Status), []));

        var lines = ImmutableArray.CreateBuilder<ClaimedLine>(c.Lines.OrEmpty().Length);
        foreach (var wanted in c.Lines.OrEmpty())
        {
            if (RefundRules.Choose(wanted, order.Lines, state) is not { } chosen) return (state, UnknownLine(wanted, lines.Count, order, state));
            lines.Add(chosen);
        }

        if (c.Amount is { } money && money.Currency != order.Paid.Currency)
        {
            return (state, new(
                RefusalCode.WrongCurrency, $"The order is in {order.Paid.Currency}, not in {money.Currency}.", "/amount/currency", money.Currency,
                [order.Paid.Currency]));
        }

        var left = checked(order.Paid.Amount - state.Claimed);
        var amount = c.Amount?.Amount ?? (lines.Count > 0 ? RefundRules.Price(lines.ToImmutable(), order) : left);
        if (amount < 1 || amount > left)
        {
            var detail = left < 1
                ? "Nothing of what was paid is left to go back."
                : $"{Math.Max(left, 0)} {order.Paid.Currency} of what was paid can still go back; this would be {amount}.";
            return (state, new(RefusalCode.OverRefund, detail, c.Amount is null ? null : "/amount", Text(amount), [Text(Math.Max(left, 0))]));
        }

        if (now > order.EndedAt + options.ClaimWindow)
        {
            return (state, new(
                RefusalCode.ClaimWindowClosed, $"Refunds could be asked for until {order.EndedAt + options.ClaimWindow:O}.", Value: $"{now:O}"));
        }

        if (state.Refunds.Length >= options.MaxPerOrder)
            return (state, new(RefusalCode.TooMany, $"The order has {state.Refunds.Length} refunds; there can be {options.MaxPerOrder}."));

        var claim = new Claim
        {
            Number = state.Refunds.Length + 1,
            Command = c.Id,
            Reason = c.Reason,
            Requested = amount,
            Amount = amount,
            Lines = lines.ToImmutable(),
            Note = c.Note,
            By = c.By,
            At = now,
            Deadline = new(DeadlineKind.RefundDecision, now + options.DecisionTime),
        };
        var approved = RefundRules.IsApproved(claim, state, order, options);
        state = state with
        {
            Order = number,
            Customer = order.Customer,
            Merchant = order.Merchant,
            Currency = order.Paid.Currency,
            Refunds = state.Refunds.Add(claim),
        };
        state = Change(state, claim, EventTypes.RefundRequested, c.By, now);
        if (!approved) return (state, null);
        var byRule = c.By.Role == Role.Customer;
        var by = byRule ? Actor.System : c.By;
        return (Change(state, Grant(claim, amount, by, options, now) with { Automatic = byRule }, EventTypes.RefundApproved, by, now), null);
    }

    private static (RefundState, Refusal?) Approve(RefundState state, Claim claim, ApproveRefund c, RefundOptions options, DateTimeOffset now)
    {
        var amount = c.Amount ?? claim.Amount;
        // The payment knows what failed by its number and amount, and a part of it may be back already.
        var least = claim.Status == Failed ? claim.Amount : 1;
        if (amount < least || amount > claim.Amount)
        {
            return (state, new(
                RefusalCode.InvalidAmount, $"Refund {claim.Number} is over {claim.Amount} {state.Currency}; {least} to {claim.Amount} can be granted.",
                "/amount", Text(amount), [Text(least), Text(claim.Amount)]));
        }

        return (Change(state, Grant(claim, amount, c.By, options, now), EventTypes.RefundApproved, c.By, now), null);
    }

    private static Claim Grant(Claim claim, long amount, Actor by, RefundOptions options, DateTimeOffset now) => Decided(claim, Approved, by, now) with
    {
        Amount = amount,
        Failure = null,
        Deadline = new(DeadlineKind.ProviderAnswer, now + options.HandOverTime),
    };

    private static Claim Decided(Claim claim, RefundStatus status, Actor by, DateTimeOffset now) =>
        claim with { Status = status, DecidedBy = by, DecidedAt = now, Deadline = null };

    private static RefundState Change(RefundState state, Claim claim, string type, Actor by, DateTimeOffset now)
    {
        var after = state with { Version = state.Version + 1, Refunds = state.Refunds.SetItem(claim.Number - 1, claim) };
        ImmutableArray<Deadline> deadlines = [.. after.Refunds.Select(refund => refund.Deadline).OfType<Deadline>().Distinct()];
        return after with
        {
            Raised = state.Raised.Add(new RefundEvent(
                type, now, by, after.Version, after.Order, claim.Number, claim.Status, after.Customer, after.Merchant,
                new Money(claim.Amount, after.Currency), claim.MerchantShare, deadlines)),
        };
    }

    private static Refusal? Validate(RequestRefund c)
    {
        var lines = c.Lines.OrEmpty();
        if (!Enum.IsDefined(c.Reason))
        {
            return new(
                RefusalCode.UnknownValue, $"{(int)c.Reason} is no reason for a refund.", "/reason", Text((int)c.Reason),
                Names.Of(Enum.GetValues<RefundReason>()));
        }

        if (c.Note is { Length: > MaxNote }) return Refusal.Invalid("/note", $"{c.Note.Length} characters", $"at most {MaxNote} characters");
        if (c.Amount is not null && lines.Length > 0) return Refusal.Invalid("/lines", $"{lines.Length} lines", "absent where there is an amount");
        if (lines.Length > MaxLines) return Refusal.Invalid("/lines", $"{lines.Length} lines", $"at most {MaxLines} lines");
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Quantity is < 1 or > MaxQuantity) return Refusal.Invalid($"/lines/{i}/quantity", Text(lines[i].Quantity), $"1 to {MaxQuantity}");
            if (lines.Take(i).Any(other => other.Line == lines[i].Line)) return Refusal.Invalid($"/lines/{i}/line", Text(lines[i].Line), "there once");
        }

        return c.Amount is { Amount: < 1 or > MaxAmount } money
            ? new(RefusalCode.InvalidAmount, $"{money.Amount} cannot go back; amounts are 1 to {MaxAmount} minor units.", "/amount/amount", Text(money.Amount))
            : null;
    }

    private static Refusal? ValidateDecision(RefundCommand command) => command is DeclineRefund { Note: { Length: > MaxNote } note }
        ? Refusal.Invalid("/note", $"{note.Length} characters", $"at most {MaxNote} characters")
        : null;

    private static Refusal? MayRequest(RequestRefund c, RefundedOrder order) => c.By.Role switch
    {
        Role.Operator => null,
        Role.Customer when c.By.Id == order.Customer => null,
        Role.Merchant when c.By.Id == order.Merchant => null,
        Role.Customer or Role.Merchant => Names.Forbidden(c.By, "refund", "the order is another's"),
        _ => Names.Forbidden(c.By, "refund", $"it is not for a {Names.Of(c.By.Role)} to give"),
    };

    private static Refusal? MayDecide(Claim claim, RefundCommand command, RefundedOrder order) => command switch
    {
        WithdrawRefund when command.By == claim.By => null,
        WithdrawRefund => Names.Forbidden(command.By, "withdraw", "it is for who asked for the refund to give"),
        _ when command.By.Role == Role.Operator => null,
        _ when command.By.Role != Role.Merchant => Names.Forbidden(command.By, Name(command), "it is for the merchant or an operator to give"),
        _ when command.By.Id != order.Merchant => Names.Forbidden(command.By, Name(command), "the order is another merchant's"),
        _ when claim.Status == Failed => Names.Forbidden(command.By, Name(command), "an operator has to see to what failed"),
        _ when !RefundRules.IsBorneByMerchant(claim.Reason, claim.By) =>
            Names.Forbidden(command.By, Name(command), "the platform bears this refund, so an operator decides"),
        _ => null,
    };

    private static Refusal? RefuseFrozen(RefundedOrder order, OrderNumber number) =>
        order.Frozen ? new(RefusalCode.OrderFrozen, $"Order {number} is frozen: nothing about it changes until an operator lets it go on.") : null;

    private static Refusal UnknownLine(RefundLine wanted, int index, RefundedOrder order, RefundState state)
    {
        if (wanted.Line < 1 || wanted.Line > order.Lines.Length)
        {
            return new(
                RefusalCode.UnknownLine, $"The order has no line {wanted.Line}; it has {order.Lines.Length}.", $"/lines/{index}/line", Text(wanted.Line));
        }

        var free = RefundRules.Free(wanted.Line, order.Lines, state);
        return new(
            RefusalCode.UnknownLine, $"Line {wanted.Line} has {free} that no refund is for, not {wanted.Quantity}.", $"/lines/{index}/quantity",
            Text(wanted.Quantity), [Text(free)]);
    }

    private static int NumberOf(RefundState state, RefundCommand command) => command is RequestRefund
        ? state.Refunds.FirstOrDefault(refund => refund.Command == command.Id)?.Number ?? 0
        : state.Find(RefundOf(command))?.Number ?? 0;

    private static int RefundOf(RefundCommand command) => command switch
    {
        ApproveRefund c => c.Refund,
        DeclineRefund c => c.Refund,
        WithdrawRefund c => c.Refund,
        _ => 0,
    };

    private static string Name(RefundCommand command) => command switch
    {
        RequestRefund => "refund",
        ApproveRefund => "approve",
        DeclineRefund => "decline",
        WithdrawRefund => "withdraw",
        _ => command.GetType().Name,
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
