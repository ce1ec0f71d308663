namespace OrderActors.Orders;

// Values have numbers of their own where they were added later: the numbers are on the wire, the order here is the order's life.

/// <summary>What kind of order it is: what it needs besides the goods.</summary>
public enum OrderKind
{
    /// <summary>A courier brings the goods.</summary>
    Delivery,

    /// <summary>The customer comes for the goods.</summary>
    Pickup,

    /// <summary>A voucher or a membership: fulfilled on payment, without the merchant's word and without a courier.</summary>
    Virtual,
}

/// <summary>Where an order stands.</summary>
public enum OrderStatus
{
    /// <summary>There is no such order yet.</summary>
    None = 0,

    /// <summary>Taken in and durable; what it needs (goods, coupon, payment) is being reserved.</summary>
    Received = 9,

    /// <summary>Everything is reserved; it is released to the merchant later.</summary>
    Scheduled = 10,

    /// <summary>The customer has to pay first.</summary>
    AwaitingPayment = 11,

    /// <summary>Placed; the merchant has not answered.</summary>
    AwaitingMerchant = 1,

    /// <summary>The merchant accepted and prepares it.</summary>
    Preparing = 2,

    /// <summary>It waits at the merchant's to be picked up.</summary>
    Ready = 3,

    /// <summary>A courier carries it.</summary>
    InDelivery = 4,

    /// <summary>The customer has it.</summary>
    Delivered = 5,

    /// <summary>Delivered or returned, and the time for claims is over. The end.</summary>
    Completed = 6,

    /// <summary>The merchant refused it. The end.</summary>
    Rejected = 7,

    /// <summary>Cancelled. The end.</summary>
    Canceled = 8,

    /// <summary>The customer could not be served; the courier brings the goods back.</summary>
    Returning = 12,

    /// <summary>The merchant has the goods again. Its books close after the time for claims.</summary>
    Returned = 13,

    /// <summary>Not paid in time. The end.</summary>
    Expired = 14,
}

/// <summary>Where the delivery of an order stands, beside its preparation. For orders without a courier: not needed.</summary>
public enum DeliveryStatus
{
    /// <summary>No courier yet, or the last one dropped out.</summary>
    Pending = 0,

    /// <summary>A courier was asked and has not answered.</summary>
    Offered = 9,

    /// <summary>A courier has it to do.</summary>
    Assigned = 1,

    /// <summary>The courier is on the way to the merchant.</summary>
    EnRouteToPickup = 2,

    /// <summary>The courier is at the merchant's.</summary>
    ArrivedAtPickup = 3,

    /// <summary>The courier has the goods.</summary>
    PickedUp = 4,

    /// <summary>The courier is on the way to the customer.</summary>
    EnRouteToDropoff = 5,

    /// <summary>The courier is at the customer's.</summary>
    ArrivedAtDropoff = 6,

    /// <summary>Handed over. The end.</summary>
    Delivered = 7,

    /// <summary>The order ended before it was picked up. The end.</summary>
    Canceled = 8,

    /// <summary>The courier brings the goods back.</summary>
    Returning = 10,

    /// <summary>The merchant has the goods again. The end.</summary>
    Returned = 11,

    /// <summary>The goods are lost. The end.</summary>
    Failed = 12,

    /// <summary>The order needs no courier.</summary>
    NotNeeded = 13,
}

/// <summary>How an order is paid.</summary>
public enum PaymentMethod
{
    /// <summary>To the courier at the door, or to the merchant at the counter.</summary>
    Cash,

    /// <summary>Ahead, through the payment provider: authorised on placing, captured on acceptance.</summary>
    Card,
}

/// <summary>Where the payment of an order stands.</summary>
public enum PaymentStatus
{
    /// <summary>Nothing was paid.</summary>
    None = 0,

    /// <summary>The provider holds the amount for us.</summary>
    Authorized = 3,

    /// <summary>The money was taken.</summary>
    Paid = 1,

    /// <summary>A part of it went back.</summary>
    PartiallyRefunded = 4,

    /// <summary>All of it went back.</summary>
    Refunded = 5,

    /// <summary>The provider declined. Another source may be tried while the order waits for its payment.</summary>
    Failed = 6,

    /// <summary>The order ended without a payment being due. The end.</summary>
    Voided = 2,
}

/// <summary>Where the settlement of an order stands.</summary>
public enum SettlementStatus
{
    /// <summary>The order is not completed.</summary>
    Open,

    /// <summary>Completed, and its books may be closed.</summary>
    Eligible,

    /// <summary>Its entries are in a day that was closed.</summary>
    Exported,
}

/// <summary>Why an order was cancelled, rejected, expired or returned.</summary>
public enum CancelReason
{
    /// <summary>Not ended early.</summary>
    None = 0,

    /// <summary>The customer does not want it any more.</summary>
    CustomerRequest = 1,

    /// <summary>The merchant cannot make it.</summary>
    MerchantUnable = 2,

    /// <summary>The merchant is too busy.</summary>
    MerchantBusy = 3,

    /// <summary>The merchant ran out of an item.</summary>
    ItemUnavailable = 4,

    /// <summary>An operator decided so.</summary>
    OperatorDecision = 5,

    /// <summary>The merchant did not answer in time.</summary>
    AcceptanceTimeout = 6,

    /// <summary>No courier was found in time.</summary>
    NoCourier = 7,

    /// <summary>The customer did not pay in time.</summary>
    PaymentTimeout = 8,

    /// <summary>The money could not be taken although it had been authorised.</summary>
    PaymentFailed = 9,

    /// <summary>The customer did not come for the goods.</summary>
    NotCollected = 10,

    /// <summary>Nobody was there to take the goods.</summary>
    CustomerAbsent = 11,

    /// <summary>The customer did not want the goods at the door.</summary>
    CustomerRefused = 12,

    /// <summary>The address could not be found.</summary>
    AddressWrong = 13,

    /// <summary>The goods were damaged on the way.</summary>
    GoodsDamaged = 14,

    /// <summary>The courier could not go on and nobody took over.</summary>
    CourierUnable = 15,

    /// <summary>The courier never handed the goods over, neither to the customer nor back.</summary>
    DeliveryLost = 16,
}

/// <summary>What an order, its payment or its refunds wait for, each with a deadline.</summary>
public enum DeadlineKind
{
    /// <summary>The merchant's answer.</summary>
    Acceptance = 0,

    /// <summary>A courier.</summary>
    CourierSearch = 1,

    /// <summary>The courier's pickup.</summary>
    Pickup = 2,

    /// <summary>The handover to the customer.</summary>
    Delivery = 3,

    /// <summary>The end of the time for claims.</summary>
    Completion = 4,

    /// <summary>Everything the order needs to be reserved; then the reserving is taken up again.</summary>
    Placement = 5,

    /// <summary>The customer's payment.</summary>
    Payment = 6,

    /// <summary>The moment when a scheduled order goes to the merchant.</summary>
    Release = 7,

    /// <summary>The courier's answer to an offer.</summary>
    Offer = 8,

    /// <summary>The answer to a proposed change.</summary>
    Modification = 9,

    /// <summary>The customer, to come for the goods.</summary>
    Collection = 10,

    /// <summary>The goods, to come back to the merchant.</summary>
    Return = 11,

    /// <summary>The goods, long overdue: then they count as lost.</summary>
    Loss = 12,

    /// <summary>The payment provider's word on an operation whose outcome is unknown.</summary>
    ProviderAnswer = 13,

    /// <summary>The decision on a refund.</summary>
    RefundDecision = 14,

    /// <summary>The moment when a quote is forgotten.</summary>
    QuoteRemoval = 15,
}

/// <summary>Which of an order's grains waits.</summary>
public enum DeadlineOwner
{
    /// <summary>The order itself.</summary>
    Order,

    /// <summary>Its payment.</summary>
    Payment,

    /// <summary>Its refunds.</summary>
    Refund,

    /// <summary>A quote, which is no order's.</summary>
    Quote,
}
