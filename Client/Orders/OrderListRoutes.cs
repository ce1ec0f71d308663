using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Orders;

/// <summary>GET /v1/orders: the orders of one customer, merchant or courier, or the one with an external id.</summary>
internal sealed class OrderListRoutes(IClusterClient grains)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.List("listOrders", "/v1/orders", List, "Lists the orders of one customer, merchant or courier, newest first, or the one with an external id.",
            GatewayJson.Wire.OrderListResponse, Filters)
        with
        {
            Callers = Callers.Everybody,
        },
    ];

    private const string ExternalId = "external_id";
    private const string ExternalIdRule = "1 to 255 visible ASCII characters";
    private static readonly string[] Owners = ["customer", "merchant", "courier", ExternalId];
    private static ImmutableArray<QueryParameter> Filters =>
    [
        new("customer", "The customer's id.", """{"type":"string"}"""),
        new("merchant", "The merchant's id.", """{"type":"string"}"""),
        new("courier", "The courier's id.", """{"type":"string"}"""),
        new(ExternalId, "The caller's own id for one order.", """{"type":"string","minLength":1,"maxLength":255}"""),
        .. OrderFilter.Parameters,
    ];

    /// <summary>Answers with a page.</summary>
    public Task List(HttpContext context)
    {
        var page = PageRequest.Read(context, ["customer", "merchant", "courier", ExternalId, .. OrderFilter.Names]);
        string? owner = null;
        string? id = null;
        foreach (var name in Owners)
        {
            if (PageRequest.Single(context, name) is not { } value) continue;
            if (owner is not null) throw OneOwner($"{owner} and {name} are both given");
            (owner, id) = (name, name == ExternalId ? RequireExternalId(value) : EntityIds.RequireParameter(value, name));
        }

        var caller = context.Caller();
        if (owner is null || id is null)
        {
            // A key's own orders are what it asks for when it says nothing.
            if (!Kinds.TryGetValue(caller.Kind, out owner)) throw OneOwner("none is given");
            id = caller.Subject;
        }

        RequireOwn(caller, owner, id);
        Func<OrderQuery, Task<OrderPage>> index = owner switch
        {
            "customer" => grains.GetGrain<ICustomerGrain>(id).FindOrders,
            "merchant" => grains.GetGrain<IMerchantGrain>(id).FindOrders,
            ExternalId => query => Named(id, query.Cursor, caller),
            _ => grains.GetGrain<ICourierGrain>(id).FindOrders,
        };
        return OrderLists.Write(context, grains, index, page, OrderFilter.Read(context));
    }

    /// <summary>The order that has an external id, as a list of one or none.</summary>
    private async Task<OrderPage> Named(string externalId, string? cursor, Caller caller)
    {
        // Such a list has one page and gives out no cursor.
        if (cursor is not null) throw PageRequest.BadCursor(cursor);
        var number = await grains.GetGrain<IExternalIdGrain>($"{Tenants.Of(caller)}/{externalId}").Get();
        return new(number is { } found ? [found] : [], null);
    }

    /// <summary>A customer, merchant or courier lists its own orders; a partner those that it placed, of any customer or merchant.</summary>
    private static void RequireOwn(Caller caller, string owner, string id)
    {
        if (caller.Kind == Callers.Operator || owner == ExternalId) return;
        if (caller.Kind == Callers.Partner && owner != "courier") return;
        if (!Kinds.TryGetValue(caller.Kind, out var own) || own != owner || id != caller.Subject) throw Ownership.NotFound(owner, id, owner);
    }

    private static readonly Dictionary<Callers, string> Kinds =
        new() { [Callers.Customer] = "customer", [Callers.Merchant] = "merchant", [Callers.Courier] = "courier" };

    private static string RequireExternalId(string id) => CommandId.IsValid(id)
        ? id
        : throw PageRequest.Fault("invalid_id", $"The external_id is '{id}'; it is {ExternalIdRule}.", ExternalId, id, [ExternalIdRule]);

    private static RequestFault OneOwner(string found) => PageRequest.Fault(
        "required", $"Give exactly one of customer, merchant, courier and external_id; {found}.", "customer", null, Owners);
}

/// <summary>Which orders of a list are wanted.</summary>
/// <param name="Status">Only in this status; null for any.</param>
/// <param name="From">Only created from this moment on; null for all.</param>
/// <param name="Until">Only created before this moment; null for all.</param>
internal readonly record struct OrderFilter(OrderStatus? Status, DateTimeOffset? From, DateTimeOffset? Until)
{
    /// <summary>The parameters' names.</summary>
    public static readonly ImmutableArray<string> Names = ["status", "created_after", "created_before"];

    private static readonly string[] Statuses = [.. WireNames<OrderStatus>.All.Remove(WireNames<OrderStatus>.NameOf(OrderStatus.None))];

    /// <summary>The parameters.</summary>
    public static readonly ImmutableArray<QueryParameter> Parameters =
    [
        new("status", "Only orders in this status.", $$"""{"type":"string","enum":["{{string.Join("\",\"", Statuses)}}"]}"""),
        new("created_after", "Only orders created at this moment or later.", """{"type":"string","format":"date-time"}"""),
        new("created_before", "Only orders created before this moment.", """{"type":"string","format":"date-time"}"""),
    ];

    /// <summary>Reads the parameters.</summary>
    public static OrderFilter Read(HttpContext context)
    {
        OrderStatus? wanted = null;
        if (PageRequest.Single(context, "status") is { } text)
        {
            wanted = WireNames<OrderStatus>.TryParse(text, out var status) && status != OrderStatus.None
                ? status
                : throw PageRequest.Fault("unknown_value", $"status is '{text}'; it must be one of {string.Join(", ", Statuses)}.", "status", text, Statuses);
        }

        return new(wanted, PageRequest.Instant(context, "created_after"), PageRequest.Instant(context, "created_before"));
    }

    /// <summary>Whether an order is wanted.</summary>
    public bool Takes(OrderView order) =>
        (Status is null || order.Status == Status) && !(order.CreatedAt < From) && !(order.CreatedAt >= Until);
}

/// <summary>Reads pages of orders: numbers from an index grain, the orders from their own grains in parallel.</summary>
internal static class OrderLists
{
    // A filter that matches little must not read a whole history in one request: the caller gets a short page and a cursor.
    private const int MostOrdersRead = 1000;

    // The same for a time in which there is little: an index looks through so many numbers by itself and then gives a cursor.
    private const int MostLooks = 16;

    /// <summary>Answers with a page of an owner's orders, filtered as the request says.</summary>
    public static Task Write(HttpContext context, IClusterClient grains, Func<OrderQuery, Task<OrderPage>> index) =>
        Write(context, grains, index, PageRequest.Read(context, OrderFilter.Names.AsSpan()), OrderFilter.Read(context));

    /// <summary>Answers with a page.</summary>
    public static async Task Write(
        HttpContext context, IClusterClient grains, Func<OrderQuery, Task<OrderPage>> index, PageRequest page, OrderFilter filter)
    {
        var caller = context.Caller();
        var data = new List<OrderResponse>(Math.Min(page.Limit, PageRequest.DefaultLimit));
        var cursor = page.Cursor;
        var (read, looks) = (0, 0);
        do
        {
            var found = await index(new(cursor, page.Limit - data.Count, filter.From, filter.Until));
            cursor = found.NextCursor;
            read += found.Orders.Length;
            if (found.Orders.IsEmpty) looks++;
            var orders = await Task.WhenAll(found.Orders.Select(number => grains.GetGrain<IOrderGrain>(number.ToString()).Get()));
            foreach (var order in orders)
            {
                // What an index still lists may be somebody else's by now: a courier's that was handed over.
                if (order is not null && caller.Owns(order) && filter.Takes(order))
                    data.Add(OrderResponse.From(order, caller, inList: true));
            }
        }
        while (cursor is not null && data.Count < page.Limit && read < MostOrdersRead && looks < MostLooks);

        await Replies.Write(context, 200, new OrderListResponse(data, cursor, cursor is not null), GatewayJson.Wire.OrderListResponse);
    }
}
