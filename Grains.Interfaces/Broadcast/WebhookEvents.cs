using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Broadcast;

/// <summary>An event of a webhook endpoint.</summary>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="By">Who did it.</param>
/// <param name="Version">The endpoint's version after it.</param>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Reason">Why: failing, gone or backlog.</param>
[GenerateSerializer, Immutable, Alias("orderactors.webhook-event"), StoredAs("webhook-event", version: 1)]
public sealed record WebhookEvent(
    string Type, DateTimeOffset At, Actor By, long Version, string Endpoint, FeedScope Owner, WebhookDisableReason Reason)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Shard.Of(Endpoint);

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Livemode => Owner.Live;
}

public static partial class EventTypes
{
    /// <summary>An endpoint is sent nothing any more: it failed for too long, is gone, or did not keep up.</summary>
    public const string WebhookEndpointDisabled = "webhook.endpoint_disabled";

    /// <summary>Every type: those here, and those that stand with their events.</summary>
    public static FrozenSet<string> All { get; } = typeof(EventTypes).Assembly.GetTypes()
        .Where(type => type == typeof(EventTypes) || type.IsSubclassOf(typeof(DomainEvent)))
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Where(field => field.IsLiteral && field.FieldType == typeof(string)).Select(field => (string)field.GetRawConstantValue()!)
        .ToFrozenSet(StringComparer.Ordinal);
}
