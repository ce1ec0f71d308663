using Microsoft.AspNetCore.Http;
using OrderActors.Client.Admission;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Operations;

/// <summary>PUT /v1/operations/switches/{feature}/{scope}.</summary>
/// <param name="Reason">Why; callers see it.</param>
/// <param name="Until">When it goes on again by itself; null for never.</param>
internal sealed record SetSwitchRequest(string Reason, DateTimeOffset? Until = null);

/// <summary>A feature that is switched off.</summary>
/// <param name="Feature">What.</param>
/// <param name="Scope">For whom: platform, merchant:{id} or zone:{id}.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">The operator.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it goes on again by itself.</param>
internal sealed record SwitchBody(Feature Feature, string Scope, string Reason, string By, DateTimeOffset Since, DateTimeOffset? Until)
{
    public static SwitchBody From(FeatureSwitch of) => new(of.Feature, of.Scope.ToString(), of.Reason, of.By.Id, of.Since, of.Until);
}

/// <summary>What is switched off.</summary>
/// <param name="Version">Counts the changes.</param>
/// <param name="Data">The switches, oldest first.</param>
internal sealed record SwitchesResponse(long Version, SwitchBody[] Data)
{
    public static SwitchesResponse From(GovernanceView view) => new(view.Version, [.. view.Switches.Select(SwitchBody.From)]);
}

/// <summary>Switching features off and on, for operators. These are critical: they are needed most when least else gets through.</summary>
internal sealed class SwitchRoutes(IClusterClient grains, GatewayOptions limits, Degradation degradation)
{
    private const string ScopeRule = "platform, merchant:{id} or zone:{id}";

    private readonly GovernanceRequests<SwitchesResponse> _governance = new(grains, degradation, SwitchesResponse.From, GatewayJson.Wire.SwitchesResponse);

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("listSwitches", "/v1/operations/switches", List, "Lists what is switched off.", GatewayJson.Wire.SwitchesResponse)
        with
        {
            Priority = Priority.Critical,
        },
        Operation.Put("setSwitch", "/v1/operations/switches/{feature}/{scope}", Set, "Switches a feature off.",
            GatewayJson.Wire.SetSwitchRequest, GatewayJson.Wire.SwitchesResponse)
        with
        {
            Priority = Priority.Critical,
        },
        Operation.Delete("clearSwitch", "/v1/operations/switches/{feature}/{scope}", Clear, "Switches a feature on again.",
            GatewayJson.Wire.SwitchesResponse)
        with
        {
            Priority = Priority.Critical,
        },
    ];

    /// <summary>GET /v1/operations/switches.</summary>
    public async Task List(HttpContext context) => await _governance.Write(context);

    /// <summary>PUT /v1/operations/switches/{feature}/{scope}.</summary>
    public async Task Set(HttpContext context)
    {
        var (feature, scope) = (FeatureOf(context), ScopeOf(context));
        var id = IdempotencyKey.OrNew(context, "set-switch", PartOf(context));
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.SetSwitchRequest);
        await _governance.Execute(context, new SetSwitch(id, Operators.Of(context), body.Reason, feature, scope, body.Until));
    }

    /// <summary>DELETE /v1/operations/switches/{feature}/{scope}.</summary>
    public async Task Clear(HttpContext context)
    {
        var id = IdempotencyKey.OrNew(context, "clear-switch", PartOf(context));
        await _governance.Execute(context, new ClearSwitch(id, Operators.Of(context), "Switched on again.", FeatureOf(context), ScopeOf(context)));
    }

    private static string PartOf(HttpContext context) => $"{context.Request.RouteValues["feature"]}/{context.Request.RouteValues["scope"]}";

    private static Feature FeatureOf(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["feature"]!;
        if (WireNames<Feature>.TryParse(name, out var feature)) return feature;
        var detail = $"There is no feature '{name}'. They are {string.Join(", ", WireNames<Feature>.All)}.";
        throw PageRequest.Fault("unknown_value", detail, "feature", name, WireNames<Feature>.All);
    }

    private static SwitchScope ScopeOf(HttpContext context)
    {
        var text = (string)context.Request.RouteValues["scope"]!;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (text == WireNames<ScopeKind>.NameOf(ScopeKind.Platform)) return SwitchScope.Platform;
        return colon > 0 && WireNames<ScopeKind>.TryParse(text[..colon], out var kind) && kind != ScopeKind.Platform && EntityId.IsValid(text[(colon + 1)..])
            ? new(kind, text[(colon + 1)..])
            : throw PageRequest.Fault("unknown_value", $"The scope is '{text}'; it must be {ScopeRule}.", "scope", text, [ScopeRule]);
    }
}
