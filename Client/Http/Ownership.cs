using Microsoft.AspNetCore.Http;
using OrderActors.Broadcast;
using OrderActors.Client.Idempotency;
using OrderActors.Client.Orders;
using OrderActors.Client.Promotions;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Http;

/// <summary>Whose the thing in an operation's path is.</summary>
internal enum Owned
{
    /// <summary>Nobody's, or the operation finds out itself.</summary>
    Nothing,

    /// <summary>The order {number}: its customer's, merchant's, courier's and partner's.</summary>
    Order,

    /// <summary>The merchant {id}: its own.</summary>
    Merchant,

    /// <summary>The courier {id}: its own.</summary>
    Courier,

    /// <summary>The customer {id}: its own, and the partner's who brought it.</summary>
    Customer,

    /// <summary>The promotion {code}: the merchant's for whom alone it counts.</summary>
    Promotion,
}

/// <summary>
/// Refuses what is somebody else's, in the words of what does not exist: whether it does is nobody's business. Operators are not
/// asked; everybody's side is.
/// </summary>
internal sealed class Ownership(IClusterClient grains)
{
    /// <summary>Whose the thing in a path is, as paths are built here.</summary>
    public static Owned OfPath(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["v1", "orders" or "deliveries", "{number}", ..] => Owned.Order,
        ["v1", "merchants", "{id}", ..] => Owned.Merchant,
        ["v1", "couriers", "{id}", ..] => Owned.Courier,
        ["v1", "customers", "{id}", ..] => Owned.Customer,
        ["v1", "promotions", "{code}", ..] => Owned.Promotion,
        _ => Owned.Nothing,
    };

    /// <summary>Refuses an order of the other side, also to operators.</summary>
    public static void RequireSide(HttpContext context, Operation operation, Caller caller)
    {
        if (!operation.HasNumber) return;
        if (OrderNumber.TryParse((string?)context.Request.RouteValues["number"], out var number, out _) && number.IsTest == caller.Live)
            throw OrderReplies.NotFound(number);
    }

    /// <summary>Refuses what is not the caller's.</summary>
    public async ValueTask Require(HttpContext context, Operation operation, Caller caller)
    {
        switch (operation.Owned)
        {
            case Owned.Order:
                await RequireOrder(context, caller);
                break;
            case Owned.Merchant:
                RequireSelf(context, caller, Callers.Merchant, "merchant");
                break;
            case Owned.Courier:
                RequireSelf(context, caller, Callers.Courier, "courier");
                break;
            case Owned.Customer when caller.Kind == Callers.Partner:
                await RequireCustomer(caller, RouteValue(context, "id"), claim: !HttpMethods.IsGet(context.Request.Method));
                break;
            case Owned.Customer:
                RequireSelf(context, caller, Callers.Customer, "customer");
                break;
            case Owned.Promotion:
                await RequirePromotion(context, caller);
                break;
        }
    }

    /// <summary>Refuses to buy for a customer who is neither the caller nor the caller's.</summary>
    /// <param name="context">The request.</param>
    /// <param name="customer">Whom its body names as <c>/customer</c>.</param>
    public ValueTask RequireCustomer(HttpContext context, string customer)
    {
        var caller = context.Caller();
        if (caller.Kind != Callers.Customer || caller.Subject == customer) return RequireCustomer(caller, customer, claim: true);
        var detail = $"/customer is '{customer}'; this key buys for {caller.Subject}.";
        throw new RequestFault(
            ProblemKind.Forbidden, detail, new ProblemError("forbidden", detail, Pointer: "/customer", Value: customer, Allowed: [caller.Subject]));
    }

    /// <summary>Refuses a customer that is not the caller's own, nor one whom the partner brought.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="id">The customer's id.</param>
    /// <param name="claim">Whether a customer of whom nobody has heard becomes the partner's.</param>
    public async ValueTask RequireCustomer(Caller caller, string id, bool claim)
    {
        if (caller.Kind == Callers.Operator || (caller.Kind == Callers.Customer && caller.Subject == id)) return;
        if (caller.Kind == Callers.Partner && EntityId.IsValid(id))
        {
            var grain = grains.GetGrain<ICustomerGrain>(id);
            if (claim ? await grain.Claim(caller.Subject) : (await grain.Get())?.Partner == caller.Subject) return;
        }

        throw NotFound("customer", id, "id");
    }

    /// <summary>There is no such thing, or it is somebody else's.</summary>
    public static RequestFault NotFound(string what, string id, string parameter) => new(
        ProblemKind.NotFound, $"There is no {what} {id}.", new ProblemError("not_found", $"There is no {what} {id}.", Parameter: parameter, Value: id));

    private async ValueTask RequireOrder(HttpContext context, Caller caller)
    {
        // What is no number is told so by the operation, in its words.
        if (!OrderNumber.TryParse(RouteValue(context, "number"), out var number, out _)) return;
        var order = await grains.GetGrain<IOrderGrain>(number.ToString()).Get() ?? throw OrderReplies.NotFound(number);
        if (!caller.Owns(order) && !HadOrder(context, caller, order) && !await IsOffered(context, caller, number)) throw OrderReplies.NotFound(number);
        context.SetOwnOrder(order);
    }

    // Who gave an order away may not have heard so: sent again under its key, the request is answered like the first time. What is new the order refuses.
    private static bool HadOrder(HttpContext context, Caller caller, OrderView order) =>
        caller.Kind == Callers.Courier && context.Request.Headers.ContainsKey(IdempotencyKey.Header) && order.Timeline.Any(entry =>
            entry.By == new Actor(Role.Courier, caller.Subject)
            || (entry.Type is EventTypes.DeliveryAssigned or EventTypes.DeliveryHandedOver && entry.Detail == caller.Subject));

    // Who is asked to take an order has to see what it is.
    private async ValueTask<bool> IsOffered(HttpContext context, Caller caller, OrderNumber number) =>
        caller.Kind == Callers.Courier && HttpMethods.IsGet(context.Request.Method)
        && await grains.GetGrain<ICourierGrain>(caller.Subject).Get() is { Offer: { } offer } && offer.Orders.Contains(number);

    private async ValueTask RequirePromotion(HttpContext context, Caller caller)
    {
        var given = RouteValue(context, "code");
        if (!EntityId.IsValid(given)) return;
        var code = CouponCodes.Normalize(given);
        if (await grains.GetGrain<IPromotionGrain>(code).Get() is { Terms.Merchants: [var only] } && caller.Kind == Callers.Merchant && only == caller.Subject)
            return;
        throw NotFound("promotion", code, "code");
    }

    private static void RequireSelf(HttpContext context, Caller caller, Callers kind, string what)
    {
        var id = RouteValue(context, "id");
        if (caller.Kind == kind && caller.Subject == id) return;
        if (EntityId.IsValid(id)) throw NotFound(what, id, "id");
    }

    private static string RouteValue(HttpContext context, string name) => (string?)context.Request.RouteValues[name] ?? "";
}
