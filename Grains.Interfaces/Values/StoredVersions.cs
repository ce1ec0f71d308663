using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OrderActors.Values;

/// <summary>Writes the version into stored records, and reads them by it.</summary>
internal static class StoredVersions
{
    /// <summary>The member that holds the version.</summary>
    public const string Member = "_v";

    /// <summary>How many versions ahead of this release's a record may be: a rolling upgrade, or the rollback of one.</summary>
    public const int Ahead = 1;

    /// <summary>Gives a type with <see cref="StoredAsAttribute"/> the version as its first member.</summary>
    public static void AddMember(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || Of(type.Type) is not { } stored) return;
        var member = type.CreateJsonPropertyInfo(typeof(int), Member);
        object version = stored.Version; // Boxed once, and not for every record that is written.
        member.Get = _ => version;
        member.Set = (_, read) => Check(type.Type, stored, (int)read!);
        type.Properties.Insert(0, member);
    }

    /// <summary>How a type is stored; null when it is no record of its own.</summary>
    public static StoredAsAttribute? Of(Type type) => type.GetCustomAttribute<StoredAsAttribute>(inherit: false);

    /// <summary>Refuses a version that this release cannot read.</summary>
    /// <exception cref="StoredVersionException">It is none, or too new.</exception>
    public static void Check(Type type, StoredAsAttribute stored, int version)
    {
        if (version >= 1 && version <= stored.Version + Ahead) return;
        throw new StoredVersionException(version < 1
            ? $"A stored '{stored.Name}' ({type.Name}) says version {version}; versions start at 1. The record is damaged: restore it from a backup."
            : $"A stored '{stored.Name}' ({type.Name}) has version {version}; this release writes version {stored.Version} and reads up to " +
            $"{stored.Version + Ahead}. It was written by a release two or more ahead: run that release or the one before it.");
    }
}

/// <summary>Reads types with an <see cref="IUpcaster"/>: a record of an older version is brought to the present form first.</summary>
/// <param name="plain">Options that read and write the present form.</param>
internal sealed class UpcastingConverterFactory(JsonSerializerOptions plain) : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) =>
        Kinds(typeToConvert).Any(kind => StoredVersions.Of(kind)?.Upcaster is not null)
        && (typeToConvert.BaseType is not { } parent || !Kinds(parent).Contains(typeToConvert));

    /// <summary>The kinds of a type are told apart by the plain options; these hand the whole record on.</summary>
    public static void TakeOver(JsonTypeInfo type)
    {
        if (type.Kind == JsonTypeInfoKind.None) type.PolymorphismOptions = null;
    }

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert), plain)!;

    /// <summary>The type, or the types that may stand for it.</summary>
    private static IEnumerable<Type> Kinds(Type type) =>
        type.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false).Select(kind => kind.DerivedType).Append(type);

    [SuppressMessage("Performance", "CA1812", Justification = "Made by reflection.")]
    private sealed class Converter<T>(JsonSerializerOptions plain) : JsonConverter<T>
        where T : class
    {
        private readonly string _kindMember =
            typeof(T).GetCustomAttribute<JsonPolymorphicAttribute>(inherit: false)?.TypeDiscriminatorPropertyName ?? "$type";

        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (JsonNode.Parse(ref reader) is not JsonObject record) return null;
            var type = KindOf(record);
            if (StoredVersions.Of(type) is { Upcaster: { } upcaster } stored) Upcast(record, type, stored, upcaster);
            return record.Deserialize<T>(plain);
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value, plain);

        private static void Upcast(JsonObject record, Type type, StoredAsAttribute stored, Type upcaster)
        {
            var from = (int?)record[StoredVersions.Member] ?? 1;
            StoredVersions.Check(type, stored, from);
            if (from >= stored.Version) return;
            record.Remove(StoredVersions.Member);
            var steps = (IUpcaster)Activator.CreateInstance(upcaster)!;
            for (var version = from; version < stored.Version; version++) steps.Upcast(record, version);
        }

        private Type KindOf(JsonObject record)
        {
            var kind = (string?)record[_kindMember];
            return typeof(T).GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false)
                .FirstOrDefault(candidate => kind is not null && kind.Equals(candidate.TypeDiscriminator))?.DerivedType ?? typeof(T);
        }
    }
}
