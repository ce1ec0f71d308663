namespace OrderActors.Broadcast;

/// <summary>The types of events.</summary>
public static partial class EventTypes
{
    /// <summary>An order was placed.</summary>
    public const string OrderCreated = "order.created";

    /// <summary>The merchant accepted it.</summary>
    public const string OrderAccepted = "order.accepted";

    /// <summary>The merchant rejected it.</summary>
    public const string OrderRejected = "order.rejected";

    /// <summary>It is ready.</summary>
    public const string OrderReady = "order.ready";

    /// <summary>It was cancelled.</summary>
    public const string OrderCanceled = "order.canceled";

    /// <summary>It was delivered.</summary>
    public const string OrderDelivered = "order.delivered";

    /// <summary>Its time for claims is over.</summary>
    public const string OrderCompleted = "order.completed";

    /// <summary>The day on whose books it is was closed.</summary>
    public const string OrderExported = "order.exported";

    /// <summary>It was paid.</summary>
    public const string OrderPaid = "order.paid";

    /// <summary>A deadline passed that does not end the order.</summary>
    public const string OrderSlaBreached = "order.sla_breached";

    /// <summary>A courier has it to do.</summary>
    public const string DeliveryAssigned = "delivery.assigned";

    /// <summary>The courier dropped out.</summary>
    public const string DeliveryUnassigned = "delivery.unassigned";

    /// <summary>The courier left for the merchant.</summary>
    public const string DeliveryEnRouteToPickup = "delivery.en_route_to_pickup";

    /// <summary>The courier is at the merchant's.</summary>
    public const string DeliveryArrivedAtPickup = "delivery.arrived_at_pickup";

    /// <summary>The courier has the goods.</summary>
    public const string DeliveryPickedUp = "delivery.picked_up";

    /// <summary>The courier left for the customer.</summary>
    public const string DeliveryEnRouteToDropoff = "delivery.en_route_to_dropoff";

    /// <summary>The courier is at the customer's.</summary>
    public const string DeliveryArrivedAtDropoff = "delivery.arrived_at_dropoff";

    /// <summary>Handed over.</summary>
    public const string DeliveryDelivered = "delivery.delivered";

    /// <summary>The delivery ended with its order.</summary>
    public const string DeliveryCanceled = "delivery.canceled";

    /// <summary>It was taken in and is durable; what it needs is being reserved.</summary>
    public const string OrderReceived = "order.received";

    /// <summary>Its placing took long or broke off, and was taken up again.</summary>
    public const string OrderPlacingResumed = "order.placing_resumed";

    /// <summary>It cannot be placed; what was reserved for it goes back.</summary>
    public const string OrderPlacingRefused = "order.placing_refused";

    /// <summary>It could not be placed: nothing of it remains.</summary>
    public const string OrderRefused = "order.refused";

    /// <summary>It is placed for later.</summary>
    public const string OrderScheduled = "order.scheduled";

    /// <summary>A scheduled order is for the merchant to answer now.</summary>
    public const string OrderReleased = "order.released";

    /// <summary>It waits for the customer to pay.</summary>
    public const string OrderPaymentRequested = "order.payment_requested";

    /// <summary>The provider declined.</summary>
    public const string OrderPaymentFailed = "order.payment_failed";

    /// <summary>It was not paid in time.</summary>
    public const string OrderExpired = "order.expired";

    /// <summary>The provider holds the money for it.</summary>
    public const string OrderAuthorized = "order.authorized";

    /// <summary>The provider let the money go that it held for it.</summary>
    public const string OrderPaymentVoided = "order.payment_voided";

    /// <summary>Money went back to the customer.</summary>
    public const string OrderRefunded = "order.refunded";

    /// <summary>Other lines were proposed.</summary>
    public const string OrderModificationProposed = "order.modification_proposed";

    /// <summary>They were approved: the order is so now.</summary>
    public const string OrderModificationApproved = "order.modification_approved";

    /// <summary>They were declined or taken back.</summary>
    public const string OrderModificationDeclined = "order.modification_declined";

    /// <summary>The merchant's substitution was approved.</summary>
    public const string OrderItemSubstituted = "order.item_substituted";

    /// <summary>Its goods are back at the merchant's.</summary>
    public const string OrderReturned = "order.returned";

    /// <summary>An operator stopped everything about it.</summary>
    public const string OrderFrozen = "order.frozen";

    /// <summary>It goes on.</summary>
    public const string OrderUnfrozen = "order.unfrozen";

    /// <summary>An operator moved it by hand.</summary>
    public const string OrderOverridden = "order.overridden";

    /// <summary>A courier was asked.</summary>
    public const string DeliveryOffered = "delivery.offered";

    /// <summary>The courier did not answer in time.</summary>
    public const string DeliveryOfferExpired = "delivery.offer_expired";

    /// <summary>Another courier took the goods over.</summary>
    public const string DeliveryHandedOver = "delivery.handed_over";

    /// <summary>The goods go back.</summary>
    public const string DeliveryReturnStarted = "delivery.return_started";

    /// <summary>The goods are back.</summary>
    public const string DeliveryReturned = "delivery.returned";

    /// <summary>The goods are lost.</summary>
    public const string DeliveryFailed = "delivery.failed";

    /// <summary>There is a proof of the handover.</summary>
    public const string DeliveryProofCaptured = "delivery.proof_captured";

    /// <summary>The provider holds the money.</summary>
    public const string PaymentAuthorized = "payment.authorized";

    /// <summary>The provider declined.</summary>
    public const string PaymentDeclined = "payment.declined";

    /// <summary>The money was taken.</summary>
    public const string PaymentCaptured = "payment.captured";

    /// <summary>The provider let the money go.</summary>
    public const string PaymentVoided = "payment.voided";

    /// <summary>Money went back.</summary>
    public const string PaymentRefunded = "payment.refunded";

    /// <summary>The provider would not give money back.</summary>
    public const string PaymentRefundFailed = "payment.refund_failed";

    /// <summary>The provider did not answer; it is asked again.</summary>
    public const string PaymentOutcomeUnknown = "payment.outcome_unknown";

    /// <summary>Something is to be done at the provider; what becomes of it is told by a further event.</summary>
    public const string PaymentPending = "payment.pending";

    /// <summary>A refund was asked for.</summary>
    public const string RefundRequested = "refund.requested";

    /// <summary>A refund was granted.</summary>
    public const string RefundApproved = "refund.approved";

    /// <summary>A refund was not granted.</summary>
    public const string RefundDeclined = "refund.declined";

    /// <summary>A refund was taken back by who asked.</summary>
    public const string RefundWithdrawn = "refund.withdrawn";

    /// <summary>A refund's money went back.</summary>
    public const string RefundCompleted = "refund.refunded";

    /// <summary>A refund's money could not go back.</summary>
    public const string RefundFailed = "refund.failed";

    /// <summary>A courier was created, came on duty, went off duty, became free or busy.</summary>
    public const string CourierDutyChanged = "courier.duty_changed";

    /// <summary>A courier took an assignment.</summary>
    public const string CourierAssigned = "courier.assigned";

    /// <summary>An order of the assignment is done.</summary>
    public const string CourierReleased = "courier.released";

    /// <summary>A courier's vehicle, capacity or way of being asked changed.</summary>
    public const string CourierChanged = "courier.changed";

    /// <summary>A courier was asked.</summary>
    public const string CourierOffered = "courier.offered";

    /// <summary>A courier declined an offer.</summary>
    public const string CourierOfferDeclined = "courier.offer_declined";

    /// <summary>An offer to a courier ended without an answer.</summary>
    public const string CourierOfferWithdrawn = "courier.offer_withdrawn";

    /// <summary>A courier took an order over from another one.</summary>
    public const string CourierTookOver = "courier.took_over";

    /// <summary>A courier's shift ended.</summary>
    public const string CourierShiftEnded = "courier.shift_ended";

    /// <summary>A merchant was created, opened or closed.</summary>
    public const string MerchantStatusChanged = "merchant.status_changed";

    /// <summary>A customer's addresses changed.</summary>
    public const string CustomerAddressesChanged = "customer.addresses_changed";

    /// <summary>A customer's limit of open orders changed.</summary>
    public const string CustomerLimitChanged = "customer.limit_changed";

    /// <summary>A customer's membership was granted, extended or revoked.</summary>
    public const string CustomerMembershipChanged = "customer.membership_changed";

    /// <summary>A customer wants to be told, or not any more.</summary>
    public const string CustomerNotifyChanged = "customer.notify_changed";

    /// <summary>A promotion was created.</summary>
    public const string PromotionCreated = "promotion.created";

    /// <summary>A promotion was stopped or resumed.</summary>
    public const string PromotionStatusChanged = "promotion.status_changed";

    /// <summary>A promotion's budget was raised.</summary>
    public const string PromotionBudgetRaised = "promotion.budget_raised";

    /// <summary>A merchant's menu, stock, hours, capacity, terms or preparation changed; the event says which.</summary>
    public const string MerchantUpdated = "merchant.updated";

    /// <summary>A day of the books was closed.</summary>
    public const string SettlementPeriodClosed = "settlement.period_closed";
}
