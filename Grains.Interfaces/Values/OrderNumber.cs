using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans;

namespace OrderActors.Values;

/// <summary>
/// An order's number: 20 decimal digits, of which the last is a check digit. It sorts by the millisecond of creation and
/// carries the home region, the node that made it and the shards of its customer and its merchant, so that any of them
/// is found without a lookup.
/// </summary>
/// <remarks>
/// The first 19 digits are one number in mixed radix: ((((ms × 10 + region) × 100 + node) × 120 + customer shard) × 120 +
/// merchant shard), where ms counts from 2024-01-01 UTC; they last until 2046. The check digit is Damm's, which catches
/// every wrong digit and every swap of neighbours.
/// </remarks>
[GenerateSerializer, Immutable, Alias("orderactors.order-number")]
[JsonConverter(typeof(OrderNumberJsonConverter))]
public readonly record struct OrderNumber : IComparable<OrderNumber>
{
    /// <summary>How many digits a number has.</summary>
    public const int Digits = 20;

    /// <summary>Regions are 0 to 9.</summary>
    public const int Regions = 10;

    /// <summary>Nodes are 0 to 99 within a region.</summary>
    public const int Nodes = 100;

    /// <summary>The largest millisecond that fits.</summary>
    public const long MaxTick = (long)(9_999_999_999_999_999_999UL / Radix) - 1;

    private const ulong Radix = (ulong)Regions * Nodes * Shard.Count * Shard.Count;

    /// <summary>The instant from which milliseconds count.</summary>
    public static readonly DateTimeOffset Epoch = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly byte[] Damm =
    [
        0, 3, 1, 7, 5, 9, 8, 6, 4, 2,
        7, 0, 9, 2, 1, 5, 4, 8, 6, 3,
        4, 2, 0, 6, 8, 7, 1, 3, 5, 9,
        1, 7, 5, 0, 9, 8, 3, 4, 2, 6,
        6, 1, 2, 3, 0, 4, 5, 9, 7, 8,
        3, 6, 7, 4, 2, 0, 9, 5, 8, 1,
        5, 8, 6, 9, 7, 2, 0, 1, 3, 4,
        8, 9, 4, 5, 3, 6, 2, 0, 1, 7,
        9, 4, 3, 8, 6, 1, 7, 2, 0, 5,
        2, 5, 8, 1, 4, 3, 6, 7, 9, 0,
    ];

    [Id(0)]
    private readonly ulong _payload;

    private OrderNumber(ulong payload) => _payload = payload;

    /// <summary>When the number was made, to the millisecond.</summary>
    public DateTimeOffset CreatedAt => Epoch.AddMilliseconds(_payload / Radix);

    /// <summary>The home region, 0 to 9.</summary>
    public int Region => (int)(_payload / ((ulong)Nodes * Shard.Count * Shard.Count) % Regions);

    /// <summary>Whether it is an order of the test side; see <see cref="TestMode"/>.</summary>
    public bool IsTest => Region == TestMode.Region;

    /// <summary>The node that made the number, 0 to 99.</summary>
    public int Node => (int)(_payload / ((ulong)Shard.Count * Shard.Count) % Nodes);

    /// <summary>The customer's shard, 0 to 119.</summary>
    public int CustomerShard => (int)(_payload / Shard.Count % Shard.Count);

    /// <summary>The merchant's shard, 0 to 119.</summary>
    public int MerchantShard => (int)(_payload % Shard.Count);

    /// <summary>Puts a number together.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A part is outside its range.</exception>
    public static OrderNumber Create(long tick, int region, int node, int customerShard, int merchantShard)
    {
        ThrowUnless(tick is >= 0 and <= MaxTick, nameof(tick), tick, MaxTick);
        ThrowUnless(region is >= 0 and < Regions, nameof(region), region, Regions - 1);
        ThrowUnless(node is >= 0 and < Nodes, nameof(node), node, Nodes - 1);
        ThrowUnless(customerShard is >= 0 and < Shard.Count, nameof(customerShard), customerShard, Shard.Count - 1);
        ThrowUnless(merchantShard is >= 0 and < Shard.Count, nameof(merchantShard), merchantShard, Shard.Count - 1);
        return new OrderNumber(
            ((((ulong)tick * Regions + (ulong)region) * Nodes + (ulong)node) * Shard.Count + (ulong)customerShard) * Shard.Count + (ulong)merchantShard);
    }

    /// <summary>Reads a number, or says what is wrong with it.</summary>
    public static bool TryParse(string? text, out OrderNumber number, [NotNullWhen(false)] out string? error)
    {
        number = default;
        error = null;
        if (string.IsNullOrEmpty(text))
        {
            error = $"An order number is {Digits} digits; this one is empty.";
            return false;
        }

        if (text.Length != Digits)
        {
            error = $"An order number is {Digits} digits; this one has {text.Length} characters.";
            return false;
        }

        ulong payload = 0;
        var check = 0;
        for (var i = 0; i < Digits; i++)
        {
            var c = text[i];
            if (!char.IsAsciiDigit(c))
            {
                error = $"An order number is {Digits} digits; character {i + 1} is '{c}'.";
                return false;
            }

            check = Damm[check * 10 + (c - '0')];
            if (i < Digits - 1) payload = payload * 10 + (ulong)(c - '0');
        }

        if (check != 0)
        {
            error = "The order number's check digit does not fit the other digits: a digit is wrong or two neighbours are swapped.";
            return false;
        }

        number = new OrderNumber(payload);
        return true;
    }

    /// <summary>Reads a number.</summary>
    /// <exception cref="FormatException">It is not an order number; the message says why.</exception>
    public static OrderNumber Parse(string text) =>
        TryParse(text, out var number, out var error) ? number : throw new FormatException(error);

    /// <inheritdoc/>
    public int CompareTo(OrderNumber other) => _payload.CompareTo(other._payload);

    /// <summary>All 20 digits.</summary>
    public override string ToString() => string.Create(Digits, _payload, static (span, payload) =>
    {
        payload.TryFormat(span, out _, "D19", CultureInfo.InvariantCulture);
        var check = 0;
        for (var i = 0; i < Digits - 1; i++) check = Damm[check * 10 + (span[i] - '0')];
        span[Digits - 1] = (char)('0' + check);
    });

    public static bool operator <(OrderNumber left, OrderNumber right) => left.CompareTo(right) < 0;

    public static bool operator >(OrderNumber left, OrderNumber right) => left.CompareTo(right) > 0;

    public static bool operator <=(OrderNumber left, OrderNumber right) => left.CompareTo(right) <= 0;

    public static bool operator >=(OrderNumber left, OrderNumber right) => left.CompareTo(right) >= 0;

    private static void ThrowUnless(bool inRange, string part, long value, long max)
    {
        if (!inRange) throw new ArgumentOutOfRangeException(part, value, $"The {part} of an order number is 0 to {max}; {value} is not.");
    }
}

/// <summary>Order numbers are JSON strings: 20 digits do not fit a JavaScript number.</summary>
public sealed class OrderNumberJsonConverter : JsonConverter<OrderNumber>
{
    /// <inheritdoc/>
    public override OrderNumber Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        OrderNumber.TryParse(reader.GetString(), out var number, out var error) ? number : throw new JsonException(error);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, OrderNumber value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override OrderNumber ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader, typeToConvert, options);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, OrderNumber value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());
}
