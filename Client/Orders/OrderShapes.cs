using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Client.Http;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Client.Orders;

/// <summary>POST /v1/orders.</summary>
/// <param name="Customer">The customer's id.</param>
/// <param name="Merchant">The merchant's id.</param>
/// <param name="Lines">What is wanted, at least one line.</param>
/// <param name="Total">What the customer was shown as the sum: it must be the sum of the menu's prices.</param>
/// <param name="Dropoff">Where to.</param>
/// <param name="Note">A word for the merchant or courier, at most 500 characters.</param>
internal sealed record PlaceOrderRequest(
    string Customer, string Merchant, OrderLineBody[] Lines, MoneyBody Total, PointBody Dropoff, string? Note = null);

/// <summary>One line of a new order.</summary>
/// <param name="Item">The item's id on the merchant's menu.</param>
/// <param name="Quantity">1 to 99.</param>
[method: JsonConstructor]
internal readonly record struct OrderLineBody(string Item, int Quantity);

/// <summary>POST /v1/orders/{number}/accept. The body may be left out.</summary>
/// <param name="PreparationSeconds">How long it will take, in seconds; null for the merchant's usual time.</param>
/// <param name="Actor">Who accepts; null for the order's merchant.</param>
internal sealed record AcceptOrderRequest(int? PreparationSeconds = null, ActorBody? Actor = null)
{
    public static readonly AcceptOrderRequest Empty = new();
}

/// <summary>POST /v1/orders/{number}/reject.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who rejects; null for the order's merchant.</param>
internal sealed record RejectOrderRequest(CancelReason Reason, ActorBody? Actor = null);

/// <summary>POST /v1/orders/{number}/ready. The body may be left out.</summary>
/// <param name="Actor">Who says so; null for the order's merchant.</param>
internal sealed record ReadyOrderRequest(ActorBody? Actor = null)
{
    public static readonly ReadyOrderRequest Empty = new();
}

/// <summary>POST /v1/orders/{number}/cancel.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who cancels. Several parties may, so it has no default.</param>
internal sealed record CancelOrderRequest(CancelReason Reason, ActorBody Actor);

/// <summary>POST /v1/deliveries/{number}/pickup and the other steps.</summary>
/// <param name="Courier">The courier who did the step.</param>
internal sealed record CourierStepRequest(string Courier);

/// <summary>POST /v1/deliveries/{number}/unassign.</summary>
/// <param name="Courier">The courier who drops out.</param>
/// <param name="Actor">Who says so; null for the courier.</param>
internal sealed record UnassignRequest(string Courier, ActorBody? Actor = null);

/// <summary>An order.</summary>
/// <param name="Number">20 digits.</param>
/// <param name="Version">Counts its changes; also the ETag.</param>
/// <param name="Status">Where the order stands.</param>
/// <param name="DeliveryStatus">Where its delivery stands.</param>
/// <param name="PaymentStatus">Where its payment stands.</param>
/// <param name="SettlementStatus">Where its settlement stands.</param>
/// <param name="Customer">The customer's id.</param>
/// <param name="Merchant">The merchant's id.</param>
/// <param name="Zone">The zone whose couriers serve it.</param>
/// <param name="Courier">The courier who has it; absent when none has.</param>
/// <param name="Attempt">How many couriers had it so far.</param>
/// <param name="Lines">What was ordered, at the prices it was ordered for.</param>
/// <param name="Total">The sum.</param>
/// <param name="Pickup">Where from.</param>
/// <param name="Dropoff">Where to.</param>
/// <param name="Note">The customer's word.</param>
/// <param name="Reason">Why it was cancelled or rejected; absent when it was not.</param>
/// <param name="CreatedAt">When it was placed.</param>
/// <param name="ReadyAt">When it is or will be ready; absent before the merchant accepted.</param>
/// <param name="Deadlines">What it waits for, and until when.</param>
/// <param name="Allowed">The commands that its state allows.</param>
/// <param name="Timeline">What happened, oldest first; only on GET of one order.</param>
internal sealed record OrderResponse(
    OrderNumber Number,
    long Version,
    OrderStatus Status,
    DeliveryStatus DeliveryStatus,
    PaymentStatus PaymentStatus,
    SettlementStatus SettlementStatus,
    string Customer,
    string Merchant,
    string Zone,
    string? Courier,
    int Attempt,
    PricedLineBody[] Lines,
    MoneyBody Total,
    PointBody Pickup,
    PointBody Dropoff,
    string? Note,
    CancelReason? Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReadyAt,
    DeadlineBody[] Deadlines,
    ImmutableArray<string> Allowed,
    TimelineBody[]? Timeline)
{
    public static OrderResponse From(OrderView order, bool withTimeline = false) => new(
        order.Number,
        order.Version,
        order.Status,
        order.Delivery,
        order.Payment,
        order.Settlement,
        order.Customer,
        order.Merchant,
        order.Zone,
        order.Courier,
        order.Attempt,
        LinesOf(order),
        MoneyBody.From(order.Total),
        PointBody.From(order.Pickup),
        PointBody.From(order.Dropoff),
        order.Note,
        order.Reason == CancelReason.None ? null : order.Reason,
        order.CreatedAt,
        order.ReadyAt,
        DeadlinesOf(order),
        ActionNames.Of(order.Allowed),
        withTimeline ? TimelineBody.From(order) : null);

    private static PricedLineBody[] LinesOf(OrderView order)
    {
        var lines = new PricedLineBody[order.Lines.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            var line = order.Lines[i];
            lines[i] = new(line.Item, line.Name, line.Quantity, line.UnitPrice);
        }

        return lines;
    }

    private static DeadlineBody[] DeadlinesOf(OrderView order)
    {
        if (order.Deadlines.IsDefaultOrEmpty) return [];
        var deadlines = new DeadlineBody[order.Deadlines.Length];
        for (var i = 0; i < deadlines.Length; i++) deadlines[i] = new(order.Deadlines[i].Kind, order.Deadlines[i].Due);
        return deadlines;
    }
}

/// <summary>One line of an order.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Name">Its name when it was ordered.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">Minor units for one, in the currency of the total.</param>
internal readonly record struct PricedLineBody(string Item, string Name, int Quantity, long UnitPrice);

/// <summary>One wait of an order.</summary>
/// <param name="Kind">What it waits for.</param>
/// <param name="Due">When the wait ends.</param>
internal readonly record struct DeadlineBody(DeadlineKind Kind, DateTimeOffset Due);

/// <summary>One entry of an order's timeline.</summary>
/// <param name="Version">The order's version after it.</param>
/// <param name="Type">What happened, such as <c>order.created</c>.</param>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Detail">Courier, reason or deadline, where the type has one.</param>
internal readonly record struct TimelineBody(long Version, string Type, DateTimeOffset At, ByBody By, string? Detail)
{
    public static TimelineBody[] From(OrderView order)
    {
        if (order.Timeline.IsDefaultOrEmpty) return [];
        var entries = new TimelineBody[order.Timeline.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = order.Timeline[i];
            entries[i] = new(entry.Version, entry.Type, entry.At, new(entry.By.Role, entry.By.Id), entry.Detail);
        }

        return entries;
    }
}

/// <summary>Who did something.</summary>
/// <param name="Role">customer, merchant, courier, operator or system.</param>
/// <param name="Id">The id within the role.</param>
internal readonly record struct ByBody(Role Role, string Id);

/// <summary>GET /v1/orders/{number}/timeline.</summary>
/// <param name="Data">What happened, oldest first.</param>
internal sealed record TimelineResponse(TimelineBody[] Data);

/// <summary>A page of orders, newest first.</summary>
/// <param name="Data">The orders, without their timelines.</param>
/// <param name="NextCursor">Where the next page starts; absent at the end.</param>
/// <param name="HasMore">Whether there is a next page.</param>
internal sealed record OrderListResponse(IReadOnlyList<OrderResponse> Data, string? NextCursor, bool HasMore);
