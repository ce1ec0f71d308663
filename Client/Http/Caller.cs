using Microsoft.AspNetCore.Http;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>Who sends a request, as its API key proves.</summary>
/// <param name="KeyId">The key's public id; limits are counted by it, and the audit names it. Never the key itself.</param>
/// <param name="Kind">What the key is for; exactly one kind.</param>
/// <param name="Subject">
/// Whose key it is within the kind: a customer's, merchant's, courier's, partner's or operator's id, on the test side with its mark.
/// </param>
/// <param name="Live">Whether it acts on the real world; false for a test key.</param>
internal sealed record Caller(string KeyId, Callers Kind, string Subject, bool Live)
{
    /// <summary>Somebody without a key, on a public route.</summary>
    public static readonly Caller Nobody = new("", Callers.Public, "", Live: true);

    /// <summary>The platform's role for the caller; a partner acts for its customers.</summary>
    public Role Role => Kind switch
    {
        Callers.Merchant => Role.Merchant,
        Callers.Courier => Role.Courier,
        Callers.Operator => Role.Operator,
        _ => Role.Customer,
    };

    /// <summary>Whether an order is the caller's own: an operator's is every one of the caller's side.</summary>
    public bool Owns(OrderView order) => order.Number.IsTest != Live && Kind switch
    {
        Callers.Operator => true,
        Callers.Customer => order.Customer == Subject,
        Callers.Merchant => order.Merchant == Subject,
        Callers.Courier => order.Courier == Subject,
        Callers.Partner => order.Tenant == Subject,
        _ => false,
    };
}

/// <summary>The caller of a request.</summary>
internal static class CallerContext
{
    /// <summary>Who sends this request.</summary>
    public static Caller Caller(this HttpContext context) => context.Features.Get<Caller>() ?? Http.Caller.Nobody;

    /// <summary>Says who sends this request.</summary>
    public static void SetCaller(this HttpContext context, Caller caller) => context.Features.Set(caller);

    /// <summary>The order in the path, when whose it is was looked up; as it stood then.</summary>
    public static OrderView? OwnOrder(this HttpContext context) => context.Features.Get<OwnOrder>()?.Order;

    /// <summary>Keeps the order in the path for the operation.</summary>
    public static void SetOwnOrder(this HttpContext context, OrderView order) => context.Features.Set(new OwnOrder(order));

    /// <summary>
    /// Who gives a command. A key speaks for its own subject, and a body that names somebody else is refused; an operator may name
    /// anybody. A partner gives commands as the customer whose order it is.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="named">Whom the body names; null for nobody.</param>
    /// <param name="orElse">Who it is when an operator names nobody; null for the operator.</param>
    /// <exception cref="RequestFault">The body names somebody else.</exception>
    public static Actor Acting(this HttpContext context, ActorBody? named, Actor? orElse = null)
    {
        var caller = context.Caller();
        if (caller.Kind == Callers.Operator) return named?.ToActor() ?? orElse ?? new Actor(Role.Operator, caller.Subject);
        var own = caller.Kind == Callers.Partner && (context.OwnOrder()?.Customer ?? orElse?.Id) is { } customer
            ? new Actor(Role.Customer, customer)
            : new Actor(caller.Role, caller.Subject);
        if (named is null || named.ToActor() == own) return own;
        var detail = $"/actor is {named.ToActor()}; this key acts as {own}. Leave it out.";
        throw new RequestFault(ProblemKind.Forbidden, detail, new ProblemError("forbidden", detail, Pointer: "/actor", Value: named.Id, Allowed: [own.Id]));
    }

    /// <summary>The courier whom a body names, or whose key it is.</summary>
    /// <exception cref="RequestFault">There is none, or it is somebody else.</exception>
    public static Actor ActingCourier(this HttpContext context, string? named)
    {
        if (named is not null) return context.Acting(new ActorBody(ActorRole.Courier, EntityIds.Require(named, "/courier")));
        if (context.Caller() is { Kind: Callers.Courier } caller) return new(Role.Courier, caller.Subject);
        const string Detail = "/courier is missing; who is not the courier must name one.";
        throw new RequestFault(ProblemKind.Malformed, Detail, new ProblemError("required", Detail, Pointer: "/courier"));
    }
}

/// <summary>An order that was looked up before its operation.</summary>
internal sealed record OwnOrder(OrderView Order);
