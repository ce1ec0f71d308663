using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Client.Orders;
using OrderActors.Intake;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Intake;

/// <summary>The intake: many orders in one request, answered before any of them is placed.</summary>
internal sealed class IntakeRoutes(IClusterClient grains)
{
    /// <summary>The largest body: 1,000 orders of 2 KiB each. Other requests have a much smaller one.</summary>
    public const int MaxBodyBytes = 2 * 1024 * 1024;

    private const int MaxFaults = 20;

    private static readonly QueryParameter StatusFilter =
        new("status", "Only orders that are so.", """{"type":"string","enum":["pending","placed","refused","dead"]}""");

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Post("takeInOrders", "/v1/intake/orders", TakeIn, "Takes up to 1,000 orders in, to be placed at the drain's own rate.",
            GatewayJson.Wire.IntakeOrdersRequest, GatewayJson.Wire.IntakeReceiptResponse)
        with
        {
            Callers = Callers.Partner | Callers.Operator,
            RemembersKeys = true,
            Status = 202,
        },
        Operation.List("getIntakeReceipt", "/v1/intake/receipts/{receipt}", Get, "Reads what became of orders that were taken in.",
            GatewayJson.Wire.IntakeReceiptResponse, StatusFilter)
        with
        {
            Callers = Callers.Customer | Callers.Partner | Callers.Operator,
        },
    ];

    /// <summary>POST /v1/intake/orders.</summary>
    public async Task TakeIn(HttpContext context)
    {
        var key = IdempotencyKey.Required(context, "intake");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBodyBytes + (2L * GatewayOptions.DiscardedBytes);
        var body = await RequestBody.Read(context, MaxBodyBytes, GatewayJson.Wire.IntakeOrdersRequest);
        var caller = context.Caller();
        var owner = OwnerOf(caller);
        var reply = await grains.GetGrain<IIntakeBatchGrain>(ReceiptId(owner, key)).Submit(
            new(owner, Commands(body.Orders, caller), caller.Kind == Callers.Partner ? caller.Subject : null));
        await Write(context, reply);
    }

    /// <summary>GET /v1/intake/receipts/{receipt}.</summary>
    public async Task Get(HttpContext context)
    {
        var id = EntityIds.RequireParameter((string)context.Request.RouteValues["receipt"]!, "receipt");
        var page = PageRequest.Read(context, "status");
        var only = PageRequest.Single(context, "status") is { } text
            ? WireNames<IntakeStatus>.TryParse(text, out var status)
                ? status
                : throw PageRequest.Fault(
                    "unknown_value", $"status is '{text}'; it must be one of {string.Join(", ", WireNames<IntakeStatus>.All)}.", "status", text,
                    WireNames<IntakeStatus>.All)
            : (IntakeStatus?)null;
        var from = 0;
        if (page.Cursor is { } cursor && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from))
            throw PageRequest.BadCursor(cursor);

        var found = await grains.GetGrain<IIntakeBatchGrain>(id).Get(from, page.Limit, only);
        var caller = context.Caller();
        if (found is null || !MayRead(caller, found.Receipt.Owner))
            throw Ownership.NotFound("receipt", id, "receipt");
        await Replies.Write(
            context, 200, IntakeReceiptResponse.From(found.Receipt) with
            {
                Data = [.. found.Outcomes.Select(outcome => IntakeOutcomeBody.From(outcome).For(caller))],
                NextCursor = found.Next?.ToString(CultureInfo.InvariantCulture),
                HasMore = found.Next is not null,
            },
            GatewayJson.Wire.IntakeReceiptResponse);
    }

    /// <summary>Whether the caller asks for a single order to be taken in: <c>Prefer: respond-async</c> (RFC 7240).</summary>
    public static bool IsAsked(HttpContext context)
    {
        foreach (var value in context.Request.Headers["Prefer"])
        {
            foreach (var preference in value.AsSpan().Split(','))
            {
                var name = value.AsSpan()[preference].Trim();
                var end = name.IndexOf(';');
                if ((end < 0 ? name : name[..end].Trim()).Equals("respond-async", StringComparison.OrdinalIgnoreCase)) return true;
            }
        }

        return false;
    }

    /// <summary>Takes one order in. It keeps its command's id, so that the same request without the preference makes no second order.</summary>
    public static async Task TakeIn(HttpContext context, IClusterClient grains, PlaceOrder order)
    {
        var owner = OwnerOf(context.Caller());
        var reply = await grains.GetGrain<IIntakeBatchGrain>(ReceiptId(owner, $"{order.Customer}/{order.Id}")).Submit(new(owner, [order]));
        const string Place = "/orders/0";
        if (reply.Refusal is { Field: { } field } refusal && field.StartsWith(Place, StringComparison.Ordinal))
        {
            var detail = refusal.Detail.Replace(Place, "", StringComparison.Ordinal).TrimStart(':', ' ');
            reply = reply with { Refusal = refusal with { Field = field[Place.Length..], Detail = detail } };
        }

        context.Response.Headers["Preference-Applied"] = "respond-async";
        await Write(context, reply);
    }

    private static Task Write(HttpContext context, IntakeReply reply)
    {
        if (reply is not { Refusal: null, Receipt: { } receipt }) return Replies.WriteRefusal(context, reply.Refusal!, reply.Replayed);
        var headers = context.Response.Headers;
        headers.Location = "/v1/intake/receipts/" + receipt.Id;
        if (!reply.Replayed) return Now();
        headers[Replies.ReplayedHeader] = "true";
        return KeyedRequest.Of(context) is { } request ? Replies.Repeat(context, request, Now) : Now();

        Task Now() => Replies.Write(context, 202, IntakeReceiptResponse.From(receipt), GatewayJson.Wire.IntakeReceiptResponse);
    }

    /// <summary>The orders' commands, or every fault that can be seen without asking anybody.</summary>
    private static ImmutableArray<PlaceOrder> Commands(PlaceOrderRequest?[] orders, Caller caller)
    {
        if (orders.Length is 0 or > IntakePartition.MaxOrders)
        {
            var detail = $"/orders has {orders.Length} orders; it must have 1 to {IntakePartition.MaxOrders}.";
            throw new RequestFault(
                ProblemKind.ValidationFailed, detail, new ProblemError("out_of_range", detail, Pointer: "/orders", Value: $"{orders.Length}"));
        }

        var commands = ImmutableArray.CreateBuilder<PlaceOrder>(orders.Length);
        var faults = new List<ProblemError>();
        ProblemKind? kind = null;
        for (var i = 0; i < orders.Length && faults.Count < MaxFaults; i++)
        {
            try
            {
                commands.Add(Command(orders[i], caller));
            }
            catch (RequestFault fault)
            {
                kind ??= fault.Problem.Kind;
                var place = string.Create(CultureInfo.InvariantCulture, $"/orders/{i}");
                faults.AddRange((fault.Problem.Errors ?? []).Select(error => error with { Pointer = place + error.Pointer, Detail = At(place, error) }));
            }
        }

        if (kind is null) return commands.MoveToImmutable();
        throw new RequestFault(
            kind, faults.Count == 1 ? faults[0].Detail : $"{faults.Count} faults were found. The first: {faults[0].Detail}", faults);
    }

    private static PlaceOrder Command(PlaceOrderRequest? order, Caller caller)
    {
        if (order is null)
        {
            const string Null = "It is null; it must be an object.";
            throw new RequestFault(ProblemKind.Malformed, Null, new ProblemError("null_not_allowed", Null, Pointer: ""));
        }

        if (order.RequirePin == true)
        {
            const string Pin = "/require_pin is true; only the answer to POST /v1/orders can tell the PIN.";
            throw new RequestFault(ProblemKind.ValidationFailed, Pin, new ProblemError("out_of_range", Pin, Pointer: "/require_pin", Value: "true"));
        }

        return order.ToCommand("", EntityIds.Require(order.Customer, "/customer"), Tenants.Of(caller, order.ExternalId));
    }

    private static string At(string place, ProblemError error) =>
        error.Pointer is { Length: > 0 } pointer && error.Detail.StartsWith(pointer, StringComparison.Ordinal)
            ? place + error.Detail
            : $"{place}: {error.Detail}";

    /// <summary>Whose a receipt is: by what the key is for and not by the key, which may be rotated.</summary>
    private static string OwnerOf(Caller caller) => $"{(caller.Live ? "live" : "test")}:{caller.Kind}:{caller.Subject}";

    private static bool MayRead(Caller caller, string owner) =>
        OwnerOf(caller) == owner || (caller.Kind == Callers.Operator && owner.StartsWith(caller.Live ? "live:" : "test:", StringComparison.Ordinal));

    /// <summary>The same key of the same caller is the same receipt; nobody can guess another's.</summary>
    private static string ReceiptId(string owner, string command) =>
        "rcp_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{owner}\n{command}")).AsSpan(0, 16));
}
