using System.Security.Cryptography;
using System.Text;
using OrderActors.Client.Http;
using OrderActors.Client.Orders;
using OrderActors.Orders;
using OrderActors.Quotes;
using OrderActors.Values;

namespace OrderActors.Client.Quotes;

/// <summary>POST /v1/quotes.</summary>
/// <param name="Customer">The customer's id.</param>
/// <param name="Merchant">The merchant's id.</param>
/// <param name="Lines">What is wanted, at least one line.</param>
/// <param name="Dropoff">Where to; needed for a delivery, and of no meaning for a pickup.</param>
/// <param name="Kind">delivery or pickup; null for a delivery.</param>
/// <param name="ScheduledFor">When the goods are wanted; null for as soon as possible.</param>
/// <param name="Coupon">The coupon's code in any case; null for none.</param>
internal sealed record CreateQuoteRequest(
    [GrainKey] string Customer,
    [GrainKey] string Merchant,
    OrderLineBody[] Lines,
    PointBody? Dropoff = null,
    OrderKind? Kind = null,
    DateTimeOffset? ScheduledFor = null,
    [GrainKey] string? Coupon = null)
{
    /// <summary>The command that this is.</summary>
    public CreateQuote ToCommand(string id, Actor by)
    {
        var kind = Kind ?? OrderKind.Delivery;
        if (kind == OrderKind.Delivery && Dropoff is null)
        {
            const string Missing = "/dropoff is missing; a delivery needs to know where to.";
            throw new RequestFault(ProblemKind.Malformed, Missing, new ProblemError("required", Missing, Pointer: "/dropoff"));
        }

        return new(
            id,
            by,
            Customer,
            Merchant,
            OrderLineBody.ToLines(Lines),
            kind,
            kind == OrderKind.Delivery ? Dropoff!.Value.ToPoint() : default,
            ScheduledFor,
            Coupon?.ToUpperInvariant());
    }
}

/// <summary>POST /v1/quotes/{id}/accept. The body may be left out.</summary>
/// <param name="Payment">How it is paid; null for cash.</param>
/// <param name="Note">A word for the merchant or courier, at most 500 characters.</param>
/// <param name="ExternalId">The caller's own id for the order; null for none.</param>
/// <param name="RequirePin">Whether the courier needs the customer's PIN; null for no.</param>
internal sealed record AcceptQuoteRequest(PaymentBody? Payment = null, string? Note = null, string? ExternalId = null, bool? RequirePin = null)
{
    public static readonly AcceptQuoteRequest Empty = new();

    /// <summary>The order that is placed on a quote.</summary>
    public PlaceOrder ToCommand(string id, QuoteView quote, string? tenant) => new(
        id,
        new(Role.Customer, quote.Customer),
        quote.Customer,
        quote.Merchant,
        [.. quote.Lines.Select(line => new OrderLine(line.Item, line.Quantity, line.Options))],
        new(quote.Bill.Total, quote.Bill.Currency),
        quote.Dropoff,
        Note,
        quote.Kind,
        quote.ScheduledFor,
        quote.Coupon,
        Payment?.Method ?? PaymentMethod.Cash,
        Payment?.Source,
        ExternalId,
        tenant,
        RequirePin ?? false,
        quote.Id);
}

/// <summary>A quote.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Counts its changes; also the ETag.</param>
/// <param name="Status">active, accepted or expired.</param>
/// <param name="Customer">The customer's id.</param>
/// <param name="Merchant">The merchant's id.</param>
/// <param name="Kind">delivery or pickup.</param>
/// <param name="Lines">What is wanted, at the prices that hold.</param>
/// <param name="Total">The sum: what an order on it has to say as its total.</param>
/// <param name="Bill">What the sum is made of.</param>
/// <param name="Dropoff">Where to; absent for a pickup.</param>
/// <param name="ScheduledFor">When the goods are wanted; absent for as soon as possible.</param>
/// <param name="Coupon">The coupon's code.</param>
/// <param name="PickupAt">When the goods would be ready, were it accepted at once.</param>
/// <param name="DropoffAt">When they would be with the customer; absent for a pickup.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it can be accepted.</param>
/// <param name="Order">The order that was placed on it; absent without one.</param>
internal sealed record QuoteResponse(
    string Id,
    long Version,
    QuoteStatus Status,
    [GrainKey] string Customer,
    [GrainKey] string Merchant,
    OrderKind Kind,
    PricedLineBody[] Lines,
    MoneyBody Total,
    BillBody Bill,
    PointBody? Dropoff,
    DateTimeOffset? ScheduledFor,
    [GrainKey] string? Coupon,
    DateTimeOffset PickupAt,
    DateTimeOffset? DropoffAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    OrderNumber? Order)
{
    public static QuoteResponse From(QuoteView quote) => new(
        QuoteIds.Shown(quote.Id),
        quote.Version,
        quote.Status,
        quote.Customer,
        quote.Merchant,
        quote.Kind,
        PricedLineBody.From(quote.Lines),
        new(quote.Bill.Total, quote.Bill.Currency),
        BillBody.From(quote.Bill)!,
        quote.Kind == OrderKind.Delivery ? PointBody.From(quote.Dropoff) : null,
        quote.ScheduledFor,
        quote.Coupon,
        quote.PickupAt,
        quote.DropoffAt,
        quote.CreatedAt,
        quote.ExpiresAt,
        quote.Order);
}

/// <summary>
/// The ids of quotes. Each is made of the customer and the caller's key: a retry finds its quote without anything else having to
/// remember the key. A customer of the test mode, whose id has a mark in front, has quotes with the same mark.
/// </summary>
internal static class QuoteIds
{
    private const int Bytes = 16;

    /// <summary>The id of the quote that a command makes for a customer.</summary>
    public static string Of(string customer, string command)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{customer}\n{command}"));
        var id = "q_" + Convert.ToHexStringLower(hash.AsSpan(0, Bytes));
        return TestMode.Id(id, live: !TestMode.IsTest(customer));
    }

    /// <summary>The id as callers see it.</summary>
    public static string Shown(string id) => TestMode.Shown(id);
}
