using Microsoft.AspNetCore.Http;
using OrderActors.Client.Admission;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Governance;
using Orleans;

namespace OrderActors.Client.Operations;

/// <summary>PUT /v1/operations/limits/{owner}/{id}.</summary>
/// <param name="Rate">Requests a second in the long run; 0 for no limit.</param>
/// <param name="Burst">Requests at once after a pause.</param>
/// <param name="Reason">Why.</param>
internal sealed record SetRateLimitRequest(double Rate, int Burst, string Reason);

/// <summary>A limit other than the configured one.</summary>
/// <param name="Owner">key or merchant.</param>
/// <param name="Id">The key's public id, or the merchant's.</param>
/// <param name="Rate">Requests a second in the long run; 0 for no limit.</param>
/// <param name="Burst">Requests at once after a pause.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">The operator.</param>
/// <param name="Since">Since when.</param>
internal sealed record RateLimitBody(LimitOwner Owner, string Id, double Rate, int Burst, string Reason, string By, DateTimeOffset Since)
{
    public static RateLimitBody From(LimitOverride of) => new(of.Owner, of.Id, of.Rate, of.Burst, of.Reason, of.By.Id, of.Since);
}

/// <summary>The limits other than the configured ones.</summary>
/// <param name="Version">Counts the changes.</param>
/// <param name="Data">The limits, oldest first.</param>
internal sealed record RateLimitsResponse(long Version, RateLimitBody[] Data)
{
    public static RateLimitsResponse From(GovernanceView view) => new(view.Version, [.. view.Limits.Select(RateLimitBody.From)]);
}

/// <summary>Limits of single keys and merchants, for operators.</summary>
internal sealed class LimitRoutes(IClusterClient grains, GatewayOptions limits, Degradation degradation)
{
    private readonly GovernanceRequests<RateLimitsResponse> _governance =
        new(grains, degradation, RateLimitsResponse.From, GatewayJson.Wire.RateLimitsResponse);

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("listRateLimits", "/v1/operations/limits", List, "Lists the limits of single keys and merchants.", GatewayJson.Wire.RateLimitsResponse)
        with
        {
            Priority = Priority.Critical,
        },
        Operation.Put("setRateLimit", "/v1/operations/limits/{owner}/{id}", Set, "Gives a key or a merchant a limit of its own.",
            GatewayJson.Wire.SetRateLimitRequest, GatewayJson.Wire.RateLimitsResponse)
        with
        {
            Priority = Priority.Critical,
        },
        Operation.Delete("clearRateLimit", "/v1/operations/limits/{owner}/{id}", Clear, "Lets the configured limit hold again.",
            GatewayJson.Wire.RateLimitsResponse)
        with
        {
            Priority = Priority.Critical,
        },
    ];

    /// <summary>GET /v1/operations/limits.</summary>
    public async Task List(HttpContext context) => await _governance.Write(context);

    /// <summary>PUT /v1/operations/limits/{owner}/{id}.</summary>
    public async Task Set(HttpContext context)
    {
        var (owner, subject) = SubjectOf(context);
        var id = IdempotencyKey.OrNew(context, "set-limit", PartOf(context));
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.SetRateLimitRequest);
        await _governance.Execute(context, new SetRateLimit(id, Operators.Of(context), body.Reason, owner, subject, body.Rate, body.Burst));
    }

    /// <summary>DELETE /v1/operations/limits/{owner}/{id}.</summary>
    public async Task Clear(HttpContext context)
    {
        var (owner, subject) = SubjectOf(context);
        await _governance.Execute(context, new ClearRateLimit(
            IdempotencyKey.OrNew(context, "clear-limit", PartOf(context)), Operators.Of(context), "The configured limit holds again.", owner, subject));
    }

    private static string PartOf(HttpContext context) => $"{context.Request.RouteValues["owner"]}/{context.Request.RouteValues["id"]}";

    private static (LimitOwner Owner, string Id) SubjectOf(HttpContext context)
    {
        var (name, id) = ((string)context.Request.RouteValues["owner"]!, (string)context.Request.RouteValues["id"]!);
        return WireNames<LimitOwner>.TryParse(name, out var owner)
            ? (owner, EntityIds.RequireParameter(id, "id"))
            : throw PageRequest.Fault("unknown_value", $"The owner is '{name}'; it must be key or merchant.", "owner", name, WireNames<LimitOwner>.All);
    }
}
