using System.Text.Json.Serialization;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Broadcast;

/// <summary>What operators set, and what the platform noticed of itself: the audit of both.</summary>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="By">The operator, or the platform.</param>
/// <param name="Version">The version after it.</param>
/// <param name="Subject">What it is about, such as <c>ordering/merchant:m1</c>, <c>key/key_abc</c> or <c>breaker_payments</c>.</param>
/// <param name="Reason">Why.</param>
/// <param name="Until">Until when it holds; null for no end.</param>
[GenerateSerializer, Immutable, Alias("orderactors.governance-event"), StoredAs("governance-event", version: 1)]
public sealed record GovernanceEvent(
    string Type, DateTimeOffset At, Actor By, long Version, string Subject, string Reason, DateTimeOffset? Until = null)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Shard.Of(IGovernanceGrain.Key);

    /// <inheritdoc/>
    /// <remarks>There is one platform under both sides.</remarks>
    [JsonIgnore]
    public override bool Livemode => true;
}

/// <content>What operators and the platform itself do to the platform.</content>
public static partial class EventTypes
{
    /// <summary>A feature was switched off.</summary>
    public const string SwitchSet = "switch.set";

    /// <summary>A feature was switched on again.</summary>
    public const string SwitchCleared = "switch.cleared";

    /// <summary>A switch's time was over: the feature is on again.</summary>
    public const string SwitchExpired = "switch.expired";

    /// <summary>A key or a merchant got a limit of its own.</summary>
    public const string LimitSet = "limit.set";

    /// <summary>The configured limit holds again.</summary>
    public const string LimitCleared = "limit.cleared";

    /// <summary>A gateway began to shed load.</summary>
    public const string OpsShedStarted = "ops.shed_started";

    /// <summary>No gateway sheds any more.</summary>
    public const string OpsShedEnded = "ops.shed_ended";

    /// <summary>The platform goes on without something.</summary>
    public const string OpsDegraded = "ops.degraded";

    /// <summary>It is whole again.</summary>
    public const string OpsRestored = "ops.restored";
}
