using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Dispatch.Matching;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Dispatch;

/// <summary>Tells the zones' dispatch of waiting orders and free couriers.</summary>
[GrainType("dispatch-feed")]
[ImplicitStreamSubscription(LogAppended.Namespace)]
public sealed class DispatchFeedGrain(
    SubscriberContext context,
    [PersistentState("dead-letters")] IPersistentState<DeadLetterState> letters,
    ITravelModel travel)
    : SubscriberGrain(context, letters), IDispatchFeedGrain
{
    private const int ZonesAtOnce = 32;

    /// <inheritdoc/>
    protected override string Subscriber => "dispatch-feed";

    /// <inheritdoc/>
    protected override Task Handle(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellation) =>
        Tell(batch.Select(logged => DispatchFeed.Translate(logged, travel)), cancellation);

    /// <inheritdoc/>
    protected override Task HandleAgain(LoggedEvent logged, CancellationToken cancellation) =>
        Tell([DispatchFeed.Translate(logged, travel, again: true)], cancellation);

    private Task Tell(IEnumerable<(string Zone, ZoneChange Change)?> changes, CancellationToken cancellation)
    {
        var zones = changes.Where(change => change is not null).Select(change => change!.Value).GroupBy(change => change.Zone, StringComparer.Ordinal);
        return TurnBound.ForEachAsync(zones, ZonesAtOnce, zone =>
        {
            cancellation.ThrowIfCancellationRequested();
            return GrainFactory.GetGrain<IDispatchGrain>(zone.Key).Apply([.. zone.Select(change => change.Change)]);
        });
    }
}
