using System.Collections.Immutable;
using OrderActors.Governance;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>
/// Hands events on to the endpoints that want them. It waits until that is durable, never until they are sent: so the log waits for no
/// endpoint, and no endpoint for another.
/// </summary>
[GrainType("webhook-feed")]
[ImplicitStreamSubscription(LogAppended.Namespace)]
[WorkClass(WorkClass.NonCritical)]
public sealed class WebhookFeedGrain(
    SubscriberContext context, [PersistentState("dead-letters")] IPersistentState<DeadLetterState> letters)
    : SubscriberGrain(context, letters), IWebhookFeedGrain
{
    private const int AtOnce = 16;

    private readonly TimeProvider _clock = context.Clock;
    private WebhookDirectory _directory = new(-1, []);
    private Emissions? _emissions;

    /// <inheritdoc/>
    protected override string Subscriber => "webhooks";

    /// <inheritdoc/>
    /// <remarks>An append costs an endpoint a write of its record: rather few with many events.</remarks>
    protected override TimeSpan Linger => Unhurried;

    /// <inheritdoc/>
    protected override Task Handle(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellation) => HandOn(batch, again: false, cancellation);

    /// <inheritdoc/>
    protected override Task HandleAgain(LoggedEvent logged, CancellationToken cancellation) => HandOn([logged], again: true, cancellation);

    private async Task HandOn(IReadOnlyList<LoggedEvent> batch, bool again, CancellationToken cancellation)
    {
        // Asked every time, which costs one small call: whoever has just created an endpoint is sent the very next event.
        if (await GrainFactory.GetGrain<IWebhookDirectoryGrain>(IWebhookDirectoryGrain.Key).Get(_directory.Version) is { } news) _directory = news;
        var endpoints = _directory.Endpoints.Where(endpoint => endpoint.Enabled).ToList();
        if (endpoints.Count == 0) return;
        var off = await (_emissions ??= new(GrainFactory, _clock)).Off();
        var events = batch.Where(logged => !off.Contains(logged.Event.Type)).Select(CloudEvents.Of).ToList();
        var wanted = endpoints.Select(endpoint => (endpoint.Id, Events: events.Where(endpoint.Filter.Includes).ToImmutableArray()))
            .Where(endpoint => endpoint.Events.Length > 0);
        await TurnBound.ForEachAsync(wanted, AtOnce, endpoint =>
        {
            cancellation.ThrowIfCancellationRequested();
            return GrainFactory.GetGrain<IWebhookEndpointGrain>(endpoint.Id).Append(endpoint.Events, again);
        });
    }
}
