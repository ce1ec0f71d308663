using System.Collections.Immutable;
using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Refunds;
using Orleans;

namespace OrderActors.Simulations;

/// <summary>What a scripted merchant does with an order.</summary>
public enum MerchantAct
{
    /// <summary>Accepts it and makes it ready.</summary>
    Accept = 0,

    /// <summary>Refuses it.</summary>
    Reject = 1,

    /// <summary>Never answers.</summary>
    Forget = 2,

    /// <summary>Finds that the order's first item is gone: its stock is set to none, and the order is refused.</summary>
    RunOut = 3,

    /// <summary>Proposes another item for the order's first one, then goes on as if it had accepted at once.</summary>
    Substitute = 4,
}

/// <summary>What a scripted courier does with an order.</summary>
public enum CourierAct
{
    /// <summary>Takes it and brings it, step by step.</summary>
    Deliver = 0,

    /// <summary>Declines the offer.</summary>
    Decline = 1,

    /// <summary>Lets the offer pass.</summary>
    Ignore = 2,

    /// <summary>Takes it and is not heard of again.</summary>
    Vanish = 3,

    /// <summary>Picks the goods up, ends the shift and is not heard of again.</summary>
    GoOffline = 4,

    /// <summary>Brings it to the door, fails there, and brings it back.</summary>
    FailAtDoor = 5,
}

/// <summary>What a scripted customer does with an order of its own.</summary>
public enum CustomerAct
{
    /// <summary>Pays when the order waits for it.</summary>
    Pay = 0,

    /// <summary>Never pays, and does nothing else.</summary>
    Nothing = 1,

    /// <summary>Cancels when the order comes to a status.</summary>
    Cancel = 2,

    /// <summary>Pays, and wants the money back when the order was delivered.</summary>
    AskRefund = 3,
}

/// <summary>One way in which a merchant plays an order. Times are seconds of the simulation's clock.</summary>
/// <param name="Act">What it does.</param>
/// <param name="AfterSeconds">How long it thinks before it answers.</param>
/// <param name="ReadySeconds">How long it prepares.</param>
/// <param name="Reason">Why it refuses.</param>
/// <param name="Weight">How often this one is drawn beside the others; null in a list that is gone through in order.</param>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-play")]
public sealed record MerchantPlay(
    MerchantAct Act, int AfterSeconds = 20, int ReadySeconds = 300, CancelReason Reason = CancelReason.MerchantBusy, int? Weight = null);

/// <summary>One way in which a courier plays an order. Times are seconds of the simulation's clock.</summary>
/// <param name="Act">What the courier does.</param>
/// <param name="AfterSeconds">How long until the offer is answered.</param>
/// <param name="StepSeconds">How long each step takes: to the merchant, in the shop, to the customer, at the door.</param>
/// <param name="LateSeconds">How much longer the way to the customer takes.</param>
/// <param name="Reason">Why the goods could not be handed over.</param>
/// <param name="DeclineReason">Why the offer is declined.</param>
/// <param name="Weight">How often this one is drawn beside the others; null in a list that is gone through in order.</param>
[GenerateSerializer, Immutable, Alias("orderactors.courier-play")]
public sealed record CourierPlay(
    CourierAct Act,
    int AfterSeconds = 5,
    int StepSeconds = 60,
    int LateSeconds = 0,
    CancelReason Reason = CancelReason.CustomerAbsent,
    DeclineReason DeclineReason = DeclineReason.TooFar,
    int? Weight = null);

/// <summary>One way in which a customer plays an order. Times are seconds of the simulation's clock.</summary>
/// <param name="Act">What the customer does.</param>
/// <param name="AfterSeconds">How long after the occasion: the wait for payment, the status, the delivery.</param>
/// <param name="Source">The sandbox's token of the card that pays.</param>
/// <param name="At">At which status the order is cancelled.</param>
/// <param name="Reason">Why money is wanted back.</param>
/// <param name="ApprovesChanges">Whether a change that the merchant proposes is approved; null leaves it to others.</param>
/// <param name="Weight">How often this one is drawn beside the others; null in a list that is gone through in order.</param>
[GenerateSerializer, Immutable, Alias("orderactors.customer-play")]
public sealed record CustomerPlay(
    CustomerAct Act,
    int AfterSeconds = 10,
    string Source = CustomerPlay.GoodCard,
    OrderStatus At = OrderStatus.Preparing,
    RefundReason Reason = RefundReason.Quality,
    bool? ApprovesChanges = true,
    int? Weight = null)
{
    /// <summary>The sandbox's card that is never declined.</summary>
    public const string GoodCard = "tok_ok";
}

/// <summary>
/// How everybody plays. Each list is gone through in order, from the beginning again after its end, or drawn from by weight; an empty one means
/// that nobody plays that part.
/// </summary>
/// <param name="Merchants">How the merchants play, a play for each order.</param>
/// <param name="Couriers">How the couriers play, a play for each offer or assignment.</param>
/// <param name="Customers">How the customers play, a play for each order.</param>
[GenerateSerializer, Immutable, Alias("orderactors.simulation-script")]
public sealed record SimulationScript(
    ImmutableArray<MerchantPlay> Merchants, ImmutableArray<CourierPlay> Couriers, ImmutableArray<CustomerPlay> Customers);

/// <summary>Scripts that come with the platform.</summary>
public enum SimulationPreset
{
    /// <summary>Everything goes well.</summary>
    HappyPath = 0,

    /// <summary>Every merchant refuses.</summary>
    MerchantRejects = 1,

    /// <summary>Every courier declines.</summary>
    NoCourier = 2,

    /// <summary>The first courier takes the order and is not heard of again, the next one brings it.</summary>
    CourierVanishes = 3,

    /// <summary>Nobody is at the door: the goods go back.</summary>
    DoorFail = 4,

    /// <summary>Everything goes well and takes long.</summary>
    LateEverything = 5,

    /// <summary>All of it, drawn by weight.</summary>
    Chaos = 6,
}
