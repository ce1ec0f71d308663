using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OrderActors.Values;

/// <summary>
/// The form in which states and events are stored: JSON, snake_case, default values left out, and the version of the form
/// first (<see cref="StoredAsAttribute"/>). Unknown members are ignored and missing ones keep their default, so that records
/// of older releases and of the next one can be read; a record of a still newer one is refused with a
/// <see cref="StoredVersionException"/>.
/// </summary>
public static class StoredJson
{
    /// <summary>The options; shared, because they cache what they learn about types.</summary>
    public static readonly JsonSerializerOptions Options = Create();

    private static JsonSerializerOptions Create()
    {
        var plain = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { StoredVersions.AddMember } },
        };
        plain.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        plain.MakeReadOnly();
        var options = new JsonSerializerOptions(plain)
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { StoredVersions.AddMember, UpcastingConverterFactory.TakeOver } },
        };
        options.Converters.Add(new UpcastingConverterFactory(plain));
        options.MakeReadOnly();
        return options;
    }
}
