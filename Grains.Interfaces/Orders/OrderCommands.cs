using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Dispatch;
using OrderActors.Payments;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Orders;

/// <summary>A command to an order.</summary>
/// <param name="Id">The command's id: the same id again returns the first outcome and changes nothing.</param>
/// <param name="By">Who gives it.</param>
/// <param name="ExpectedVersion">
/// The version that the caller knows: refused when there is another one. Null for any. It is no part of the command's content.
/// </param>
[GenerateSerializer, Immutable, Alias("orderactors.order-command")]
public abstract record OrderCommand(string Id, Actor By, [property: JsonIgnore] long? ExpectedVersion = null);

/// <summary>Places the order. Prices and stock are the merchant's to say.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The customer.</param>
/// <param name="Customer">The customer's id.</param>
/// <param name="Merchant">The merchant's id.</param>
/// <param name="Lines">What is wanted.</param>
/// <param name="Total">What the customer was shown as the sum: goods and delivery, less discounts.</param>
/// <param name="Dropoff">Where to; for an order without a courier it means nothing.</param>
/// <param name="Note">A word for the merchant or courier; at most 500 characters.</param>
/// <param name="Kind">What kind of order it is.</param>
/// <param name="ScheduledFor">When the customer wants the goods; null for as soon as possible.</param>
/// <param name="Coupon">The coupon's code, or null.</param>
/// <param name="Payment">How it is paid.</param>
/// <param name="PaymentSource">The provider's token for the customer's card; null to pay within the time for payment.</param>
/// <param name="ExternalId">The caller's own id for the order, unique per tenant, or null.</param>
/// <param name="Tenant">Whose order it is among the platform's users; empty where there is one.</param>
/// <param name="RequirePin">Whether the courier needs the customer's PIN to hand the goods over.</param>
/// <param name="QuoteId">The quote whose price the order has; null for the menu's.</param>
[GenerateSerializer, Immutable, Alias("orderactors.place-order")]
public sealed record PlaceOrder(
    string Id,
    Actor By,
    string Customer,
    string Merchant,
    ImmutableArray<OrderLine> Lines,
    Money Total,
    GeoPoint Dropoff,
    string? Note = null,
    OrderKind Kind = OrderKind.Delivery,
    DateTimeOffset? ScheduledFor = null,
    string? Coupon = null,
    PaymentMethod Payment = PaymentMethod.Cash,
    string? PaymentSource = null,
    string? ExternalId = null,
    string? Tenant = null,
    bool RequirePin = false,
    string? QuoteId = null)
    : OrderCommand(Id, By);

/// <summary>Pays an order that waits for its payment.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The customer or an operator.</param>
/// <param name="Source">The provider's token for the customer's card.</param>
[GenerateSerializer, Immutable, Alias("orderactors.pay-order")]
public sealed record PayOrder(string Id, Actor By, string Source) : OrderCommand(Id, By);

/// <summary>What became of the money, as the payment's own grain has it.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The platform.</param>
/// <param name="Payment">The payment as it stands. An older version than the last one changes nothing.</param>
[GenerateSerializer, Immutable, Alias("orderactors.record-payment")]
public sealed record RecordPayment(string Id, Actor By, PaymentView Payment) : OrderCommand(Id, By);

/// <summary>The merchant takes the order.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The merchant or an operator; the platform for a merchant that accepts by itself.</param>
/// <param name="PreparationTime">How long it will take; null for the merchant's usual time.</param>
[GenerateSerializer, Immutable, Alias("orderactors.accept-order")]
public sealed record AcceptOrder(string Id, Actor By, TimeSpan? PreparationTime = null) : OrderCommand(Id, By);

/// <summary>The merchant refuses the order.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.reject-order")]
public sealed record RejectOrder(string Id, Actor By, CancelReason Reason) : OrderCommand(Id, By);

/// <summary>The merchant has the goods ready.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.mark-ready")]
public sealed record MarkReady(string Id, Actor By) : OrderCommand(Id, By);

/// <summary>The customer came for the goods: the end of an order of the kind pickup.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.collect-order")]
public sealed record CollectOrder(string Id, Actor By) : OrderCommand(Id, By);

/// <summary>Ends the order. After the pickup that means: the goods go back.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="WaiveFee">Whether an operator lets the customer off the fee.</param>
[GenerateSerializer, Immutable, Alias("orderactors.cancel-order")]
public sealed record CancelOrder(string Id, Actor By, CancelReason Reason, bool WaiveFee = false) : OrderCommand(Id, By);

/// <summary>Proposes other lines. Nothing changes until the other side approves.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The customer, or the merchant for a substitution.</param>
/// <param name="Lines">All lines as they shall be: what is missing is removed.</param>
[GenerateSerializer, Immutable, Alias("orderactors.propose-modification")]
public sealed record ProposeModification(string Id, Actor By, ImmutableArray<OrderLine> Lines) : OrderCommand(Id, By);

/// <summary>Answers a proposed change. Whoever proposed it may only take it back.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Proposal">The proposal's number within the order, from 1.</param>
/// <param name="Approve">Whether it shall be so.</param>
[GenerateSerializer, Immutable, Alias("orderactors.resolve-modification")]
public sealed record ResolveModification(string Id, Actor By, int Proposal, bool Approve) : OrderCommand(Id, By);

/// <summary>A courier is asked whether to take the delivery.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The platform.</param>
/// <param name="Courier">Who is asked.</param>
/// <param name="Until">When the offer ends.</param>
/// <param name="Choice">Why this courier; null when a person said so. It is no part of the command's content.</param>
[GenerateSerializer, Immutable, Alias("orderactors.offer-delivery")]
public sealed record OfferDelivery(
    string Id, Actor By, string Courier, DateTimeOffset Until, [property: JsonIgnore] AssignmentChoice? Choice = null) : OrderCommand(Id, By);

/// <summary>A courier took the assignment that dispatch made.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The platform, or an operator.</param>
/// <param name="Courier">Who.</param>
/// <param name="Choice">Why this courier; null when a person said so, or when it stands with the offer. It is no part of the command's content.</param>
[GenerateSerializer, Immutable, Alias("orderactors.assign-courier")]
public sealed record AssignCourier(string Id, Actor By, string Courier, [property: JsonIgnore] AssignmentChoice? Choice = null) : OrderCommand(Id, By);

/// <summary>The courier declines the offer, or drops out before the pickup: the delivery goes back to pending and the attempt is counted.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The platform, the courier, or an operator.</param>
/// <param name="Courier">Who.</param>
/// <param name="Declined">Whether the courier's grain says so, which has ended the offer already and may have the order anew by now.</param>
[GenerateSerializer, Immutable, Alias("orderactors.unassign-courier")]
public sealed record UnassignCourier(string Id, Actor By, string Courier, bool Declined = false) : OrderCommand(Id, By);

/// <summary>Another courier took the goods over on the way.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The platform, once the other courier has them.</param>
/// <param name="Courier">Who has them now.</param>
[GenerateSerializer, Immutable, Alias("orderactors.hand-over")]
public sealed record HandOver(string Id, Actor By, string Courier) : OrderCommand(Id, By);

/// <summary>How far the courier is.</summary>
public enum CourierStep
{
    /// <summary>Left for the merchant.</summary>
    LeaveForPickup,

    /// <summary>At the merchant's.</summary>
    ArriveAtPickup,

    /// <summary>Has the goods.</summary>
    PickUp,

    /// <summary>Left for the customer.</summary>
    LeaveForDropoff,

    /// <summary>At the customer's.</summary>
    ArriveAtDropoff,

    /// <summary>Handed over.</summary>
    Deliver,
}

/// <summary>What shows that the goods were handed over. Pictures are kept elsewhere; here is where, and their hash.</summary>
/// <param name="Pin">The PIN that the customer said, or null.</param>
/// <param name="PhotoUrl">Where a photo is, or null.</param>
/// <param name="SignatureUrl">Where a signature is, or null.</param>
/// <param name="Hash">The SHA-256 of the photo or signature in hexadecimal, or null.</param>
[GenerateSerializer, Immutable, Alias("orderactors.proof")]
public sealed record Proof(string? Pin = null, string? PhotoUrl = null, string? SignatureUrl = null, string? Hash = null);

/// <summary>The courier did a step. Steps between may be left out; none can be taken back.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The courier.</param>
/// <param name="Step">The step.</param>
/// <param name="Proof">Of the handover, or null.</param>
[GenerateSerializer, Immutable, Alias("orderactors.courier-step")]
public sealed record AdvanceDelivery(string Id, Actor By, CourierStep Step, Proof? Proof = null) : OrderCommand(Id, By);

/// <summary>The goods could not be handed over: they go back.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The courier or an operator.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("orderactors.fail-delivery")]
public sealed record FailDelivery(string Id, Actor By, CancelReason Reason) : OrderCommand(Id, By);

/// <summary>The goods are back at the merchant's.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.return-goods")]
public sealed record ReturnGoods(string Id, Actor By) : OrderCommand(Id, By);

/// <summary>Stops everything about the order until it is unfrozen.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">An operator, or a reconciliation.</param>
/// <param name="Reason">Why, for the audit; 1 to 500 characters.</param>
[GenerateSerializer, Immutable, Alias("orderactors.freeze-order")]
public sealed record FreezeOrder(string Id, Actor By, string Reason) : OrderCommand(Id, By);

/// <summary>Lets a frozen order go on.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">An operator, or a reconciliation.</param>
/// <param name="Reason">Why, for the audit; 1 to 500 characters.</param>
[GenerateSerializer, Immutable, Alias("orderactors.unfreeze-order")]
public sealed record UnfreezeOrder(string Id, Actor By, string Reason) : OrderCommand(Id, By);

/// <summary>An operator moves the order by hand, past the rules that bind everybody else.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The operator.</param>
/// <param name="To">Where to: canceled, delivered or returned.</param>
/// <param name="Reason">Why, for the audit; 1 to 500 characters.</param>
[GenerateSerializer, Immutable, Alias("orderactors.override-order")]
public sealed record OverrideOrder(string Id, Actor By, OrderStatus To, string Reason) : OrderCommand(Id, By);

/// <summary>The day on whose books the order is was closed: nothing about its money changes any more but by refunds.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The platform.</param>
/// <param name="Day">The day.</param>
[GenerateSerializer, Immutable, Alias("orderactors.record-export")]
public sealed record RecordExport(string Id, Actor By, string Day) : OrderCommand(Id, By);

/// <summary>A deadline fired. It acts only while the order still waits for just this.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.deadline-reached")]
public sealed record DeadlineReached(string Id, Actor By, Deadline Deadline) : OrderCommand(Id, By);
