using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Client.Orders;
using OrderActors.Refunds;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Refunds;

/// <summary>The reverse flow: asking for money back, and deciding about it.</summary>
internal sealed class RefundRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Post("requestRefund", "/v1/orders/{number}/refunds", Request, "Asks for money back, for the whole order, an amount or lines.",
            GatewayJson.Wire.RequestRefundRequest, GatewayJson.Wire.RefundResponse)
        with
        {
            Callers = Callers.Customer | Callers.Merchant | Callers.Partner | Callers.Operator,
            Status = 201,
        },
        Operation.Get("listRefunds", "/v1/orders/{number}/refunds", List, "Lists an order's refunds.", GatewayJson.Wire.RefundListResponse)
        with
        {
            Callers = Callers.Customer | Callers.Merchant | Callers.Partner | Callers.Operator,
            Priority = Priority.NonCritical,
        },
        Operation.Get("getRefund", "/v1/orders/{number}/refunds/{refund}", Get, "Reads a refund.", GatewayJson.Wire.RefundResponse)
        with
        {
            Callers = Callers.Customer | Callers.Merchant | Callers.Partner | Callers.Operator,
        },
        Operation.Post("approveRefund", "/v1/orders/{number}/refunds/{refund}/approve", Approve, "Agrees to a refund, in full or in part.",
            GatewayJson.Wire.ApproveRefundRequest, GatewayJson.Wire.RefundResponse)
        with
        {
            BodyOptional = true,
            Callers = Callers.Merchant | Callers.Operator,
        },
        Operation.Post("declineRefund", "/v1/orders/{number}/refunds/{refund}/decline", Decline, "Declines a refund.",
            GatewayJson.Wire.DeclineRefundRequest, GatewayJson.Wire.RefundResponse)
        with
        {
            BodyOptional = true,
            Callers = Callers.Merchant | Callers.Operator,
        },
        Operation.Post("withdrawRefund", "/v1/orders/{number}/refunds/{refund}/withdraw", Withdraw, "Takes a request for a refund back.",
            GatewayJson.Wire.WithdrawRefundRequest, GatewayJson.Wire.RefundResponse)
        with
        {
            BodyOptional = true,
            Callers = Callers.Customer | Callers.Partner | Callers.Operator,
        },
    ];

    /// <summary>POST /v1/orders/{number}/refunds.</summary>
    public async Task Request(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "refund");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.RequestRefundRequest);
        ImmutableArray<RefundLine> lines = body.Lines is null ? [] : [.. body.Lines.Select(line => new RefundLine(line.Line, line.Quantity))];
        if (body.Lines is { Length: 0 })
        {
            const string Detail = "/lines is empty; leave it out to ask for all that is left.";
            throw new RequestFault(ProblemKind.ValidationFailed, Detail, new ProblemError("out_of_range", Detail, Pointer: "/lines"));
        }

        var reply = await GrainOf(number).Execute(
            context, new RequestRefund(id, context.Acting(body.Actor), body.Reason, body.Amount?.ToMoney(), lines, body.Note));
        await Write(context, 201, reply, $"Order {number}", "refund");
    }

    /// <summary>GET /v1/orders/{number}/refunds.</summary>
    public async Task List(HttpContext context)
    {
        var refunds = await Find(context);
        await Replies.WriteResource(
            context,
            200,
            new RefundListResponse(MoneyBody.From(refunds.Left), [.. refunds.Refunds.Select(RefundResponse.From)]),
            GatewayJson.Wire.RefundListResponse,
            refunds.Version);
    }

    /// <summary>GET /v1/orders/{number}/refunds/{refund}.</summary>
    public async Task Get(HttpContext context)
    {
        var refund = RefundOf(context);
        var refunds = await Find(context);
        var found = refunds.Refunds.FirstOrDefault(r => r.Number == refund) ?? throw NotFound(refunds.Order, refund);
        await Replies.WriteVersioned(context, RefundResponse.From(found), GatewayJson.Wire.RefundResponse, refunds.Version);
    }

    /// <summary>POST /v1/orders/{number}/refunds/{refund}/approve.</summary>
    public async Task Approve(HttpContext context)
    {
        var (number, refund) = (OrderReplies.NumberOf(context), RefundOf(context));
        var id = IdempotencyKey.Required(context, "approve-refund", PartOf(refund));
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.ApproveRefundRequest, ApproveRefundRequest.Empty);
        var reply = await GrainOf(number).Execute(context, new ApproveRefund(id, context.Acting(body.Actor), refund, body.Amount));
        await Write(context, 200, reply, Subject(number, refund), "approve");
    }

    /// <summary>POST /v1/orders/{number}/refunds/{refund}/decline.</summary>
    public async Task Decline(HttpContext context)
    {
        var (number, refund) = (OrderReplies.NumberOf(context), RefundOf(context));
        var id = IdempotencyKey.Required(context, "decline-refund", PartOf(refund));
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.DeclineRefundRequest, DeclineRefundRequest.Empty);
        var reply = await GrainOf(number).Execute(context, new DeclineRefund(id, context.Acting(body.Actor), refund, body.Note));
        await Write(context, 200, reply, Subject(number, refund), "decline");
    }

    /// <summary>POST /v1/orders/{number}/refunds/{refund}/withdraw.</summary>
    public async Task Withdraw(HttpContext context)
    {
        var (number, refund) = (OrderReplies.NumberOf(context), RefundOf(context));
        var id = IdempotencyKey.Required(context, "withdraw-refund", PartOf(refund));
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.WithdrawRefundRequest, WithdrawRefundRequest.Empty);
        var reply = await GrainOf(number).Execute(context, new WithdrawRefund(id, context.Acting(body.Actor), refund));
        await Write(context, 200, reply, Subject(number, refund), "withdraw");
    }

    private IRefundGrain GrainOf(OrderNumber number) => grains.GetGrain<IRefundGrain>(number.ToString());

    private async Task<RefundsView> Find(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        return await GrainOf(number).Get() ?? throw OrderReplies.NotFound(number);
    }

    private static int RefundOf(HttpContext context)
    {
        var text = (string?)context.Request.RouteValues["refund"] ?? "";
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var refund) && refund > 0) return refund;
        const string Rule = "a number from 1";
        throw new RequestFault(
            ProblemKind.Malformed,
            $"The refund is '{text}'; it must be {Rule}.",
            new ProblemError("invalid_id", $"A refund is {Rule}.", Parameter: "refund", Value: text, Allowed: [Rule]));
    }

    private static string PartOf(int refund) => refund.ToString(CultureInfo.InvariantCulture);

    private static RequestFault NotFound(OrderNumber order, int refund)
    {
        var detail = string.Create(CultureInfo.InvariantCulture, $"Order {order} has no refund {refund}.");
        return new(
            ProblemKind.NotFound,
            detail,
            new ProblemError("not_found", detail, Parameter: "refund", Value: refund.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Subject(OrderNumber order, int refund) =>
        string.Create(CultureInfo.InvariantCulture, $"Refund {refund} of order {order}");

    private static Task Write(HttpContext context, int status, RefundReply reply, string subject, string action) => reply switch
    {
        { Refusal: { } refusal } => Replies.WriteRefusal(context, ActionNames.Translate(refusal, subject, action), reply.Replayed),
        { Refund: { } refund } => Replies.WriteResource(
            context,
            status,
            RefundResponse.From(refund),
            GatewayJson.Wire.RefundResponse,
            reply.Version,
            reply.Replayed,
            status == 201 ? string.Create(CultureInfo.InvariantCulture, $"/v1/orders/{refund.Order}/refunds/{refund.Number}") : null),
        _ => throw new InvalidOperationException("An order's refunds answered with neither a refund nor a refusal."),
    };
}
