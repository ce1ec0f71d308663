using Microsoft.AspNetCore.Http;
using OrderActors.Client.Admission;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Client.Orders;
using OrderActors.Customers;
using OrderActors.Orders;
using OrderActors.Quotes;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Quotes;

/// <summary>Quotes: a price that holds for a while, and the order that is placed on it.</summary>
internal sealed class QuoteRoutes(IClusterClient grains, GatewayOptions limits, RateLimits rates)
{
    private const Callers Buyers = Callers.Customer | Callers.Partner | Callers.Operator;

    private readonly Ownership _ownership = new(grains);

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Post("createQuote", "/v1/quotes", Create, "Quotes a price that holds for a while.",
            GatewayJson.Wire.CreateQuoteRequest, GatewayJson.Wire.QuoteResponse)
        with
        {
            Callers = Buyers,
            Status = 201,
        },
        Operation.Get("getQuote", "/v1/quotes/{id}", Get, "Reads a quote.", GatewayJson.Wire.QuoteResponse)
        with
        {
            Callers = Buyers,
        },
        Operation.Post("acceptQuote", "/v1/quotes/{id}/accept", Accept, "Places the order that was quoted, at its price.",
            GatewayJson.Wire.AcceptQuoteRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Buyers,
            BodyOptional = true,
            Status = 201, PendingStatus = 202,
        },
    ];

    /// <summary>POST /v1/quotes.</summary>
    public async Task Create(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "quote");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.CreateQuoteRequest);
        var id = QuoteIds.Of(EntityIds.Require(body.Customer, "/customer"), command);
        EntityIds.Require(body.Merchant, "/merchant");
        await _ownership.RequireCustomer(context, body.Customer);
        var reply = await Grain(id).Create(body.ToCommand(command, new(Role.Customer, body.Customer)));
        if (reply is not { Refusal: null, Quote: { } quote })
        {
            await Replies.WriteRefusal(context, reply.Refusal!, reply.Replayed);
            return;
        }

        await Replies.WriteResource(
            context, 201, QuoteResponse.From(quote), GatewayJson.Wire.QuoteResponse, quote.Version, reply.Replayed, "/v1/quotes/" + QuoteIds.Shown(id));
    }

    /// <summary>GET /v1/quotes/{id}.</summary>
    public async Task Get(HttpContext context)
    {
        var quote = await Find(context);
        await Replies.WriteResource(context, 200, QuoteResponse.From(quote), GatewayJson.Wire.QuoteResponse, quote.Version);
    }

    /// <summary>POST /v1/quotes/{id}/accept.</summary>
    public async Task Accept(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "accept-quote");
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.AcceptQuoteRequest, AcceptQuoteRequest.Empty);
        var quote = await Find(context);
        if (quote.Status == QuoteStatus.Expired)
        {
            var detail = $"Quote {QuoteIds.Shown(quote.Id)} could be accepted until {quote.ExpiresAt:O}; ask for another.";
            await Replies.WriteRefusal(context, new(RefusalCode.QuoteExpired, detail, Value: QuoteIds.Shown(quote.Id)), replayed: false);
            return;
        }

        rates.TakeOfMerchant(context, quote.Merchant);
        var reply = await grains.GetGrain<ICustomerGrain>(quote.Customer).Place(body.ToCommand(command, quote, Tenants.Of(context.Caller(), body.ExternalId)));

        // Accepted before, under another key or at this very moment: a quote has one order, and that is the answer.
        if (reply.Refusal is { Code: RefusalCode.InvalidTransition, Field: "/quote_id", Value: { } number }
            && await grains.GetGrain<IOrderGrain>(number).Get() is { } placed)
        {
            reply = new(placed, null, Replayed: true);
        }

        await OrderReplies.WritePlaced(context, reply);
    }

    private IQuoteGrain Grain(string id) => grains.GetGrain<IQuoteGrain>(id);

    private async Task<QuoteView> Find(HttpContext context)
    {
        var id = EntityIds.RequireParameter((string)context.Request.RouteValues["id"]!, "id");
        var quote = await Grain(id).Get();

        // Somebody else's quote is none.
        return quote is not null && await IsOwn(context.Caller(), quote) ? quote : throw NotFound(id);
    }

    private async ValueTask<bool> IsOwn(Caller caller, QuoteView quote) => caller.Kind switch
    {
        Callers.Operator => true,
        Callers.Customer => caller.Subject == quote.Customer,
        Callers.Partner => (await grains.GetGrain<ICustomerGrain>(quote.Customer).Get())?.Partner == caller.Subject,
        _ => false,
    };

    private static RequestFault NotFound(string id)
    {
        var detail = $"There is no quote {QuoteIds.Shown(id)}, or there is none any more.";
        return new(ProblemKind.NotFound, detail, new ProblemError("not_found", detail, Parameter: "id", Value: QuoteIds.Shown(id)));
    }
}
