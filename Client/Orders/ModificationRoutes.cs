using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Orders;
using Orleans;

namespace OrderActors.Client.Orders;

/// <summary>Changes of an order's lines: proposed by one side, answered by the other.</summary>
internal sealed class ModificationRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Post("proposeModification", "/v1/orders/{number}/modifications", Propose, "Proposes other lines for an order.",
            GatewayJson.Wire.ProposeModificationRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Customer | Callers.Merchant | Callers.Partner | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Get("listModifications", "/v1/orders/{number}/modifications", List, "Lists the changes that were proposed to an order.",
            GatewayJson.Wire.ModificationsResponse)
        with
        {
            Callers = Callers.Customer | Callers.Merchant | Callers.Partner | Callers.Operator,
            Priority = Priority.NonCritical,
        },
        Operation.Post("approveModification", "/v1/orders/{number}/modifications/{modification}/approve", Approve, "Agrees to a proposed change.",
            GatewayJson.Wire.ResolveModificationRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Customer | Callers.Merchant | Callers.Partner | Callers.Operator,
            BodyOptional = true,
            Priority = Priority.Critical,
        },
        Operation.Post("declineModification", "/v1/orders/{number}/modifications/{modification}/decline", Decline,
            "Declines a proposed change, or takes it back.",
            GatewayJson.Wire.ResolveModificationRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Customer | Callers.Merchant | Callers.Partner | Callers.Operator,
            BodyOptional = true,
            Priority = Priority.Critical,
        },
    ];

    private const string Parameter = "modification";

    /// <summary>POST /v1/orders/{number}/modifications.</summary>
    public async Task Propose(HttpContext context)
    {
        var grain = GrainOf(context);
        var id = IdempotencyKey.Required(context, "modifications");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.ProposeModificationRequest);
        var command = new ProposeModification(id, context.Acting(body.Actor), OrderLineBody.ToLines(body.Lines));
        await OrderReplies.Write(context, await grain.Execute(context, command));
    }

    /// <summary>GET /v1/orders/{number}/modifications.</summary>
    public async Task List(HttpContext context)
    {
        var order = await OrderReplies.Find(context, grains);
        await Replies.WriteVersioned(
            context, new ModificationsResponse(ProposalBody.From(order)), GatewayJson.Wire.ModificationsResponse, order.Version);
    }

    /// <summary>POST /v1/orders/{number}/modifications/{modification}/approve.</summary>
    public Task Approve(HttpContext context) => Resolve(context, approve: true);

    /// <summary>POST /v1/orders/{number}/modifications/{modification}/decline.</summary>
    public Task Decline(HttpContext context) => Resolve(context, approve: false);

    private async Task Resolve(HttpContext context, bool approve)
    {
        var grain = GrainOf(context);
        var proposal = ProposalOf(context);
        var id = IdempotencyKey.Required(
            context, approve ? "approve-modification" : "decline-modification", proposal.ToString(CultureInfo.InvariantCulture));
        var body = await RequestBody.ReadOr(
            context, limits.MaxBodyBytes, GatewayJson.Wire.ResolveModificationRequest, ResolveModificationRequest.Empty);
        var reply = await grain.Execute(context, new ResolveModification(id, context.Acting(body.Actor), proposal, approve));

        // What the grain calls a field is a part of the address here.
        if (reply.Refusal is { Field: "/proposal", Value: { } asked, Allowed: [var open, ..] })
        {
            var detail = $"The modification is '{asked}'; it must be {open}.";
            var error = new ProblemError("validation_failed", detail, Parameter: Parameter, Value: asked, Allowed: [open]);
            throw new RequestFault(new Problem(ProblemKind.ValidationFailed, detail) { Errors = [error], Order = OrderStanding.Of(reply.Order) });
        }

        await OrderReplies.Write(context, reply);
    }

    private IOrderGrain GrainOf(HttpContext context) => grains.GetGrain<IOrderGrain>(OrderReplies.NumberOf(context).ToString());

    private static int ProposalOf(HttpContext context)
    {
        var text = (string)context.Request.RouteValues[Parameter]!;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw PageRequest.Fault(
                "out_of_range", $"The modification is '{text}'; it must be its number within the order, 1 or more.", Parameter, text, ["1 or more"]);
    }
}
