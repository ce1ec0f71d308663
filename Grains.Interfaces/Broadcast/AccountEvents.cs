using System.Text.Json.Serialization;
using OrderActors.Promotions;
using OrderActors.Settlement;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Broadcast;

/// <summary>An event of a customer. It says that something changed and no address: those are the customer's own to read.</summary>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="By">Who did it.</param>
/// <param name="Version">The customer's version after it.</param>
/// <param name="Customer">The customer.</param>
/// <param name="MemberUntil">Until when the customer is a member; null for never having been one, or not any more.</param>
/// <param name="MaxOpenOrders">The customer's own limit of open orders; null for the platform's.</param>
/// <param name="Notify">Whether the customer wants to be told how orders get on.</param>
[GenerateSerializer, Immutable, Alias("orderactors.customer-event"), StoredAs("customer-event", version: 1)]
public sealed record CustomerEvent(
    string Type, DateTimeOffset At, Actor By, long Version, string Customer, DateTimeOffset? MemberUntil, int? MaxOpenOrders, bool Notify)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Shard.Of(Customer);

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Livemode => !TestMode.IsTest(Customer);
}

/// <summary>An event of a promotion. Its reservations are told by the orders' own events, which carry the coupon and the bill.</summary>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="By">Who did it.</param>
/// <param name="Version">The promotion's version after it.</param>
/// <param name="Promotion">The promotion after it.</param>
[GenerateSerializer, Immutable, Alias("orderactors.promotion-event"), StoredAs("promotion-event", version: 1)]
public sealed record PromotionEvent(string Type, DateTimeOffset At, Actor By, long Version, PromotionView Promotion)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Shard.Of(Promotion.Code);

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Livemode => !TestMode.IsTest(Promotion.Code);
}

/// <summary>An event of a day of the books.</summary>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="By">Who did it.</param>
/// <param name="Version">The day's version after it.</param>
/// <param name="Day">The day after it.</param>
[GenerateSerializer, Immutable, Alias("orderactors.settlement-event"), StoredAs("settlement-event", version: 1)]
public sealed record SettlementEvent(string Type, DateTimeOffset At, Actor By, long Version, SettlementDayView Day)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Shard.Of(Day.Day);

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Livemode => !TestMode.IsTest(Day.Day);
}
