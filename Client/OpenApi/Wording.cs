using System.Collections.Frozen;
using System.Text.Json.Nodes;
using OrderActors.Client.Http;
using OrderActors.Governance;

namespace OrderActors.Client.OpenApi;

/// <summary>What the document says of things that have no line of source of their own: resources, and the names in paths.</summary>
internal static class Wording
{
    /// <summary>What the document is about.</summary>
    public const string Introduction =
        "A delivery-order platform: orders from the customer to the door, with merchants, couriers, payments and settlement.\n\n" +
        "Bodies are JSON in UTF-8 with snake_case names, read strictly. Money is in minor units (cents). Times are RFC 3339. What is refused is " +
        "refused with problem details (RFC 9457) whose `code` never changes. Creating requests need an `Idempotency-Key`; the same key again " +
        "answers like the first time and does nothing. `x-priority` says what is shed last under load, `x-callers` whose keys an operation takes.";

    private static readonly FrozenDictionary<string, string> Tags = new Dictionary<string, string>
    {
        ["quotes"] = "What an order would cost and how long it would take, held for a while.",
        ["orders"] = "Orders: placed, paid, changed, cancelled, read and listed, with their refunds.",
        ["deliveries"] = "What couriers do to the orders they carry.",
        ["merchants"] = "Merchants: menu, stock, hours, capacity, terms, and what lines would cost.",
        ["couriers"] = "Couriers: shifts, positions, offers, earnings.",
        ["customers"] = "Customers: addresses, limits, memberships, how they are told.",
        ["promotions"] = "Coupons and their budgets.",
        ["settlements"] = "The books, day by day.",
        ["tracking"] = "What a customer sees of an order, behind a link that nobody can guess.",
        ["webhook-endpoints"] = "Where events are sent: endpoints, deliveries, secrets.",
        ["events"] = "What happens, as it happens.",
        ["intake"] = "Orders taken in by the thousand, and worked off at a rate.",
        ["api-keys"] = "API keys: whose they are, how long they last, other secrets for them.",
        ["simulations"] = "Merchants and couriers of test mode, who do as they are told.",
        ["payments"] = "What payment providers say by themselves.",
        ["zones"] = "Zones as dispatch sees them.",
        ["operations"] = "What operators see and do.",
        ["platform"] = "Health, metrics, and this document.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, (string Words, string Schema)> Parameters = new Dictionary<string, (string, string)>
    {
        ["number"] = ("The order's number: 20 digits, the last of them a check digit.", """{"type":"string","pattern":"^[0-9]{20}$"}"""),
        ["modification"] = ("The change's number within the order.", """{"type":"integer","format":"int32","minimum":1}"""),
        ["refund"] = ("The refund's number within the order.", """{"type":"integer","format":"int32","minimum":1}"""),
        ["address"] = ("The address's id, of the caller's choice.", Id),
        ["code"] = ("The coupon's code; case means nothing.", Id),
        ["day"] = ("A day in UTC, such as 2026-03-02.", """{"type":"string","format":"date"}"""),
        ["token"] = ("The end of the link that placing the order gave out.", """{"type":"string","maxLength":64}"""),
        ["provider"] = ("The payment provider's name.", Id),
        ["subscriber"] = ("The consumer's name.", """{"type":"string"}"""),
        ["partition"] = ("The event's partition.", """{"type":"integer","format":"int32","minimum":0}"""),
        ["receipt"] = ("The receipt's id, as it was given out.", Id),
        ["index"] = ("The order's place in what was taken in.", """{"type":"integer","format":"int32","minimum":0}"""),
        ["type"] = ("A type of events, such as order.created.", """{"type":"string","maxLength":100}"""),
        ["event"] = ("The event's id.", """{"type":"string","pattern":"^evt_[0-9]+$"}"""),
        ["feature"] = ("What is switched off.", Names<Feature>()),
        ["scope"] = ("For whom: platform, merchant:{id} or zone:{id}.", """{"type":"string","pattern":"^(platform|(merchant|zone):[A-Za-z0-9_-]{1,64})$"}"""),
        ["owner"] = ("Whose limit it is.", Names<LimitOwner>()),
        ["sequence"] = ("The event's place in the partition.", """{"type":"integer","format":"int64","minimum":1}"""),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private const string Id = """{"type":"string","pattern":"^[A-Za-z0-9_-]{1,64}$"}""";

    /// <summary>What a resource is.</summary>
    public static string OfTag(string tag) => Tags.GetValueOrDefault(tag, $"The resource {tag}.");

    /// <summary>A part of a path, as a parameter.</summary>
    /// <param name="name">Its name in the template.</param>
    /// <param name="tag">The resource whose path it is.</param>
    public static JsonObject OfPathParameter(string name, string tag)
    {
        var (words, schema) = name == "id" ? (OfId(tag), Id)
            : Parameters.TryGetValue(name, out var known) ? known
            : ($"Which {name}.", """{"type":"string"}""");
        return new() { ["name"] = name, ["in"] = "path", ["required"] = true, ["description"] = words, ["schema"] = JsonNode.Parse(schema) };
    }

    // Operators' paths have one id, of those who have a limit.
    private static string OfId(string tag) => tag == "operations"
        ? "The key's public id, or the merchant's."
        : $"The {OneOf(tag)}'s id, {(IsChosen(tag) ? "of the caller's choice" : "as it was given out")}.";

    private static bool IsChosen(string tag) => tag is "merchants" or "couriers" or "customers" or "zones";

    private static string OneOf(string tag) => (tag.EndsWith('s') ? tag[..^1] : tag).Replace('-', ' ');

    private static string Names<T>()
        where T : struct, Enum => $$"""{"type":"string","enum":["{{string.Join("\",\"", WireNames<T>.All)}}"]}""";
}
