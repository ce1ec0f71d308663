using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Governance;

/// <summary>What is stored of what operators set and the platform noticed. Small: at most a few hundred entries of each kind.</summary>
[StoredAs("governance", version: 1)]
internal sealed record GovernanceState : IRaisesEvents
{
    private readonly ImmutableArray<FeatureSwitch> _switches;
    private readonly ImmutableArray<LimitOverride> _limits;
    private readonly ImmutableArray<Condition> _conditions;
    private ImmutableArray<DomainEvent> _raised;

    /// <summary>Counts the changes.</summary>
    public long Version { get; init; }

    /// <summary>What is switched off, oldest first.</summary>
    public ImmutableArray<FeatureSwitch> Switches { get => _switches.OrEmpty(); init => _switches = value; }

    /// <summary>Limits other than the configured ones, oldest first.</summary>
    public ImmutableArray<LimitOverride> Limits { get => _limits.OrEmpty(); init => _limits = value; }

    /// <summary>What the platform noticed, oldest first.</summary>
    public ImmutableArray<Condition> Conditions { get => _conditions.OrEmpty(); init => _conditions = value; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    /// <summary>Everything in force.</summary>
    public GovernanceView ToView() => new(Version, Switches, Limits, Conditions);
}
