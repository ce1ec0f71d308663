using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Client.Http;

/// <summary>The snake_case names of an enumeration, looked up without reflection or allocation.</summary>
internal static class WireNames<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, JsonEncodedText> ByValue =
        Enum.GetValues<T>().ToFrozenDictionary(v => v, v => JsonEncodedText.Encode(JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString())));

    private static readonly FrozenDictionary<string, T> ByName = ByValue.ToFrozenDictionary(p => p.Value.Value, p => p.Key, StringComparer.Ordinal);

    /// <summary>All names, in the order of the values.</summary>
    public static readonly ImmutableArray<string> All = [.. Enum.GetValues<T>().Select(v => ByValue[v].Value)];

    public static string NameOf(T value) => ByValue[value].Value;

    public static JsonEncodedText EncodedNameOf(T value) => ByValue[value];

    public static bool TryParse(string? name, out T value)
    {
        value = default;
        return name is not null && ByName.TryGetValue(name, out value);
    }
}

/// <summary>What a converter of an enumeration accepts, for messages.</summary>
internal interface IWireEnumConverter
{
    /// <summary>The accepted names.</summary>
    IReadOnlyList<string> Accepted { get; }
}

/// <summary>An enumeration as its snake_case name: exact case, never a number.</summary>
internal class WireEnumConverter<T> : JsonConverter<T>, IWireEnumConverter
    where T : struct, Enum
{
    private readonly T? _internalOnly;

    public WireEnumConverter()
    {
    }

    /// <param name="internalOnly">A value that callers cannot send.</param>
    protected WireEnumConverter(T internalOnly) => _internalOnly = internalOnly;

    public IReadOnlyList<string> Accepted =>
        _internalOnly is { } hidden ? WireNames<T>.All.Remove(WireNames<T>.NameOf(hidden)) : WireNames<T>.All;

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && WireNames<T>.TryParse(reader.GetString(), out var value) && !value.Equals(_internalOnly)
            ? value
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(WireNames<T>.EncodedNameOf(value));
}

/// <summary>Reasons for a cancellation; "none" is the absence of one and no caller's to give.</summary>
internal sealed class CancelReasonConverter() : WireEnumConverter<OrderActors.Orders.CancelReason>(OrderActors.Orders.CancelReason.None);

/// <summary>RFC 3339 instants: an offset is demanded on the way in, UTC with milliseconds goes out.</summary>
internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    private const int LongestText = 256;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > LongestText || reader.HasValueSequence) throw new JsonException();

        // Many writers escape the plus of an offset.
        Span<byte> unescaped = stackalloc byte[LongestText];
        var text = reader.ValueIsEscaped ? unescaped[..reader.CopyString(unescaped)] : reader.ValueSpan;

        // Without an offset the framework would take the server's own zone, which the caller cannot know.
        var hasOffset = text.Length > 19 && (text[^1] is (byte)'Z' || (text.Length > 6 && text[^3] == (byte)':' && text[^6] is (byte)'+' or (byte)'-'));
        return hasOffset && reader.TryGetDateTimeOffset(out var value) ? value.ToUniversalTime() : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[24];
        value.UtcDateTime.TryFormat(text, out var written, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..written]);
    }
}
