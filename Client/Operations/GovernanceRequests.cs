using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Admission;
using OrderActors.Client.Http;
using OrderActors.Governance;
using Orleans;

namespace OrderActors.Client.Operations;

/// <summary>What operators ask and tell the platform's governance. What it answers holds in this gateway at once.</summary>
/// <param name="grains">Where the governance is.</param>
/// <param name="degradation">What holds in this gateway.</param>
/// <param name="body">The part that is shown.</param>
/// <param name="shape">Its shape.</param>
internal sealed class GovernanceRequests<T>(IClusterClient grains, Degradation degradation, Func<GovernanceView, T> body, JsonTypeInfo<T> shape)
{
    private IGovernanceGrain Governance => grains.GetGrain<IGovernanceGrain>(IGovernanceGrain.Key);

    /// <summary>Answers with what holds.</summary>
    public async Task Write(HttpContext context) => await Write(context, await Governance.Get(), replayed: false);

    /// <summary>Tells it, and answers with what then holds, or why it refused.</summary>
    public async Task Execute(HttpContext context, GovernanceCommand command)
    {
        var reply = await Governance.Execute(command);
        degradation.Use(reply.View);
        await (reply.Refusal is { } refusal ? Replies.WriteRefusal(context, refusal, reply.Replayed) : Write(context, reply.View, reply.Replayed));
    }

    private Task Write(HttpContext context, GovernanceView view, bool replayed) =>
        Replies.WriteResource(context, 200, body(view), shape, view.Version, replayed);
}
