using OrderActors.Merchants;

namespace OrderActors.Orders;

/// <summary>How long an order waits for what, and what cancelling costs. A change applies to waits that begin after it.</summary>
/// <remarks>A merchant's own times come before a zone's, and a zone's before these.</remarks>
public sealed record OrderPolicy
{
    /// <summary>For everything to be reserved; then the reserving is taken up again. Default 30 seconds, 10 seconds to 1 day.</summary>
    public TimeSpan Placement { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For what an order needs to answer at all; then the order is refused. Default 15 minutes, 10 seconds to 1 day.</summary>
    public TimeSpan PlacementLimit { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// For the payment provider while the caller waits; after that the order waits for its payment by itself. Default 5 seconds,
    /// 1 second to 1 minute.
    /// </summary>
    public TimeSpan ProviderPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For the customer's payment; then the order expires. Default 15 minutes, 10 seconds to 1 day.</summary>
    public TimeSpan Payment { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>For the merchant's answer; then the order is cancelled. Default 5 minutes, 10 seconds to 1 day.</summary>
    public TimeSpan Acceptance { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// For a courier, from acceptance or from the last courier's dropping out, but never less than until the goods are ready;
    /// then the order is cancelled. Default 45 minutes, 10 seconds to 1 day.
    /// </summary>
    public TimeSpan CourierSearch { get; init; } = TimeSpan.FromMinutes(45);

    /// <summary>
    /// For the pickup, from assignment or readiness, whichever is later; then the courier is taken off. Default 45 minutes,
    /// 10 seconds to 1 day.
    /// </summary>
    public TimeSpan Pickup { get; init; } = TimeSpan.FromMinutes(45);

    /// <summary>
    /// For all couriers together, from when the goods are ready: one who does not come after that is the last, and the order is
    /// cancelled. Default 3 hours, 10 seconds to 7 days.
    /// </summary>
    public TimeSpan PickupLimit { get; init; } = TimeSpan.FromHours(3);

    /// <summary>For the handover, from the pickup; then the breach is announced. Default 2 hours, 10 seconds to 1 day.</summary>
    public TimeSpan Delivery { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// For the customer to come for the goods of an order of the kind pickup, from when they are ready; then the order is
    /// cancelled. Default 2 hours, 10 seconds to 7 days.
    /// </summary>
    public TimeSpan Collection { get; init; } = TimeSpan.FromHours(2);

    /// <summary>For goods on their way back; then the breach is announced. Default 2 hours, 10 seconds to 1 day.</summary>
    public TimeSpan Return { get; init; } = TimeSpan.FromHours(2);

    /// <summary>For goods that are overdue, to turn up; then they count as lost. Default 24 hours, 10 seconds to 30 days.</summary>
    public TimeSpan Loss { get; init; } = TimeSpan.FromHours(24);

    /// <summary>For the answer to a proposed change; then it is declined. Default 5 minutes, 10 seconds to 1 day.</summary>
    public TimeSpan Modification { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For claims, from the handover; then the order is completed. Default 24 hours, 10 seconds to 30 days.</summary>
    public TimeSpan Completion { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How far ahead an order may be scheduled. Default 30 days, 1 hour to 365 days.</summary>
    public TimeSpan ScheduleHorizon { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long before the time wanted, less the preparation, a scheduled delivery goes to the merchant: for the way.
    /// Default 20 minutes, 0 to 1 day.
    /// </summary>
    public TimeSpan DeliveryLead { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>How long a tracking link works after the order's end. Default 4 hours, 0 to 30 days.</summary>
    public TimeSpan TrackingAfterEnd { get; init; } = TimeSpan.FromHours(4);

    /// <summary>
    /// What a customer pays who cancels while the merchant prepares, in thousandths of the total; only of an order paid ahead,
    /// since nothing can be taken of others. Default 500, 0 to 1000.
    /// </summary>
    public int PreparingFeePermille { get; init; } = 500;

    /// <summary>Times that differ in a zone.</summary>
    public Dictionary<string, OrderWaits> Zones { get; init; } = [];

    /// <summary>How long an order waits for something, by its merchant's, its zone's or this policy.</summary>
    internal TimeSpan For(DeadlineKind kind, OrderWaits? merchant, string zone) =>
        Of(merchant, kind) ?? Of(Zones.GetValueOrDefault(zone), kind) ?? kind switch
        {
            DeadlineKind.Placement => Placement,
            DeadlineKind.Payment => Payment,
            DeadlineKind.Acceptance => Acceptance,
            DeadlineKind.CourierSearch => CourierSearch,
            DeadlineKind.Pickup => Pickup,
            DeadlineKind.Delivery => Delivery,
            DeadlineKind.Collection => Collection,
            DeadlineKind.Return => Return,
            DeadlineKind.Loss => Loss,
            DeadlineKind.Modification => Modification,
            DeadlineKind.Completion => Completion,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The policy has no time for this."),
        };

    /// <summary>What is wrong with the policy, a sentence for each option, or nothing.</summary>
    public IEnumerable<string> Validate()
    {
        var (day, month) = (TimeSpan.FromDays(1), TimeSpan.FromDays(30));
        foreach (var (name, value, max) in new[]
        {
            (nameof(Placement), Placement, day),
            (nameof(PlacementLimit), PlacementLimit, day),
            (nameof(Payment), Payment, day),
            (nameof(Acceptance), Acceptance, day),
            (nameof(CourierSearch), CourierSearch, day),
            (nameof(Pickup), Pickup, day),
            (nameof(PickupLimit), PickupLimit, TimeSpan.FromDays(7)),
            (nameof(Delivery), Delivery, day),
            (nameof(Collection), Collection, TimeSpan.FromDays(7)),
            (nameof(Return), Return, day),
            (nameof(Loss), Loss, month),
            (nameof(Modification), Modification, day),
            (nameof(Completion), Completion, month),
        })
        {
            if (Range(name, value, TimeSpan.FromSeconds(10), max) is { } wrong) yield return wrong;
        }

        if (Range(nameof(ProviderPatience), ProviderPatience, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)) is { } patience) yield return patience;
        if (Range(nameof(ScheduleHorizon), ScheduleHorizon, TimeSpan.FromHours(1), TimeSpan.FromDays(365)) is { } horizon) yield return horizon;
        if (Range(nameof(DeliveryLead), DeliveryLead, TimeSpan.Zero, day) is { } lead) yield return lead;
        if (Range(nameof(TrackingAfterEnd), TrackingAfterEnd, TimeSpan.Zero, month) is { } tracking) yield return tracking;
        if (PreparingFeePermille is < 0 or > 1000)
            yield return $"{nameof(OrderPolicy)}.{nameof(PreparingFeePermille)} is {PreparingFeePermille}; it must be between 0 and 1000.";
        foreach (var (zone, waits) in Zones)
        {
            foreach (var wrong in ValidateWaits(waits))
                yield return wrong.Replace($"{nameof(OrderPolicy)}.", $"{nameof(OrderPolicy)}.{nameof(Zones)}:{zone}:", StringComparison.Ordinal);
        }
    }

    /// <summary>What is wrong with times that differ, a sentence for each, or nothing.</summary>
    internal static IEnumerable<string> ValidateWaits(OrderWaits waits)
    {
        var policy = new OrderPolicy();
        policy = policy with
        {
            Payment = waits.Payment ?? policy.Payment,
            Acceptance = waits.Acceptance ?? policy.Acceptance,
            CourierSearch = waits.CourierSearch ?? policy.CourierSearch,
            Pickup = waits.Pickup ?? policy.Pickup,
            Delivery = waits.Delivery ?? policy.Delivery,
            Collection = waits.Collection ?? policy.Collection,
            Completion = waits.Completion ?? policy.Completion,
        };
        return policy.Validate();
    }

    private static TimeSpan? Of(OrderWaits? waits, DeadlineKind kind) => waits is null ? null : kind switch
    {
        DeadlineKind.Payment => waits.Payment,
        DeadlineKind.Acceptance => waits.Acceptance,
        DeadlineKind.CourierSearch => waits.CourierSearch,
        DeadlineKind.Pickup => waits.Pickup,
        DeadlineKind.Delivery => waits.Delivery,
        DeadlineKind.Collection => waits.Collection,
        DeadlineKind.Completion => waits.Completion,
        _ => null,
    };

    private static string? Range(string name, TimeSpan value, TimeSpan min, TimeSpan max) => value < min || value > max
        ? $"{nameof(OrderPolicy)}.{name} is {value}; it must be between {min} and {max}."
        : null;
}
