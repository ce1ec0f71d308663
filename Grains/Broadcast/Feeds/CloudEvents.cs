using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Promotions;
using OrderActors.Refunds;
using OrderActors.Settlement;
using OrderActors.Values;

namespace OrderActors.Broadcast;

/// <summary>
/// Events as they are told outside: CloudEvents 1.0 in JSON. Pure, and the only place that says what leaves the house: ids,
/// statuses, amounts and times, and nothing that says who somebody is or where somebody lives.
/// </summary>
internal static class CloudEvents
{
    /// <summary>What the type of every event begins with.</summary>
    public const string TypePrefix = "com.orderactors.";

    /// <summary>What the type of every event ends with.</summary>
    public const string TypeSuffix = ".v1";

    private const string IdPrefix = "evt_";
    private const int PartitionDigits = 3;
    private const int SequenceDigits = 12;
    private const int LongestDetail = 64;

    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    /// <summary>An event, as it is told outside.</summary>
    public static FeedEvent Of(LoggedEvent logged)
    {
        var about = AboutOf(logged.Event);
        var id = IdOf(logged.Partition, logged.Sequence);
        var live = logged.Event.Livemode;
        return new(
            logged.Partition, logged.Sequence, id, logged.Event.Type, about.Source, logged.Event.At, live, about.Order, about.Customer, about.Merchant,
            about.Couriers.OrEmpty(), about.Partner, Write(logged, about, id, live));
    }

    /// <summary>The id of an event for ever, whoever tells it how often.</summary>
    public static string IdOf(int partition, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{IdPrefix}{partition:D3}{sequence:D12}");

    /// <summary>The place of an event, from its id.</summary>
    public static bool TryParseId(string? id, out int partition, out long sequence)
    {
        (partition, sequence) = (0, 0);
        return id is { Length: >= 4 + PartitionDigits + SequenceDigits } && id.StartsWith(IdPrefix, StringComparison.Ordinal)
            && int.TryParse(id.AsSpan(IdPrefix.Length, PartitionDigits), NumberStyles.None, CultureInfo.InvariantCulture, out partition)
            && long.TryParse(id.AsSpan(IdPrefix.Length + PartitionDigits), NumberStyles.None, CultureInfo.InvariantCulture, out sequence)
            && partition < Shard.Count && sequence > 0 && IdOf(partition, sequence) == id;
    }

    /// <summary>An event that tells of nothing: a receiver's owner sees whether it arrives.</summary>
    public static FeedEvent Test(string endpoint, string id, DateTimeOffset at, bool live)
    {
        var json = Write(writer =>
        {
            var source = "/v1/webhook-endpoints/" + endpoint;
            WriteEnvelope(writer, new("webhook.test", id, source, endpoint, at, live));
            writer.WriteStartObject("data");
            writer.WriteString("endpoint", endpoint);
            writer.WriteEndObject();
        });
        return new(0, 0, id, "webhook.test", "/v1/webhook-endpoints/" + endpoint, at, live, null, null, null, [], null, json);
    }

    private static About AboutOf(DomainEvent happened) => happened switch
    {
        OrderEvent e => new("/v1/orders/" + e.Order, e.Order.ToString(), e.Order.ToString(), Id(e.Customer), Id(e.Merchant), Ids(e.Courier),
            e.Tenant is null ? null : Id(e.Tenant)),
        PaymentEvent e => new($"/v1/orders/{e.Payment.Order}/payment", e.Payment.Order.ToString(), e.Payment.Order.ToString()),
        RefundEvent e => new($"/v1/orders/{e.Order}/refunds", e.Order.ToString(), e.Order.ToString(), Id(e.Customer), Id(e.Merchant)),
        CourierEvent e => new("/v1/couriers/" + Id(e.Courier), Id(e.Courier), Couriers: Ids(e.Courier)),
        MerchantEvent e => new("/v1/merchants/" + Id(e.Merchant), Id(e.Merchant), Merchant: Id(e.Merchant)),
        CustomerEvent e => new("/v1/customers/" + Id(e.Customer), Id(e.Customer), Customer: Id(e.Customer)),
        PromotionEvent e => new("/v1/promotions/" + Id(e.Promotion.Code), Id(e.Promotion.Code)),
        SettlementEvent e => new("/v1/settlements/" + Id(e.Day.Day), Id(e.Day.Day)),
        QuoteEvent e => new("/v1/quotes/" + Id(e.Quote), Id(e.Quote), Customer: Id(e.Customer)),
        WebhookEvent e => OfOwner(e),
        ApiKeyEvent e => new("/v1/api-keys/" + e.Key.Id, e.Key.Id),
        _ => new("/v1/operations", happened.Type),
    };

    private static About OfOwner(WebhookEvent e)
    {
        var about = new About("/v1/webhook-endpoints/" + e.Endpoint, e.Endpoint);
        return e.Owner.Audience switch
        {
            FeedAudience.Customer => about with { Customer = e.Owner.Subject },
            FeedAudience.Merchant => about with { Merchant = e.Owner.Subject },
            FeedAudience.Courier => about with { Couriers = [e.Owner.Subject] },
            FeedAudience.Partner => about with { Partner = e.Owner.Subject },
            _ => about,
        };
    }

    private static string Write(LoggedEvent logged, About about, string id, bool live) => Write(writer =>
    {
        var happened = logged.Event;
        WriteEnvelope(writer, new(happened.Type, id, about.Source, about.Subject, happened.At, live));

        // The place in the log and not the version: several events may share a version, and a source's events are in one partition.
        writer.WriteString("sequence", logged.Sequence.ToString("D19", CultureInfo.InvariantCulture));
        writer.WriteStartObject("data");
        writer.WriteNumber("version", happened.Version);
        WriteData(writer, happened);
        writer.WriteStartObject("actor");
        writer.WriteString("role", Names.Of(happened.By.Role));
        writer.WriteString("id", Id(happened.By.Id));
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static void WriteEnvelope(Utf8JsonWriter writer, Envelope envelope)
    {
        writer.WriteString("specversion", "1.0");
        writer.WriteString("id", envelope.Id);
        writer.WriteString("source", envelope.Source);
        writer.WriteString("type", TypePrefix + envelope.Type + TypeSuffix);
        writer.WriteString("subject", envelope.Subject);
        writer.WriteString("time", Time(envelope.At));
        writer.WriteString("datacontenttype", "application/json");
        writer.WriteString("partitionkey", envelope.Subject);
        writer.WriteBoolean("livemode", envelope.Live);
    }

    private static void WriteData(Utf8JsonWriter writer, DomainEvent happened)
    {
        switch (happened)
        {
            case OrderEvent e:
                WriteOrder(writer, e);
                break;
            case PaymentEvent e:
                writer.WriteString("order", e.Payment.Order.ToString());
                writer.WriteString("status", Names.Of(e.Payment.Status));
                WriteMoney(writer, "amount", e.Amount, e.Payment.Currency);
                WriteMoney(writer, "authorized", e.Payment.Authorised, e.Payment.Currency);
                WriteMoney(writer, "captured", e.Payment.Captured, e.Payment.Currency);
                WriteMoney(writer, "refunded", e.Payment.Refunded, e.Payment.Currency);
                if (e.Refund > 0) writer.WriteNumber("refund", e.Refund);
                WriteWord(writer, "decline_code", e.Payment.DeclineCode);
                break;
            case RefundEvent e:
                writer.WriteString("order", e.Order.ToString());
                writer.WriteNumber("refund", e.Refund);
                writer.WriteString("status", Names.Of(e.Status));
                writer.WriteString("customer", Id(e.Customer));
                writer.WriteString("merchant", Id(e.Merchant));
                WriteMoney(writer, "amount", e.Amount.Amount, e.Amount.Currency);
                break;
            case CourierEvent e:
                WriteCourier(writer, e);
                break;
            case MerchantEvent e:
                writer.WriteString("merchant", Id(e.Merchant));
                writer.WriteString("status", Names.Of(e.Status));
                WriteWord(writer, "detail", e.Detail);
                break;
            case CustomerEvent e:
                writer.WriteString("customer", Id(e.Customer));
                WriteTime(writer, "member_until", e.MemberUntil);
                break;
            case PromotionEvent e:
                writer.WriteString("promotion", Id(e.Promotion.Code));
                writer.WriteString("status", Names.Of(e.Promotion.Status));
                break;
            case SettlementEvent e:
                writer.WriteString("day", Id(e.Day.Day));
                writer.WriteString("status", Names.Of(e.Day.Status));
                writer.WriteNumber("bookings", e.Day.Bookings);
                break;
            case ApiKeyEvent e:
                writer.WriteString("key", e.Key.Id);
                writer.WriteString("kind", Names.Of(e.Key.Kind));
                writer.WriteString("subject", Id(e.Key.Subject));
                break;
            case QuoteEvent e:
                writer.WriteString("quote", Id(e.Quote));
                writer.WriteString("customer", Id(e.Customer));
                writer.WriteString("merchant", Id(e.Merchant));
                WriteMoney(writer, "total", e.Total.Amount, e.Total.Currency);
                WriteTime(writer, "expires_at", e.ExpiresAt);
                if (e.Order is { } order) writer.WriteString("order", order.ToString());
                break;
            case GovernanceEvent e:
                writer.WriteString("subject", e.Subject);
                writer.WriteString("reason", e.Reason);
                WriteTime(writer, "until", e.Until);
                break;
            case WebhookEvent e:
                writer.WriteString("endpoint", e.Endpoint);
                writer.WriteString("reason", Names.Of(e.Reason));
                break;
        }
    }

    private static void WriteOrder(Utf8JsonWriter writer, OrderEvent e)
    {
        writer.WriteString("order", e.Order.ToString());
        writer.WriteString("kind", Names.Of(e.Kind));
        writer.WriteString("status", Names.Of(e.Status));
        writer.WriteString("delivery_status", Names.Of(e.Delivery));
        writer.WriteString("payment_status", Names.Of(e.Payment));
        writer.WriteString("customer", Id(e.Customer));
        writer.WriteString("merchant", Id(e.Merchant));
        if (e.Courier is { } courier) writer.WriteString("courier", Id(courier));
        if (e.Reason != CancelReason.None) writer.WriteString("reason", Names.Of(e.Reason));
        WriteTime(writer, "placed_at", e.PlacedAt);
        WriteTime(writer, "ready_at", e.ReadyAt);
        if (e.Bill is { } bill)
        {
            WriteMoney(writer, "total", bill.Total, bill.Currency);
            WriteMoney(writer, "due", bill.Due, bill.Currency);
        }

        WriteWord(writer, "detail", e.Detail);
    }

    private static void WriteCourier(Utf8JsonWriter writer, CourierEvent e)
    {
        writer.WriteString("courier", Id(e.Courier));
        writer.WriteString("status", Names.Of(e.Status));
        if (!e.Orders.IsDefaultOrEmpty)
        {
            writer.WriteStartArray("orders");
            foreach (var order in e.Orders) writer.WriteStringValue(order.ToString());
            writer.WriteEndArray();
        }

        WriteTime(writer, "offer_until", e.OfferUntil);
        WriteWord(writer, "detail", e.Detail is null ? null : Id(e.Detail));
        if (e.Pay is { } pay) WriteMoney(writer, "pay", pay.Amount, pay.Currency);
    }

    private static void WriteMoney(Utf8JsonWriter writer, string name, long amount, string currency)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("amount", amount);
        writer.WriteString("currency", currency);
        writer.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? at)
    {
        if (at is { } time) writer.WriteString(name, Time(time));
    }

    /// <summary>Codes and ids are told. What a person typed is not: nobody knows what is in it.</summary>
    private static void WriteWord(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is { Length: > 0 and <= LongestDetail } && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-' or '.'))
            writer.WriteString(name, text);
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var bytes = buffer ??= new ArrayBufferWriter<byte>(2048);
        bytes.ResetWrittenCount();
        using var writer = new Utf8JsonWriter(bytes, Format);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static string Id(string id) => TestMode.Shown(id);

    private static ImmutableArray<string> Ids(string? id) => id is null ? [] : [Id(id)];

    /// <summary>What an event is about.</summary>
    private sealed record About(
        string Source,
        string Subject,
        string? Order = null,
        string? Customer = null,
        string? Merchant = null,
        ImmutableArray<string> Couriers = default,
        string? Partner = null);

    /// <summary>What the CloudEvents specification asks of every event.</summary>
    private readonly record struct Envelope(string Type, string Id, string Source, string Subject, DateTimeOffset At, bool Live);
}
