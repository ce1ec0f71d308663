using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using OrderActors.Client.Http;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Fuzz;

/// <summary>Things that are there, so that a request reaches beyond the first check, and sound values for whatever a body has.</summary>
/// <param name="town">Merchants and couriers.</param>
/// <param name="orders">Numbers of orders.</param>
internal sealed class FuzzTown(Town town, IReadOnlyList<string> orders)
{
    private const int MostDepth = 6;

    /// <summary>A sound value for a part of a path, or for a text in a body, by its name.</summary>
    /// <param name="name">The part's or member's name.</param>
    /// <param name="path">The operation's path: an id is that of the resource.</param>
    /// <param name="random">Where chance comes from.</param>
    public string TextOf(string name, string path, Random random) => name switch
    {
        "number" or "order" => orders[random.Next(orders.Count)],
        "customer" => Customer(random),
        "merchant" => Merchant(random),
        "courier" or "from" or "to" when path.StartsWith("/v1/deliveries", StringComparison.Ordinal) => Courier(random),
        "courier" => Courier(random),
        "from" => "10:00",
        "to" => "22:00",
        "id" when path.StartsWith("/v1/merchants/", StringComparison.Ordinal) => Merchant(random),
        "id" when path.StartsWith("/v1/couriers/", StringComparison.Ordinal) => Courier(random),
        "id" when path.StartsWith("/v1/customers/", StringComparison.Ordinal) => Customer(random),
        "id" or "code" or "address" or "external_id" => string.Create(CultureInfo.InvariantCulture, $"x{random.Next(1_000)}"),
        "item" => "meal",
        "zone" => $"z-{town.Run}-0",
        "currency" => "EUR",
        "source" => "tok_ok",
        "time_zone" => "Europe/Berlin",
        "day" or "date" => "2026-03-02",
        "refund" or "modification" or "partition" or "sequence" or "line" => "1",
        "subscriber" => "deadlines",
        "provider" => "sandbox",
        "pin" => "1234",
        "phone" => "+4930123456",
        "language" => "en",
        "url" or "photo_url" or "signature_url" => "https://example.org/x",
        _ => "sound",
    };

    /// <summary>A body that an operation may well take.</summary>
    public JsonNode? BodyOf(Operation operation, Random random) =>
        operation.Body is { } type ? ValueOf(type, "", operation.Path, random, 0) : null;

    private JsonNode? ValueOf(JsonTypeInfo type, string name, string path, Random random, int depth)
    {
        const double ShareOfOptional = 0.5;
        if (depth > MostDepth) return null;
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                var sound = new JsonObject();
                foreach (var member in type.Properties)
                {
                    if (!member.IsRequired && random.NextDouble() > ShareOfOptional) continue;
                    if (ValueOf(member.PropertyType, type, member.Name, path, random, depth + 1) is { } value) sound[member.Name] = value;
                }

                return sound;
            case JsonTypeInfoKind.Enumerable:
                var element = type.ElementType is { } one ? ValueOf(one, type, name, path, random, depth + 1) : null;
                return element is null ? new JsonArray() : new JsonArray(element);
            case JsonTypeInfoKind.Dictionary:
                return new JsonObject();
            default:
                return Scalar(type.Type, name, path, random);
        }
    }

    private JsonNode? ValueOf(Type type, JsonTypeInfo from, string name, string path, Random random, int depth) =>
        Nullable.GetUnderlyingType(type) is { } inner && inner.IsEnum
            ? Scalar(inner, name, path, random)
            : from.Options.TryGetTypeInfo(Nullable.GetUnderlyingType(type) ?? type, out var info) ? ValueOf(info, name, path, random, depth)
            : Scalar(Nullable.GetUnderlyingType(type) ?? type, name, path, random);

    private JsonNode? Scalar(Type type, string name, string path, Random random) => type switch
    {
        _ when type == typeof(string) => TextOf(name, path, random),
        _ when type == typeof(bool) => random.Next(2) == 0,
        _ when type == typeof(DateTimeOffset) => "2026-12-24T18:00:00Z",
        _ when type == typeof(DateOnly) => "2026-12-24",
        _ when type == typeof(TimeOnly) => "10:00",
        { IsEnum: true } => Name(type, random),
        _ when type == typeof(double) => Math.Round(52 + random.NextDouble(), 4),
        _ when type == typeof(int) || type == typeof(long) => random.Next(1, 100),
        _ => TextOf(name, path, random),
    };

    private static string Name(Type type, Random random)
    {
        var names = Enum.GetNames(type);
        return System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(names[random.Next(names.Length)]);
    }

    private string Merchant(Random random) => string.Create(CultureInfo.InvariantCulture, $"m-{town.Run}-{random.Next(town.Merchants)}");

    private string Courier(Random random) => string.Create(CultureInfo.InvariantCulture, $"k-{town.Run}-{random.Next(town.Couriers)}");

    private string Customer(Random random) => string.Create(CultureInfo.InvariantCulture, $"c-{town.Run}-{random.Next(100)}");
}
