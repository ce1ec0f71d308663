using System.Collections.Immutable;
using OrderActors.Client.Http;
using OrderActors.Client.Orders;
using OrderActors.Refunds;
using OrderActors.Values;

namespace OrderActors.Client.Refunds;

/// <summary>POST /v1/orders/{number}/refunds. With neither an amount nor lines it is for all that is left.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who asks; null for whose key it is.</param>
/// <param name="Amount">How much.</param>
/// <param name="Lines">Which lines.</param>
/// <param name="Note">A word about it, at most 500 characters.</param>
internal sealed record RequestRefundRequest(
    RefundReason Reason, ActorBody? Actor = null, MoneyBody? Amount = null, RefundLineBody[]? Lines = null, string? Note = null);

/// <summary>A part of an order.</summary>
/// <param name="Line">The line's place in the order, from 1.</param>
/// <param name="Quantity">How many of it.</param>
[method: System.Text.Json.Serialization.JsonConstructor]
internal readonly record struct RefundLineBody(int Line, int Quantity);

/// <summary>POST /v1/orders/{number}/refunds/{refund}/approve. The body may be left out.</summary>
/// <param name="Actor">Who grants it; null for whose key it is.</param>
/// <param name="Amount">Less than was asked for, in minor units; all of it when left out.</param>
internal sealed record ApproveRefundRequest(ActorBody? Actor = null, long? Amount = null)
{
    public static readonly ApproveRefundRequest Empty = new();
}

/// <summary>POST /v1/orders/{number}/refunds/{refund}/decline. The body may be left out.</summary>
/// <param name="Actor">Who declines it; null for whose key it is.</param>
/// <param name="Note">Why, for the customer.</param>
internal sealed record DeclineRefundRequest(ActorBody? Actor = null, string? Note = null)
{
    public static readonly DeclineRefundRequest Empty = new();
}

/// <summary>POST /v1/orders/{number}/refunds/{refund}/withdraw. The body may be left out.</summary>
/// <param name="Actor">Who asked for it; null for whose key it is.</param>
internal sealed record WithdrawRefundRequest(ActorBody? Actor = null)
{
    public static readonly WithdrawRefundRequest Empty = new();
}

/// <summary>A refund.</summary>
/// <param name="Order">The order's number.</param>
/// <param name="Number">The refund's number within the order, from 1.</param>
/// <param name="Status">requested, approved, declined, withdrawn, refunded or failed.</param>
/// <param name="Reason">Why it was asked for.</param>
/// <param name="Amount">What goes back, or would.</param>
/// <param name="RequestedAmount">What was asked for, in minor units.</param>
/// <param name="MerchantShare">The part that the merchant bears, in minor units.</param>
/// <param name="Lines">The lines it is for; absent for an amount.</param>
/// <param name="Note">A word of who asked.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="RequestedAt">When.</param>
/// <param name="DecidedBy">Who decided; system for a rule or a time-out.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="DecisionNote">Why it was declined.</param>
/// <param name="DecideBy">Until when somebody has to decide.</param>
/// <param name="Failure">Why the money could not go back.</param>
/// <param name="Allowed">The actions that its status allows.</param>
internal sealed record RefundResponse(
    OrderNumber Order,
    int Number,
    RefundStatus Status,
    RefundReason Reason,
    MoneyBody Amount,
    long RequestedAmount,
    long MerchantShare,
    RefundLineBody[]? Lines,
    string? Note,
    ByBody RequestedBy,
    DateTimeOffset RequestedAt,
    ByBody? DecidedBy,
    DateTimeOffset? DecidedAt,
    string? DecisionNote,
    DateTimeOffset? DecideBy,
    string? Failure,
    ImmutableArray<string> Allowed)
{
    public static RefundResponse From(RefundView refund) => new(
        refund.Order,
        refund.Number,
        refund.Status,
        refund.Reason,
        MoneyBody.From(refund.Amount),
        refund.Requested,
        refund.MerchantShare,
        refund.Lines.IsDefaultOrEmpty ? null : [.. refund.Lines.Select(line => new RefundLineBody(line.Line, line.Quantity))],
        refund.Note,
        new(refund.RequestedBy.Role, refund.RequestedBy.Id),
        refund.RequestedAt,
        refund.DecidedBy is { } by ? new(by.Role, by.Id) : null,
        refund.DecidedAt,
        refund.DecisionNote,
        refund.DecideBy,
        refund.Failure,
        refund.Allowed.IsDefault ? [] : refund.Allowed);
}

/// <summary>GET /v1/orders/{number}/refunds.</summary>
/// <param name="Left">What can still be asked for.</param>
/// <param name="Data">The refunds, oldest first.</param>
internal sealed record RefundListResponse(MoneyBody Left, RefundResponse[] Data);
