using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Intake;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Intake;

/// <summary>What operators see of the intake and do to it.</summary>
internal sealed class IntakeOperatorRoutes(IClusterClient grains, GatewayOptions limits, TimeProvider clock)
{
    private const int LongestReason = 500;

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("getIntake", "/v1/operations/intake", Get, "Reads how the intake stands: backlog, oldest order, drain rate.",
            GatewayJson.Wire.IntakeResponse)
        with
        {
            Callers = Callers.Operator,
        },
        Operation.Put("setIntake", "/v1/operations/intake", Set, "Sets the rate at which the intake is drained; 0 pauses it.",
            GatewayJson.Wire.SetIntakeRequest, GatewayJson.Wire.IntakeResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.Critical,
            Key = KeyUse.None,
        },
        Operation.Get("listIntakeDeadLetters", "/v1/operations/intake/dead-letters", List, "Lists the orders that could not be placed.",
            GatewayJson.Wire.IntakeDeadLettersResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
        },
        Resolve("retryIntakeDeadLetter", "retry", Retry, "Tries to place an order again that was given up."),
        Resolve("skipIntakeDeadLetter", "skip", Skip, "Leaves an order that was given up, and takes it off the list."),
    ];

    /// <summary>GET /v1/operations/intake.</summary>
    public async Task Get(HttpContext context) => await Write(context, await Governor.Get());

    /// <summary>PUT /v1/operations/intake.</summary>
    public async Task Set(HttpContext context)
    {
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.SetIntakeRequest);
        var reply = await Governor.SetRate(new(ActorOf(context), body.Rate, body.Reason));
        if (reply.Refusal is { } refusal) await Replies.WriteRefusal(context, refusal, replayed: false);
        else await Write(context, reply.View!);
    }

    /// <summary>GET /v1/operations/intake/dead-letters.</summary>
    public async Task List(HttpContext context)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, IntakePartition.Count).Select(i => PartitionOf(i).DeadLetters()));
        await Replies.Write(
            context, 200,
            new(
                [.. all.SelectMany(p => p.Letters).OrderBy(l => l.At).Select(l => new IntakeDeadLetterBody(l.Receipt, l.Index, l.Error, l.Attempts, l.At))],
                IntakeAuditBody.NewestFirst(all.SelectMany(p => p.Audit))),
            GatewayJson.Wire.IntakeDeadLettersResponse);
    }

    /// <summary>POST /v1/operations/intake/dead-letters/{receipt}/{index}/retry.</summary>
    public Task Retry(HttpContext context) => Resolve(context, retry: true);

    /// <summary>POST /v1/operations/intake/dead-letters/{receipt}/{index}/skip.</summary>
    public Task Skip(HttpContext context) => Resolve(context, retry: false);

    private IIntakeGovernorGrain Governor => grains.GetGrain<IIntakeGovernorGrain>("intake");

    private static Operation Resolve(string id, string action, RequestDelegate handle, string summary) =>
        new(id, HttpMethods.Post, "/v1/operations/intake/dead-letters/{receipt}/{index}/" + action, handle, summary)
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
            Body = GatewayJson.Wire.ResolveDeadLetterRequest,
            Answer = GatewayJson.Wire.IntakeOutcomeBody,
        };

    private async Task Resolve(HttpContext context, bool retry)
    {
        var receipt = EntityIds.RequireParameter((string)context.Request.RouteValues["receipt"]!, "receipt");
        var text = (string)context.Request.RouteValues["index"]!;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= IntakePartition.MaxOrders)
        {
            var detail = $"The index is '{text}'; it must be a whole number, 0 to {IntakePartition.MaxOrders - 1}.";
            throw PageRequest.Fault("out_of_range", detail, "index", text, null);
        }

        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.ResolveDeadLetterRequest);
        if (string.IsNullOrWhiteSpace(body.Reason) || body.Reason.Length > LongestReason)
        {
            var detail = $"/reason has {body.Reason.Length} characters; it must have 1 to {LongestReason}.";
            throw new RequestFault(ProblemKind.ValidationFailed, detail, new ProblemError("out_of_range", detail, Pointer: "/reason"));
        }

        var resolution = await PartitionOf(IntakePartition.Of(receipt)).Resolve(new(ActorOf(context), receipt, index, retry, body.Reason));
        if (resolution.Outcome is { } outcome)
        {
            await Replies.Write(context, 200, IntakeOutcomeBody.From(outcome), GatewayJson.Wire.IntakeOutcomeBody);
            return;
        }

        await Replies.WriteProblem(context, resolution.Found
            ? new Problem(ProblemKind.ReplayFailed, $"The order failed again: {resolution.Error}")
            : new Problem(ProblemKind.NotFound, $"Order {index} of receipt {receipt} is no dead letter; it may have been tried again before."));
    }

    private Task Write(HttpContext context, IntakeView view) =>
        Replies.Write(context, 200, IntakeResponse.From(view, clock.GetUtcNow()), GatewayJson.Wire.IntakeResponse);

    private IIntakePartitionGrain PartitionOf(int partition) => grains.GetGrain<IIntakePartitionGrain>(IntakePartition.Key(partition));

    private static Actor ActorOf(HttpContext context) => new(Role.Operator, context.Caller().Subject);
}
