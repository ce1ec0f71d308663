using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrderActors.Broadcast;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Tests.House.Stored;

/// <summary>A type whose values are stored as records of their own.</summary>
/// <param name="Type">The state or the event.</param>
/// <param name="Root">The type it is written as.</param>
internal sealed record StoredRecord(Type Type, Type Root)
{
    internal StoredAsAttribute? Stored => Type.GetCustomAttribute<StoredAsAttribute>(inherit: false);

    /// <summary>The record as this release writes it.</summary>
    internal JsonObject Write(object value) => JsonSerializer.SerializeToNode(value, Root, StoredJson.Options)!.AsObject();

    /// <summary>Reads a record as this release does.</summary>
    internal object Read(JsonNode record) => record.Deserialize(Root, StoredJson.Options)!;

    public override string ToString() => Stored?.Name ?? Type.Name;
}

/// <summary>Everything that is stored: the states that grains ask for, and the events.</summary>
internal static class StoredRecords
{
    internal static IReadOnlyList<StoredRecord> All { get; } =
    [
        .. States().Distinct().Select(type => new StoredRecord(type, type)).OrderBy(record => record.ToString(), StringComparer.Ordinal),
        .. typeof(DomainEvent).Assembly.GetTypes().Where(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(DomainEvent)))
            .Select(type => new StoredRecord(type, typeof(DomainEvent))).OrderBy(record => record.ToString(), StringComparer.Ordinal),
    ];

    private static IEnumerable<Type> States() =>
        from grain in typeof(Names).Assembly.GetTypes()
        where grain is { IsAbstract: false } && grain.IsAssignableTo(typeof(IGrainBase))
        from constructor in grain.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        from parameter in constructor.GetParameters()
        where parameter.ParameterType.IsGenericType && parameter.ParameterType.GetGenericTypeDefinition() == typeof(IPersistentState<>)
        select parameter.ParameterType.GetGenericArguments()[0];
}
