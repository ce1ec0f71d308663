namespace OrderActors.Orders;

/// <summary>How long an order waits for what. A change applies to waits that begin after it.</summary>
public sealed record OrderPolicy
{
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

    /// <summary>For the handover, from the pickup; then the breach is announced. Default 2 hours, 10 seconds to 1 day.</summary>
    public TimeSpan Delivery { get; init; } = TimeSpan.FromHours(2);

    /// <summary>For claims, from the handover; then the order is completed. Default 24 hours, 10 seconds to 30 days.</summary>
    public TimeSpan Completion { get; init; } = TimeSpan.FromHours(24);

    /// <summary>What is wrong with the policy, a sentence for each option, or nothing.</summary>
    public IEnumerable<string> Validate()
    {
        foreach (var (name, value, max) in new[]
        {
            (nameof(Acceptance), Acceptance, TimeSpan.FromDays(1)),
            (nameof(CourierSearch), CourierSearch, TimeSpan.FromDays(1)),
            (nameof(Pickup), Pickup, TimeSpan.FromDays(1)),
            (nameof(Delivery), Delivery, TimeSpan.FromDays(1)),
            (nameof(Completion), Completion, TimeSpan.FromDays(30)),
        })
        {
            if (value < TimeSpan.FromSeconds(10) || value > max)
                yield return $"{nameof(OrderPolicy)}.{name} is {value}; it must be between 00:00:10 and {max}.";
        }
    }
}
