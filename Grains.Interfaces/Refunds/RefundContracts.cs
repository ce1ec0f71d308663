using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Refunds;

/// <summary>Where a refund stands.</summary>
public enum RefundStatus
{
    /// <summary>Asked for; nobody has decided.</summary>
    Requested,

    /// <summary>Approved by a rule, the merchant or an operator; the money is on its way.</summary>
    Approved,

    /// <summary>Not granted. The end.</summary>
    Declined,

    /// <summary>Taken back by who asked. The end.</summary>
    Withdrawn,

    /// <summary>The money went back. The end.</summary>
    Refunded,

    /// <summary>The provider would not give it back; an operator has to see to it.</summary>
    Failed,
}

/// <summary>Why money is to go back.</summary>
public enum RefundReason
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>Something was not in the bag.</summary>
    MissingItem,

    /// <summary>Something else was in the bag.</summary>
    WrongItem,

    /// <summary>Spilt or crushed on the way.</summary>
    Damaged,

    /// <summary>It came too late.</summary>
    Late,

    /// <summary>It was not good.</summary>
    Quality,

    /// <summary>It was reported as delivered and did not come.</summary>
    NotDelivered,
}

/// <summary>A part of an order that is claimed.</summary>
/// <param name="Line">The line's place in the order, from 1.</param>
/// <param name="Quantity">How many of it.</param>
[GenerateSerializer, Immutable, Alias("orderactors.refund-line")]
public readonly record struct RefundLine(int Line, int Quantity);

/// <summary>A command to an order's refunds.</summary>
/// <param name="Id">The command's id: the same id again returns the first outcome and changes nothing.</param>
/// <param name="By">Who gives it.</param>
/// <param name="ExpectedVersion">
/// The version that the caller knows: refused when there is another one. Null for any. It is no part of the command's content.
/// </param>
[GenerateSerializer, Immutable, Alias("orderactors.refund-command")]
public abstract record RefundCommand(string Id, Actor By, [property: JsonIgnore] long? ExpectedVersion = null);

/// <summary>Asks for money back: an amount, or lines, or with neither all that is left.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The order's customer or merchant, or an operator.</param>
/// <param name="Reason">Why.</param>
/// <param name="Amount">How much, in the order's currency; null for lines or for all.</param>
/// <param name="Lines">Which lines; they are priced by what was paid for them.</param>
/// <param name="Note">A word about it; at most 500 characters.</param>
[GenerateSerializer, Immutable, Alias("orderactors.request-refund")]
public sealed record RequestRefund(
    string Id, Actor By, RefundReason Reason, Money? Amount = null, ImmutableArray<RefundLine> Lines = default, string? Note = null)
    : RefundCommand(Id, By);

/// <summary>Grants a refund; one that failed is tried again.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">An operator, or the merchant where the merchant bears it.</param>
/// <param name="Refund">The refund's number within the order.</param>
/// <param name="Amount">Less than was asked for, in minor units; null for all of it.</param>
[GenerateSerializer, Immutable, Alias("orderactors.approve-refund")]
public sealed record ApproveRefund(string Id, Actor By, int Refund, long? Amount = null) : RefundCommand(Id, By);

/// <summary>Does not grant a refund, or gives up one that failed.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">An operator, or the merchant where the merchant would bear it.</param>
/// <param name="Refund">The refund's number within the order.</param>
/// <param name="Note">Why, for the customer; at most 500 characters.</param>
[GenerateSerializer, Immutable, Alias("orderactors.decline-refund")]
public sealed record DeclineRefund(string Id, Actor By, int Refund, string? Note = null) : RefundCommand(Id, By);

/// <summary>Takes a request back, as long as nobody has decided.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who asked.</param>
/// <param name="Refund">The refund's number within the order.</param>
[GenerateSerializer, Immutable, Alias("orderactors.withdraw-refund")]
public sealed record WithdrawRefund(string Id, Actor By, int Refund) : RefundCommand(Id, By);

/// <summary>A refund as it stands.</summary>
/// <param name="Order">The order.</param>
/// <param name="Number">The refund's number within the order, from 1.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it was asked for.</param>
/// <param name="Amount">What goes back, or would.</param>
/// <param name="Requested">What was asked for, in minor units.</param>
/// <param name="MerchantShare">The part that the merchant bears, in minor units.</param>
/// <param name="Lines">The lines it is for; empty for an amount.</param>
/// <param name="Note">A word of who asked.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="RequestedAt">When.</param>
/// <param name="DecidedBy">Who granted or declined it; the platform for a rule or a time-out.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="DecisionNote">Why it was declined.</param>
/// <param name="DecideBy">Until when somebody has to decide.</param>
/// <param name="Failure">Why the money could not go back.</param>
/// <param name="Allowed">The commands that its state allows.</param>
[GenerateSerializer, Immutable, Alias("orderactors.refund-view")]
public sealed record RefundView(
    OrderNumber Order,
    int Number,
    RefundStatus Status,
    RefundReason Reason,
    Money Amount,
    long Requested,
    long MerchantShare,
    ImmutableArray<RefundLine> Lines,
    string? Note,
    Actor RequestedBy,
    DateTimeOffset RequestedAt,
    Actor? DecidedBy,
    DateTimeOffset? DecidedAt,
    string? DecisionNote,
    DateTimeOffset? DecideBy,
    string? Failure,
    ImmutableArray<string> Allowed);

/// <summary>All refunds of an order.</summary>
/// <param name="Order">The order.</param>
/// <param name="Version">Counts the changes.</param>
/// <param name="Left">What can still be asked for, whether or not the time for it is over.</param>
/// <param name="Refunds">The refunds, oldest first.</param>
[GenerateSerializer, Immutable, Alias("orderactors.refunds-view")]
public sealed record RefundsView(OrderNumber Order, long Version, Money Left, ImmutableArray<RefundView> Refunds);

/// <summary>The answer to a command: the refund, or why not.</summary>
/// <param name="Refund">The refund as it stands; null when there is none.</param>
/// <param name="Refusal">Why the command was refused; null when it was done.</param>
/// <param name="Version">The version of the order's refunds.</param>
/// <param name="Replayed">Whether this is the outcome of an earlier command with the same id.</param>
[GenerateSerializer, Immutable, Alias("orderactors.refund-reply")]
public sealed record RefundReply(RefundView? Refund, Refusal? Refusal, long Version = 0, bool Replayed = false);

/// <summary>All refunds of one order: the reverse flow, apart from the order. The key is the order's number.</summary>
[Alias("orderactors.IRefundGrain")]
public interface IRefundGrain : IGrainWithStringKey
{
    /// <summary>What became of a refund's money, from the payment.</summary>
    [Alias("record-payment"), AlwaysInterleave]
    Task RecordPayment(int refund, bool succeeded, PaymentView payment);

    /// <summary>A deadline of a refund fired; answers whether it still waits for just this.</summary>
    [Alias("reach"), AlwaysInterleave]
    Task<bool> Reach(Deadline deadline);

    /// <summary>Does a command or refuses it. The answer comes after the outcome is durable.</summary>
    [Alias("execute"), AlwaysInterleave]
    Task<RefundReply> Execute(RefundCommand command);

    /// <summary>The order's refunds as they stand, or null when there is no such order.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<RefundsView?> Get();
}
