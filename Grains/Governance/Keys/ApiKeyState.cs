using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Governance.Keys;

/// <summary>What is stored of an API key: never its text, only the text's hash.</summary>
[StoredAs("api-key", version: 1)]
internal sealed record ApiKeyState : IRaisesEvents
{
    private ImmutableArray<DomainEvent> _raised;

    /// <summary>Counts the changes; 0 while the key does not exist.</summary>
    public long Version { get; init; }

    public string Id { get; init; } = "";

    public ApiKeyKind Kind { get; init; }

    public string Subject { get; init; } = "";

    public bool Live { get; init; }

    public string Name { get; init; } = "";

    /// <summary>The SHA-256 of the text, in hexadecimal.</summary>
    public string Hash { get; init; } = "";

    public string Last4 { get; init; } = "";

    /// <summary>The hash of the text before; null when there was none.</summary>
    public string? PreviousHash { get; init; }

    /// <summary>Until when the text before is taken.</summary>
    public DateTimeOffset? PreviousUntil { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public Actor CreatedBy { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RotatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    [JsonIgnore]
    public bool Exists => Version > 0;

    /// <summary>The key as people may see it.</summary>
    public ApiKeyView ToView() => new(
        Id, Version, Kind, Subject, Live, Name, Last4, CreatedAt, CreatedBy, ExpiresAt, RotatedAt, PreviousUntil, RevokedAt);
}
