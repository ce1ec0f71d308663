using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Governance;
using Orleans;

namespace OrderActors.Client.Operations;

/// <summary>Something that the platform goes on without, or with less of.</summary>
/// <param name="Kind">active: an operator decided so. passive: the platform did.</param>
/// <param name="Subject">The feature with its scope, or the condition.</param>
/// <param name="Why">One sentence.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it ends by itself; absent where nobody knows.</param>
/// <param name="By">The operator who decided so.</param>
internal sealed record DegradedBody(string Kind, string Subject, string Why, DateTimeOffset Since, DateTimeOffset? Until = null, string? By = null);

/// <summary>GET /v1/operations/degradation.</summary>
/// <param name="Version">Counts the changes.</param>
/// <param name="Data">Everything in force, oldest first; empty when all is well.</param>
internal sealed record DegradationResponse(long Version, DegradedBody[] Data)
{
    public static DegradationResponse From(GovernanceView view) => new(
        view.Version,
        [
            .. view.Switches.Select(s => new DegradedBody(
                "active", $"{WireNames<Feature>.NameOf(s.Feature)}/{s.Scope}", s.Reason, s.Since, s.Until, s.By.Id))
                .Concat(view.Conditions.Select(c => new DegradedBody("passive", c.Name, c.Why, c.Since)))
                .OrderBy(d => d.Since),
        ]);
}

/// <summary>What is in force, whoever brought it about, in one place.</summary>
internal sealed class DegradationRoutes(IClusterClient grains)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("getDegradation", "/v1/operations/degradation", Get, "Reads what the platform goes on without, and why.",
            GatewayJson.Wire.DegradationResponse)
        with
        {
            Priority = Priority.Critical,
        },
    ];

    /// <summary>GET /v1/operations/degradation.</summary>
    public async Task Get(HttpContext context)
    {
        var view = await grains.GetGrain<IGovernanceGrain>(IGovernanceGrain.Key).Get();
        await Replies.WriteResource(context, 200, DegradationResponse.From(view), GatewayJson.Wire.DegradationResponse, view.Version);
    }
}
