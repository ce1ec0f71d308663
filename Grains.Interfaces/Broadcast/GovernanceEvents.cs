using System.Text.Json.Serialization;
using OrderActors.Governance.Keys;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Broadcast;

/// <summary>An event of an API key: who gave or took which right, for the audit.</summary>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="By">Who did it: an operator, by the subject of the key that was used.</param>
/// <param name="Version">The key's version after it.</param>
/// <param name="Key">The key after it. It has no secret.</param>
[GenerateSerializer, Immutable, Alias("orderactors.api-key-event"), StoredAs("api-key-event", version: 1)]
public sealed record ApiKeyEvent(string Type, DateTimeOffset At, Actor By, long Version, ApiKeyView Key) : DomainEvent(Type, At, By, Version)
{
    /// <summary>An API key was created.</summary>
    public const string Created = "api_key.created";

    /// <summary>It got another text.</summary>
    public const string Rotated = "api_key.rotated";

    /// <summary>It was ended.</summary>
    public const string Revoked = "api_key.revoked";

    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Shard.Of(Key.Id);

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Livemode => Key.Live;
}
