using OrderActors.Broadcast;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Notifications;

/// <summary>Hands events on to the customers who want to be told. It waits until that is durable, never until it is sent.</summary>
[GrainType("notification-feed")]
[ImplicitStreamSubscription(LogAppended.Namespace)]
[WorkClass(WorkClass.NonCritical)]
public sealed class NotificationFeedGrain(
    SubscriberContext context, [PersistentState("dead-letters")] IPersistentState<DeadLetterState> letters)
    : SubscriberGrain(context, letters), INotificationFeedGrain
{
    private const int AtOnce = 16;

    /// <inheritdoc/>
    protected override string Subscriber => "notifications";

    /// <inheritdoc/>
    /// <remarks>Nobody reads a message sooner.</remarks>
    protected override TimeSpan Linger => Unhurried;

    /// <inheritdoc/>
    protected override Task Handle(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellation)
    {
        var customers = batch.Select(logged => (logged, To: Recipient(logged.Event))).Where(entry => entry.To is not null)
            .GroupBy(entry => entry.To!, entry => NoticeOf(entry.logged), StringComparer.Ordinal);
        return TurnBound.ForEachAsync(customers, AtOnce, customer =>
        {
            cancellation.ThrowIfCancellationRequested();
            return GrainFactory.GetGrain<INotificationGrain>("customer/" + customer.Key).Tell([.. customer]);
        });
    }

    /// <summary>Whom an event is told; null for nobody, which costs nothing.</summary>
    private static string? Recipient(DomainEvent happened) => happened switch
    {
        OrderEvent { Notify: true } e when NotificationTemplates.All.ContainsKey(e.Type) => e.Customer,
        RefundEvent e when NotificationTemplates.All.ContainsKey(e.Type) => e.Customer,
        _ => null,
    };

    private static Notice NoticeOf(LoggedEvent logged) => logged.Event switch
    {
        OrderEvent e => new(
            logged.Partition, logged.Sequence, e.Type, e.Order, e.At, e.Bill is { } bill ? new Money(bill.Due, bill.Currency) : null, e.Detail),
        RefundEvent e => new(logged.Partition, logged.Sequence, e.Type, e.Order, e.At, e.Amount),
        _ => throw new ArgumentOutOfRangeException(nameof(logged), logged.Event.Type, "Nobody is told of this."),
    };
}
