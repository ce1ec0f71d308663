using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrderActors.Broadcast;
using OrderActors.Client.Http;
using OrderActors.Values;

namespace OrderActors.Client.Feeds;

/// <summary>What a reader of events asks for.</summary>
/// <param name="Filter">Which events, within those that it may see.</param>
/// <param name="Partition">The only partition they can be in; null for all.</param>
/// <param name="Position">Where it was; null where it says nothing of it.</param>
/// <param name="Limit">How many events in a page.</param>
internal sealed record FeedRequest(FeedFilter Filter, int? Partition, ImmutableArray<long>? Position, int Limit)
{
    /// <summary>The header in which a browser gives back the last id that it saw.</summary>
    public const string LastEventId = "Last-Event-ID";

    private const string TypePrefix = "com.orderactors.";
    private const string TypeSuffix = ".v1";
    private static readonly string[] Prefixes =
        [.. EventTypes.All.Select(type => type.Split('.')[0] + ".*").Distinct().Order(StringComparer.Ordinal)];

    private static readonly string[] Parameters = ["type", "merchant", "courier", "customer", "order", "limit", "cursor"];

    /// <summary>The query parameters.</summary>
    public static readonly ImmutableArray<QueryParameter> Query =
    [
        new("type", "Types of events with commas between, such as order.created, or prefixes such as order.*.", """{"type":"string","maxLength":2000}"""),
        new("merchant", "Only events of this merchant and its orders.", """{"type":"string","maxLength":64}"""),
        new("courier", "Only events of this courier and its orders.", """{"type":"string","maxLength":64}"""),
        new("customer", "Only events of this customer and its orders.", """{"type":"string","maxLength":64}"""),
        new("order", "Only events of this order.", """{"type":"string","minLength":20,"maxLength":20}"""),
        new("limit", "How many at most; 50 when left out. Not looked at by a stream.", """{"type":"integer","minimum":1,"maximum":200}"""),
        new("cursor", "Where to go on, as next_cursor or the id of a streamed event said.", """{"type":"string","maxLength":1500}"""),
    ];

    /// <summary>Reads a request.</summary>
    public static FeedRequest Read(HttpContext context)
    {
        foreach (var name in context.Request.Query.Keys)
        {
            if (!Parameters.Contains(name))
                throw Fault("unknown_parameter", $"'{name}' is not a parameter here. Parameters are: {string.Join(", ", Parameters)}.", name, null, Parameters);
        }

        var order = OrderOf(context);
        var filter = new FeedFilter(
            ScopeOf(context.Caller()), TypesOf(context), IdOf(context, "merchant"), IdOf(context, "courier"), IdOf(context, "customer"), order?.ToString());
        var partition = order?.CustomerShard;
        var cursor = context.Request.Headers[LastEventId] is { Count: 1 } header && header[0] is { Length: > 0 } last
            ? last
            : PageRequest.Single(context, "cursor");
        ImmutableArray<long>? position = cursor is null ? null : FeedCursor.Read(cursor, partition) ?? throw PageRequest.BadCursor(Short(cursor));
        return new(filter, partition, position, LimitOf(context));
    }

    /// <summary>Whose events a caller may see.</summary>
    public static FeedScope ScopeOf(Caller caller) => caller.Kind switch
    {
        // Operators are one: what is theirs is the platform's.
        Callers.Operator => new(FeedAudience.Operator, "", caller.Live),
        Callers.Merchant => new(FeedAudience.Merchant, Plain(caller.Subject), caller.Live),
        Callers.Courier => new(FeedAudience.Courier, Plain(caller.Subject), caller.Live),
        Callers.Partner => new(FeedAudience.Partner, Plain(caller.Subject), caller.Live),
        _ => new(FeedAudience.Customer, Plain(caller.Subject), caller.Live),
    };

    /// <summary>A type as the platform has it, from its short or its long form.</summary>
    public static string TypeOf(string type)
    {
        if (type.StartsWith(TypePrefix, StringComparison.Ordinal)) type = type[TypePrefix.Length..];
        return type.EndsWith(TypeSuffix, StringComparison.Ordinal) ? type[..^TypeSuffix.Length] : type;
    }

    /// <summary>An id as its caller knows it: the mark of test mode is the platform's own.</summary>
    public static string Plain(string id) => TestMode.Shown(id);

    private static ImmutableArray<string> TypesOf(HttpContext context)
    {
        if (PageRequest.Single(context, "type") is not { } text) return [];
        var types = text.Split(',', StringSplitOptions.TrimEntries).Select(TypeOf).Distinct().ToImmutableArray();
        if (types.Length > FeedFilter.MaxTypes)
            throw Fault("out_of_range", $"type names {types.Length} types; at most {FeedFilter.MaxTypes} are possible.", "type", Short(text), null);
        foreach (var type in types)
        {
            if (!EventTypes.All.Any(known => FeedFilter.IsOneOf([type], known)))
            {
                throw Fault(
                    "unknown_value", $"There is no type of events '{Short(type)}'; docs/events.md lists them.", "type", Short(type),
                    Prefixes);
            }
        }

        return types;
    }

    private static string? IdOf(HttpContext context, string parameter) =>
        PageRequest.Single(context, parameter) is { } id ? Plain(EntityIds.RequireParameter(id, parameter)) : null;

    private static OrderNumber? OrderOf(HttpContext context)
    {
        if (PageRequest.Single(context, "order") is not { } text) return null;
        return OrderNumber.TryParse(text, out var number, out _)
            ? number
            : throw Fault("invalid_order_number", "The order is not an order number.", "order", Short(text), null);
    }

    private static int LimitOf(HttpContext context)
    {
        if (PageRequest.Single(context, "limit") is not { } text) return PageRequest.DefaultLimit;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= PageRequest.MaxLimit
            ? limit
            : throw Fault("out_of_range", $"limit is '{Short(text)}'; it must be a whole number, 1 to {PageRequest.MaxLimit}.", "limit", Short(text), null);
    }

    private static RequestFault Fault(string code, string detail, string parameter, string? value, IReadOnlyList<string>? allowed) =>
        PageRequest.Fault(code, detail, parameter, value, allowed);

    private static string Short(string text) => text.Length > 100 ? text[..100] + "…" : text;
}
