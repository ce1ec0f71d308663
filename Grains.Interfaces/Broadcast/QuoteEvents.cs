using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Broadcast;

/// <summary>An event of a quote.</summary>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="By">Who did it.</param>
/// <param name="Version">The quote's version after it.</param>
/// <param name="Quote">The quote's id.</param>
/// <param name="Customer">Whom it is for.</param>
/// <param name="Merchant">Whose goods.</param>
/// <param name="Total">What it comes to.</param>
/// <param name="ExpiresAt">Until when it can be accepted: nothing is said when that time comes.</param>
/// <param name="Order">The order that was placed on it, or that gave it back.</param>
/// <param name="Deadlines">When it is forgotten.</param>
[GenerateSerializer, Immutable, Alias("orderactors.quote-event"), StoredAs("quote-event", version: 1)]
public sealed record QuoteEvent(
    string Type,
    DateTimeOffset At,
    Actor By,
    long Version,
    string Quote,
    string Customer,
    string Merchant,
    Money Total,
    DateTimeOffset ExpiresAt,
    OrderNumber? Order,
    ImmutableArray<Deadline> Deadlines)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Shard.Of(Customer);

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Livemode => !TestMode.IsTest(Customer);

    /// <inheritdoc/>
    [JsonIgnore]
    public override Waits? Waits => new(default, DeadlineOwner.Quote, Deadlines, Quote);
}

/// <content>The types of events of quotes.</content>
public static partial class EventTypes
{
    /// <summary>A price was quoted.</summary>
    public const string QuoteCreated = "quote.created";

    /// <summary>An order is being placed on it.</summary>
    public const string QuoteAccepted = "quote.accepted";

    /// <summary>That order could not be placed: it can be accepted again.</summary>
    public const string QuoteReleased = "quote.released";
}
