using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Governance;
using OrderActors.Orders;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Simulations;

/// <summary>
/// Tells simulations what becomes of the orders of those whom they play. It looks at test orders alone, so a live one costs nothing but the look.
/// </summary>
[GrainType("simulation-feed")]
[ImplicitStreamSubscription(LogAppended.Namespace)]
[WorkClass(WorkClass.NonCritical)]
public sealed class SimulationFeedGrain(
    SubscriberContext context, [PersistentState("dead-letters")] IPersistentState<DeadLetterState> letters)
    : SubscriberGrain(context, letters), ISimulationFeedGrain
{
    private const int AtOnce = 16;

    private SimulationDirectory _directory = new(-1, []);

    /// <inheritdoc/>
    protected override string Subscriber => "simulations";

    /// <inheritdoc/>
    /// <remarks>What a simulation is told costs it a write of its record: rather few with many orders.</remarks>
    protected override TimeSpan Linger => Unhurried;

    /// <inheritdoc/>
    protected override Task Handle(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellation) => HandOn(batch, again: false, cancellation);

    /// <inheritdoc/>
    protected override Task HandleAgain(LoggedEvent logged, CancellationToken cancellation) => HandOn([logged], again: true, cancellation);

    private async Task HandOn(IReadOnlyList<LoggedEvent> batch, bool again, CancellationToken cancellation)
    {
        List<OrderSighting>? sightings = null;
        foreach (var logged in batch)
        {
            if (logged.Event is OrderEvent { Livemode: false } e) (sightings ??= []).Add(Of(logged, e));
        }

        if (sightings is null) return;
        if (await GrainFactory.GetGrain<ISimulationDirectoryGrain>(ISimulationDirectoryGrain.Key).Get(_directory.Version) is { } news) _directory = news;
        var concerned = _directory.Running.Select(simulation => (simulation.Id, Orders: Of(simulation, sightings))).Where(s => s.Orders.Length > 0);
        await TurnBound.ForEachAsync(concerned, AtOnce, simulation =>
        {
            cancellation.ThrowIfCancellationRequested();
            return GrainFactory.GetGrain<ISimulationGrain>(simulation.Id).Observe(simulation.Orders, again);
        });
    }

    private static ImmutableArray<OrderSighting> Of(SimulationListing simulation, List<OrderSighting> sightings) =>
        [.. sightings.Where(e => simulation.Merchants.Contains(e.Merchant) || (e.Courier is { } courier && simulation.Couriers.Contains(courier)))];

    private static OrderSighting Of(LoggedEvent logged, OrderEvent e) => new(
        logged.Partition, logged.Sequence, e.Type, e.By, e.Order, e.Version, e.Kind, e.Customer, e.Merchant, e.Courier, e.Status, e.Delivery, e.Tenant);
}
