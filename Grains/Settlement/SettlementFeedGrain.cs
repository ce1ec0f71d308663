using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Governance;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Settlement;

/// <summary>
/// Books what orders come to: on the day it happened, or, when that day is closed, on the next one that is open. The bookings
/// of a page of the log are one write per day.
/// </summary>
[GrainType("settlement-feed"), WorkClass(WorkClass.NonCritical)]
[ImplicitStreamSubscription(LogAppended.Namespace)]
public sealed class SettlementFeedGrain(
    SubscriberContext context,
    [PersistentState("dead-letters")] IPersistentState<DeadLetterState> letters,
    IOptions<CourierOptions> options)
    : SubscriberGrain(context, letters), ISettlementFeedGrain
{
    /// <inheritdoc/>
    protected override string Subscriber => "settlement";

    /// <inheritdoc/>
    /// <remarks>A day is closed at the earliest when it is over.</remarks>
    protected override TimeSpan Linger => Unhurried;

    /// <inheritdoc/>
    protected override Task Handle(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellation) => Book(batch, again: false, cancellation);

    /// <inheritdoc/>
    protected override Task HandleAgain(LoggedEvent logged, CancellationToken cancellation) => Book([logged], again: true, cancellation);

    private async Task Book(IReadOnlyList<LoggedEvent> batch, bool again, CancellationToken cancellation)
    {
        await Book(batch, live: true, again, cancellation);
        await Book(batch, live: false, again, cancellation);
    }

    private async Task Book(IReadOnlyList<LoggedEvent> batch, bool live, bool again, CancellationToken cancellation)
    {
        var days = new SortedDictionary<DateOnly, ImmutableArray<SettlementBooking>>();
        foreach (var logged in batch)
        {
            if (logged.Event.Livemode != live) continue;
            if (SettlementRules.BookingOf(logged, options.Value) is { } booking) Merge(days, SettlementDays.Of(booking.OccurredAt), [booking]);
        }

        while (days.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var (day, bookings) = days.First();
            days.Remove(day);
            var book = GrainFactory.GetGrain<ISettlementBookGrain>(SettlementDays.BookKey(SettlementDays.Key(day, live), Partition));
            var left = await book.Book(bookings, again);
            if (!left.IsDefaultOrEmpty) Merge(days, day.AddDays(1), left);
        }
    }

    /// <summary>A book has to see its bookings in the order of their sequences: those of a closed day go in between.</summary>
    private static void Merge(SortedDictionary<DateOnly, ImmutableArray<SettlementBooking>> days, DateOnly day, ImmutableArray<SettlementBooking> bookings) =>
        days[day] = days.TryGetValue(day, out var others) ? [.. others.Concat(bookings).OrderBy(booking => booking.Sequence)] : bookings;
}
