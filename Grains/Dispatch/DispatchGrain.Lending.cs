using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrderActors.Dispatch.Matching;
using OrderActors.Values;

namespace OrderActors.Dispatch;

/// <content>Orders near a border, which couriers from beside can serve.</content>
/// <remarks>
/// In memory only, on both sides. A zone that forgets a loan gives the order itself, and where both give it, the order's grain takes the
/// first courier and the other one is released.
/// </remarks>
public sealed partial class DispatchGrain
{
    private const int MaxGuests = 256;

    // Orders of this zone that one beside it may give, until when; and orders of zones beside that this one may give.
    private readonly Dictionary<OrderNumber, DateTimeOffset> _lent = [];
    private readonly Dictionary<OrderNumber, (WaitingOrder Order, DateTimeOffset Until)> _guests = [];
    private DateTimeOffset _askBesideAt = DateTimeOffset.MinValue;

    private IEnumerable<WaitingOrder> Guests => _guests.Values.Select(guest => guest.Order).Where(order => _board.Known(order.Order) == 0);

    /// <inheritdoc/>
    public async Task<ImmutableArray<OrderNumber>> Borrow(ImmutableArray<LentOrder> orders, DateTimeOffset until)
    {
        if (_split is { } split) return split.HandedOver ? await BorrowByParts(split, orders, until) : [];
        var now = _clock.GetUtcNow();
        if (until <= now) return [];
        EndLoans(now);
        IdleCourier[] couriers = [.. _board.Idle.Where(courier => !_asked.Contains(courier.Courier)), .. _forecast.Busy(now)];
        LentOrder[] wanted = [.. orders.Where(lent => Loans.IsWorthwhile(lent, couriers, _travel, now)).Take(MaxGuests - _guests.Count)];
        foreach (var lent in wanted) _guests[lent.Order.Order] = (lent.Order, until);
        DispatchInstruments.TookOn(wanted.Length);
        if (wanted.Length > 0) Look();
        return [.. wanted.Select(lent => lent.Order.Order)];
    }

    private async Task<ImmutableArray<OrderNumber>> BorrowByParts(ZoneSplit split, ImmutableArray<LentOrder> orders, DateTimeOffset until)
    {
        var taken = ImmutableArray.CreateBuilder<OrderNumber>();
        foreach (var side in orders.GroupBy(lent => split.Side(lent.Order.Pickup)))
            taken.AddRange(await Part(side.Key).Borrow([.. side], until));
        return taken.ToImmutable();
    }

    private void EndLoans(DateTimeOffset now)
    {
        foreach (var (order, until) in _lent)
        {
            if (until <= now) _lent.Remove(order);
            else LookNoLaterThan(until);
        }

        foreach (var (order, guest) in _guests)
        {
            if (guest.Until <= now && !_offered.Contains(order)) _guests.Remove(order);
        }
    }

    /// <summary>Asks the zones beside this one for what nobody here can do soon.</summary>
    private void AskBeside(DispatchInput input)
    {
        string[] beside = [.. ZoneKey.Beside(Zone), .. _options.Beside(ZoneKey.ZoneOf(Zone))];
        if (beside.Length == 0) return;
        WaitingOrder[] left = [.. input.Waiting.Where(order => !_offered.Contains(order.Order) && _board.Known(order.Order) != 0)];
        if (left.Length == 0) return;
        LookNoLaterThan(input.Now + Loans.Rest);
        if (input.Now < _askBesideAt) return;
        _askBesideAt = input.Now + Loans.Rest;
        LentOrder[] needed = [.. Loans.Needed(left, [.. input.Idle, .. input.Busy ?? []], _travel, input.Now, _options.LendAfter)];
        if (needed.Length > 0) _ = Lend(needed, beside, input.Now + Loans.Time);
    }

    /// <summary>Lends orders to whoever wants them, the first asked first. It never throws: nobody awaits it.</summary>
    private async Task Lend(LentOrder[] orders, string[] beside, DateTimeOffset until)
    {
        var left = orders.ToDictionary(lent => lent.Order.Order);
        foreach (var order in left.Keys) _lent[order] = until;
        foreach (var zone in beside)
        {
            try
            {
                foreach (var order in await GrainFactory.GetGrain<IDispatchGrain>(zone).Borrow([.. left.Values], until)) left.Remove(order);
            }
            catch (Exception e)
            {
                // It may have them: until the loan is over they are not given here either.
                LogBesideUnanswered(e, Zone, zone);
                return;
            }

            if (left.Count == 0) return;
        }

        foreach (var order in left.Keys) _lent.Remove(order);
        Look();
    }

    [LoggerMessage(46, LogLevel.Warning, "Zone {Zone}: zone {Beside} beside it did not answer whether it can serve orders from here")]
    private partial void LogBesideUnanswered(Exception failure, string zone, string beside);
}
