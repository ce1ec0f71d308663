using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Storage;

/// <summary>States as UTF-8 JSON: snake_case names, enums as snake_case text, nulls left out.</summary>
public sealed class JsonStateSerializer : IStateSerializer
{
    // A writer costs more to make than a small state costs to write. A state never nests one serialization in another.
    [ThreadStatic]
    private static (JsonStateSerializer? Owner, Utf8JsonWriter? Writer) _cached;

    private readonly JsonSerializerOptions _options;
    private readonly JsonWriterOptions _writerOptions;

    /// <summary>Uses these options, or <see cref="CreateDefaultOptions"/>.</summary>
    public JsonStateSerializer(JsonSerializerOptions? options = null)
    {
        _options = options ?? CreateDefaultOptions();
        _writerOptions = new JsonWriterOptions { Encoder = _options.Encoder, Indented = _options.WriteIndented, SkipValidation = true };
    }

    /// <summary>The default options, as a new instance that a host may extend.</summary>
    public static JsonSerializerOptions CreateDefaultOptions() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <inheritdoc/>
    public void Serialize<T>(T state, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var (owner, writer) = _cached;
        if (writer is null || !ReferenceEquals(owner, this))
        {
            writer = new Utf8JsonWriter(destination, _writerOptions);
            _cached = (this, writer);
        }
        else
        {
            writer.Reset(destination);
        }

        try
        {
            JsonSerializer.Serialize(writer, state, _options);
            writer.Flush();
        }
        catch
        {
            _cached = default;
            throw;
        }
    }

    /// <inheritdoc/>
    public T Deserialize<T>(ReadOnlySpan<byte> source) =>
        JsonSerializer.Deserialize<T>(source, _options)
        ?? throw new JsonException($"The stored {typeof(T).Name} is null; a state is an object.");
}
