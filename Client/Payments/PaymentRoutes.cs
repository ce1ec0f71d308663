using Microsoft.AspNetCore.Http;
using OrderActors.Client.Admission;
using OrderActors.Client.Http;
using OrderActors.Payments;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Payments;

/// <summary>POST /v1/payments/webhooks/{provider}.</summary>
/// <param name="Operation">The operation's key, as the provider was given it.</param>
/// <param name="Outcome">succeeded, declined or pending.</param>
/// <param name="Reference">The provider's own id.</param>
/// <param name="DeclineCode">Why it was declined.</param>
internal sealed record ProviderAnswerRequest(string Operation, WebhookOutcome Outcome, string? Reference = null, string? DeclineCode = null);

/// <summary>What a provider can say by itself.</summary>
internal enum WebhookOutcome
{
    Pending,
    Succeeded,
    Declined,
}

/// <summary>What a payment provider says by itself.</summary>
internal sealed class PaymentRoutes(IClusterClient grains, GatewayOptions limits, PaymentWebhookOptions webhooks, TimeProvider clock)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        new Operation("receivePaymentAnswer", HttpMethods.Post, "/v1/payments/webhooks/{provider}", Answered, "Takes a payment provider's signed answer.")
        with
        {
            Callers = Callers.Public,
            Priority = Priority.Critical,
            Body = GatewayJson.Wire.ProviderAnswerRequest,
            Status = StatusCodes.Status204NoContent,
        },
    ];

    /// <summary>POST /v1/payments/webhooks/{provider}. The same answer again, a late or an early one changes nothing wrongly.</summary>
    public async Task Answered(HttpContext context)
    {
        var provider = (string)context.Request.RouteValues["provider"]!;
        if (provider != webhooks.Provider) throw new RequestFault(ProblemKind.NotFound, $"There is no payment provider '{provider}'.");
        var headers = context.Request.Headers;
        var body = await RequestBody.ReadSigned(
            context, limits.MaxBodyBytes, GatewayJson.Wire.ProviderAnswerRequest,
            bytes => WebhookSignature.Refuse(
                webhooks.Key, headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], bytes, clock.GetUtcNow()));
        if (body.Operation.Length > 100 || body.Operation.Any(c => c is <= ' ' or > '~')
            || body.Operation.Split(':') is not [var order, { Length: > 0 }, { Length: > 0 }]
            || !OrderNumber.TryParse(order, out var number, out _) || number.IsTest)
        {
            throw new RequestFault(ProblemKind.ValidationFailed, "/operation is not the key of an operation.",
                new ProblemError("invalid_operation", "It must be a key that the provider was given.", Pointer: "/operation"));
        }

        await grains.GetGrain<IPaymentGrain>(order).Answered(new ProviderAnswer(body.Operation, OutcomeOf(body.Outcome), body.Reference, body.DeclineCode));
        RequestDeadline.BeginAnswer(context);
        context.Response.StatusCode = 204;
    }

    private static ProviderOutcome OutcomeOf(WebhookOutcome outcome) => outcome switch
    {
        WebhookOutcome.Succeeded => ProviderOutcome.Succeeded,
        WebhookOutcome.Declined => ProviderOutcome.Declined,
        _ => ProviderOutcome.Pending,
    };
}
