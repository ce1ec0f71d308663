using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using OrderActors.Client.Http;
using OrderActors.Orders;

namespace OrderActors.Client.Orders;

/// <summary>POST /v1/orders.</summary>
/// <param name="Customer">The customer's id.</param>
/// <param name="Merchant">The merchant's id.</param>
/// <param name="Lines">What is wanted, at least one line.</param>
/// <param name="Total">What the customer was shown as the sum: goods and delivery, less discounts.</param>
/// <param name="Dropoff">Where to; needed for a delivery, and of no meaning for other kinds.</param>
/// <param name="Note">A word for the merchant or courier, at most 500 characters.</param>
/// <param name="Kind">What kind of order it is; null for a delivery.</param>
/// <param name="ScheduledFor">When the goods are wanted; null for as soon as possible.</param>
/// <param name="Coupon">The coupon's code in any case; null for none.</param>
/// <param name="Payment">How it is paid; null for cash.</param>
/// <param name="ExternalId">The caller's own id for the order; null for none.</param>
/// <param name="RequirePin">Whether the courier needs the customer's PIN; null for no.</param>
/// <param name="QuoteId">The quote whose price the order has, which must be for the same; null for the menu's.</param>
internal sealed record PlaceOrderRequest(
    string Customer,
    string Merchant,
    OrderLineBody[] Lines,
    MoneyBody Total,
    PointBody? Dropoff = null,
    string? Note = null,
    OrderKind? Kind = null,
    DateTimeOffset? ScheduledFor = null,
    string? Coupon = null,
    PaymentBody? Payment = null,
    string? ExternalId = null,
    bool? RequirePin = null,
    string? QuoteId = null)
{
    /// <summary>The command that this is.</summary>
    public PlaceOrder ToCommand(string id, string customer, string? tenant)
    {
        var kind = Kind ?? OrderKind.Delivery;
        if (kind == OrderKind.Delivery && Dropoff is null)
        {
            const string Missing = "/dropoff is missing; a delivery needs to know where to.";
            throw new RequestFault(ProblemKind.Malformed, Missing, new ProblemError("required", Missing, Pointer: "/dropoff"));
        }

        return new(
            id,
            new(Values.Role.Customer, customer),
            customer,
            Merchant,
            OrderLineBody.ToLines(Lines),
            Total.ToMoney(),
            kind == OrderKind.Delivery ? Dropoff!.Value.ToPoint() : default,
            Note,
            kind,
            ScheduledFor,
            Coupon?.ToUpperInvariant(),
            Payment?.Method ?? PaymentMethod.Cash,
            Payment?.Source,
            ExternalId,
            Tenant: tenant,
            RequirePin: RequirePin ?? false,
            QuoteId: QuoteId);
    }
}

/// <summary>How a new order is paid.</summary>
/// <param name="Method">cash or card.</param>
/// <param name="Source">The provider's token for the customer's card; null to pay within the time for payment.</param>
internal sealed record PaymentBody(PaymentMethod Method, string? Source = null);

/// <summary>One line of a new order, or of a changed one.</summary>
/// <param name="Item">The item's id on the merchant's menu.</param>
/// <param name="Quantity">1 to 99.</param>
/// <param name="Options">The ids of the options that are chosen; null for none.</param>
[method: JsonConstructor]
internal readonly record struct OrderLineBody(string Item, int Quantity, string[]? Options = null)
{
    /// <summary>The lines as the grains know them.</summary>
    public static ImmutableArray<OrderLine> ToLines(OrderLineBody[] bodies)
    {
        var lines = ImmutableArray.CreateBuilder<OrderLine>(bodies.Length);
        for (var i = 0; i < bodies.Length; i++)
        {
            var line = bodies[i];
            lines.Add(line.Options is { Length: > 0 } options
                ? new(line.Item, line.Quantity, [.. Checked(options, i)])
                : new(line.Item, line.Quantity));
        }

        return lines.MoveToImmutable();
    }

    // The reader checks members for null, and no elements.
    private static string[] Checked(string?[] options, int line)
    {
        var at = Array.IndexOf(options, null);
        if (at < 0) return options!;
        var pointer = string.Create(CultureInfo.InvariantCulture, $"/lines/{line}/options/{at}");
        var detail = $"{pointer} is null; it must be text.";
        throw new RequestFault(ProblemKind.Malformed, detail, new ProblemError("null_not_allowed", detail, Pointer: pointer));
    }
}

/// <summary>POST /v1/orders/{number}/pay.</summary>
/// <param name="Source">The provider's token for the customer's card.</param>
/// <param name="Actor">Who pays; null for the order's customer.</param>
internal sealed record PayOrderRequest(string Source, ActorBody? Actor = null);

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

/// <summary>POST /v1/orders/{number}/ready and /collect. The body may be left out.</summary>
/// <param name="Actor">Who says so; null for the order's merchant.</param>
internal sealed record ReadyOrderRequest(ActorBody? Actor = null)
{
    public static readonly ReadyOrderRequest Empty = new();
}

/// <summary>POST /v1/orders/{number}/cancel.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who cancels; null for whose key it is.</param>
/// <param name="WaiveFee">Whether an operator lets the customer off the fee; null for no.</param>
internal sealed record CancelOrderRequest(CancelReason Reason, ActorBody? Actor = null, bool? WaiveFee = null);

/// <summary>POST /v1/orders/{number}/modifications.</summary>
/// <param name="Lines">All lines as they shall be: what is missing is removed.</param>
/// <param name="Actor">Who proposes it; null for whose key it is.</param>
internal sealed record ProposeModificationRequest(OrderLineBody[] Lines, ActorBody? Actor = null);

/// <summary>POST /v1/orders/{number}/modifications/{modification}/approve and /decline. The body may be left out.</summary>
/// <param name="Actor">Who answers; null for whose key it is.</param>
internal sealed record ResolveModificationRequest(ActorBody? Actor = null)
{
    public static readonly ResolveModificationRequest Empty = new();
}

/// <summary>POST /v1/orders/{number}/freeze and /unfreeze.</summary>
/// <param name="Reason">Why, for the audit; 1 to 500 characters.</param>
/// <param name="Actor">The operator; null for whose key it is.</param>
internal sealed record FreezeOrderRequest(string Reason, ActorBody? Actor = null);

/// <summary>POST /v1/orders/{number}/override.</summary>
/// <param name="To">Where to: canceled, delivered or returned.</param>
/// <param name="Reason">Why, for the audit; 1 to 500 characters.</param>
/// <param name="Actor">The operator; null for whose key it is.</param>
internal sealed record OverrideOrderRequest(OrderStatus To, string Reason, ActorBody? Actor = null);

/// <summary>POST /v1/deliveries/{number}/pickup and the other steps on the way.</summary>
/// <param name="Courier">The courier who did the step; null for whose key it is.</param>
internal sealed record CourierStepRequest(string? Courier = null)
{
    public static readonly CourierStepRequest Empty = new();
}

/// <summary>POST /v1/deliveries/{number}/complete.</summary>
/// <param name="Courier">The courier who handed it over; null for whose key it is.</param>
/// <param name="Proof">What shows it; null for nothing.</param>
internal sealed record CompleteDeliveryRequest(string? Courier = null, ProofRequest? Proof = null)
{
    public static readonly CompleteDeliveryRequest Empty = new();
}

/// <summary>What a courier has to show for a handover.</summary>
/// <param name="Pin">The PIN that the customer said.</param>
/// <param name="PhotoUrl">Where a photo is.</param>
/// <param name="SignatureUrl">Where a signature is.</param>
/// <param name="Hash">The SHA-256 of the photo or signature in hexadecimal.</param>
internal sealed record ProofRequest(string? Pin = null, string? PhotoUrl = null, string? SignatureUrl = null, string? Hash = null)
{
    /// <summary>The proof; null when there is nothing in it.</summary>
    public Proof? ToProof() => this == new ProofRequest() ? null : new(Pin, PhotoUrl, SignatureUrl, Hash);
}

/// <summary>POST /v1/deliveries/{number}/unassign.</summary>
/// <param name="Courier">The courier who drops out; null for whose key it is.</param>
/// <param name="Actor">Who says so; null for the courier.</param>
internal sealed record UnassignRequest(string? Courier = null, ActorBody? Actor = null)
{
    public static readonly UnassignRequest Empty = new();
}

/// <summary>POST /v1/deliveries/{number}/fail.</summary>
/// <param name="Reason">Why the goods could not be handed over.</param>
/// <param name="Courier">The courier who says so, or null for the actor.</param>
/// <param name="Actor">Who says so when it is not the courier.</param>
internal sealed record FailDeliveryRequest(CancelReason Reason, string? Courier = null, ActorBody? Actor = null);

/// <summary>POST /v1/deliveries/{number}/return.</summary>
/// <param name="Courier">The courier who brought the goods back, or null for the actor.</param>
/// <param name="Actor">Who says so when it is not the courier: the merchant who has them again, or an operator.</param>
internal sealed record ReturnGoodsRequest(string? Courier = null, ActorBody? Actor = null)
{
    public static readonly ReturnGoodsRequest Empty = new();
}
