using OrderActors.Values;
using Orleans;

namespace OrderActors.Governance;

/// <summary>What an operator can switch off. The numbers are on the wire.</summary>
public enum Feature
{
    /// <summary>New orders of any kind.</summary>
    Ordering = 0,

    /// <summary>New orders for later.</summary>
    ScheduledOrders = 1,

    /// <summary>New orders that are paid by card. Orders that were placed are still paid.</summary>
    CardPayments = 2,

    /// <summary>New orders with a coupon.</summary>
    Coupons = 3,

    /// <summary>Messages to customers. What they would have been told meanwhile is not told later.</summary>
    Notifications = 4,

    /// <summary>Giving waiting orders to couriers. The orders wait.</summary>
    DispatchOffers = 5,

    /// <summary>Quotes.</summary>
    Quotes = 6,

    /// <summary>The public tracking pages.</summary>
    Tracking = 7,

    /// <summary>Everything that can wait: the operations of the class non-critical, but those of operators under /v1/operations.</summary>
    Reports = 8,
}

/// <summary>For whom something is switched off.</summary>
public enum ScopeKind
{
    /// <summary>For everybody.</summary>
    Platform = 0,

    /// <summary>For one merchant.</summary>
    Merchant = 1,

    /// <summary>In one zone.</summary>
    Zone = 2,
}

/// <summary>For whom something is switched off.</summary>
/// <param name="Kind">Everybody, a merchant or a zone.</param>
/// <param name="Id">The merchant's or the zone's id; empty for everybody.</param>
[GenerateSerializer, Immutable, Alias("orderactors.switch-scope")]
public readonly record struct SwitchScope(ScopeKind Kind, string Id = "")
{
    /// <summary>Everybody.</summary>
    public static readonly SwitchScope Platform = new(ScopeKind.Platform, "");

    /// <inheritdoc/>
    public override string ToString() => Kind == ScopeKind.Platform ? "platform" : $"{Kind.ToString().ToLowerInvariant()}:{Id}";
}

/// <summary>A feature that is switched off.</summary>
/// <param name="Feature">What.</param>
/// <param name="Scope">For whom.</param>
/// <param name="By">Who switched it off.</param>
/// <param name="Reason">Why, in the operator's words.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it goes on again by itself; null for never.</param>
[GenerateSerializer, Immutable, Alias("orderactors.feature-switch")]
public sealed record FeatureSwitch(Feature Feature, SwitchScope Scope, Actor By, string Reason, DateTimeOffset Since, DateTimeOffset? Until = null)
{
    /// <summary>Whether it holds: its time is not over.</summary>
    public bool Holds(DateTimeOffset now) => !(Until <= now);
}

/// <summary>
/// Something that the platform noticed of itself and reacts to: a process sheds load, a circuit breaker is open, a consumer
/// is behind.
/// </summary>
/// <param name="Name">What, such as <c>breaker_payments</c>; see <see cref="Conditions"/>.</param>
/// <param name="Why">One sentence with the figures.</param>
/// <param name="Since">Since when.</param>
[GenerateSerializer, Immutable, Alias("orderactors.condition")]
public sealed record Condition(string Name, string Why, DateTimeOffset Since);

/// <summary>The conditions that the platform reacts to.</summary>
public static class Conditions
{
    /// <summary>A gateway sheds the class that can wait.</summary>
    public const string SheddingNonCritical = "shedding_non_critical";

    /// <summary>A gateway sheds new work too.</summary>
    public const string SheddingSecondary = "shedding_secondary";

    /// <summary>A gateway sheds everything it cannot take.</summary>
    public const string SheddingCritical = "shedding_critical";

    /// <summary>The payment provider does not answer: new orders are not paid by card.</summary>
    public const string PaymentsDown = "breaker_payments";

    /// <summary>The provider of messages does not answer: orders go on without, and the messages wait.</summary>
    public const string NotificationsDown = "breaker_notifications";

    /// <summary>A consumer of the event log is far behind: what can wait is not done.</summary>
    public const string EventLag = "event_lag";

    /// <summary>Orders wait long in the intake: quotes are made of what merchants said within the last minute.</summary>
    public const string IntakeBacklog = "intake_backlog";

    /// <summary>What the names of open breakers begin with; then comes the dependency's.</summary>
    public const string Breaker = "breaker_";

    /// <summary>What the names of shedding begin with.</summary>
    public const string Shedding = "shedding_";
}
