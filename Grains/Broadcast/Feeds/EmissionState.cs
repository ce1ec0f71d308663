using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Broadcast;

/// <summary>What is stored of the emission switches.</summary>
[StoredAs("emission", version: 1)]
internal sealed record EmissionState
{
    private readonly ImmutableArray<EmissionSwitch> _switched;
    private readonly ImmutableArray<EmissionSwitch> _changes;

    public long Version { get; init; }

    /// <summary>The types that were ever switched, by type.</summary>
    public ImmutableArray<EmissionSwitch> Switched { get => _switched.OrEmpty(); init => _switched = value; }

    /// <summary>The newest changes, newest first.</summary>
    public ImmutableArray<EmissionSwitch> Changes { get => _changes.OrEmpty(); init => _changes = value; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    [JsonIgnore]
    public EmissionView View => new(Version, Switched, Changes);
}
