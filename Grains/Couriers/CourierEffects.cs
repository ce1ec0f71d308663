using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Dispatch;
using OrderActors.Values;
using static OrderActors.Couriers.CourierStatus;

namespace OrderActors.Couriers;

/// <summary>Something that happened to a courier, before it is an event.</summary>
/// <param name="Type">What.</param>
/// <param name="Orders">The orders it concerns; default for all that the courier carries.</param>
/// <param name="Detail">A reason, or another courier.</param>
/// <param name="Pay">What a delivery earned.</param>
/// <param name="Shift">The shift that ended.</param>
/// <param name="Choice">Why this courier.</param>
internal readonly record struct CourierFact(
    string Type, ImmutableArray<OrderNumber> Orders = default, string? Detail = null, Money? Pay = null, ShiftReport? Shift = null,
    AssignmentChoice? Choice = null);

/// <summary>What the rows of <see cref="CourierTable"/> do.</summary>
internal static class CourierEffects
{
    /// <summary>How many orders are remembered that the courier is not to be asked for.</summary>
    public const int MaxPassed = 32;

    /// <summary>What an effect works on.</summary>
    internal sealed record Moment(CourierState State, CourierFacts Facts, CourierOptions Options, DateTimeOffset Now);

    public static (CourierState, ImmutableArray<CourierFact>) Create(Moment m, CreateCourier c) => (
        m.State with
        {
            Id = m.Facts.Id,
            Name = c.Name,
            Zone = c.Zone,
            Capacity = c.Capacity,
            Vehicle = c.Vehicle,
            AcceptsOffersByHand = c.AcceptsOffersByHand,
        },
        [new(EventTypes.CourierDutyChanged)]);

    public static (CourierState, ImmutableArray<CourierFact>) Change(Moment m, ChangeCourier c)
    {
        var s = m.State;
        var after = s with
        {
            Vehicle = c.Vehicle ?? s.Vehicle,
            Capacity = c.Capacity ?? s.Capacity,
            AcceptsOffersByHand = c.AcceptsOffersByHand ?? s.AcceptsOffersByHand,
        };
        var same = (after.Vehicle, after.Capacity, after.AcceptsOffersByHand) == (s.Vehicle, s.Capacity, s.AcceptsOffersByHand);
        return (after, same ? [] : [new(EventTypes.CourierChanged)]);
    }

    public static (CourierState, ImmutableArray<CourierFact>) GoOn(Moment m, GoOnline c, CourierStatus status)
    {
        var s = m.State;
        return (
            s with
            {
                Status = status,
                Location = c.Location,
                OnlineUntil = c.Until,
                LeavesAfterAssignment = false,
                Shift = s.Shift is { } shift ? Earnings.Resume(shift, m.Now) : Earnings.Start(m.Now, c.PlannedStart),
            },
            [new(EventTypes.CourierDutyChanged)]);
    }

    public static (CourierState, ImmutableArray<CourierFact>) GoOff(Moment m)
    {
        var (after, ended) = EndShift(m, m.State);
        return (after, [new(EventTypes.CourierDutyChanged), ended]);
    }

    public static (CourierState, ImmutableArray<CourierFact>) DeclineAndGoOff(Moment m)
    {
        var (declined, facts) = Decline(m, DeclineReason.EndOfShift);
        var (after, ended) = EndShift(m, declined);
        return (after, [.. facts, new(EventTypes.CourierDutyChanged), ended]);
    }

    public static (CourierState, ImmutableArray<CourierFact>) LeaveLater(Moment m) => (
        m.State with { LeavesAfterAssignment = true }, m.State.LeavesAfterAssignment ? [] : [new(EventTypes.CourierDutyChanged)]);

    public static (CourierState, ImmutableArray<CourierFact>) Pause(Moment m) => (
        m.State with { Status = Paused, Shift = Earnings.Pause(ShiftOf(m), m.Now) }, [new(EventTypes.CourierDutyChanged)]);

    public static (CourierState, ImmutableArray<CourierFact>) Resume(Moment m) => (
        m.State with { Status = Available, Shift = Earnings.Resume(ShiftOf(m), m.Now) }, [new(EventTypes.CourierDutyChanged)]);

    public static (CourierState, ImmutableArray<CourierFact>) Offer(Moment m, TakeAssignment c) => (
        m.State with { Status = Offered, Offer = new(c.Orders, m.Now, m.Now + m.Options.OfferTime) },
        [new(EventTypes.CourierOffered, c.Orders, Choice: c.Choice)]);

    public static (CourierState, ImmutableArray<CourierFact>) Take(
        Moment m, ImmutableArray<OrderNumber> orders, AssignmentChoice? choice = null) =>
        (Carry(m, orders), [new(EventTypes.CourierAssigned, orders, Choice: choice)]);

    public static (CourierState, ImmutableArray<CourierFact>) TakeOver(Moment m, TakeOver c) =>
        (Carry(m, [c.Order]), [new(EventTypes.CourierTookOver, [c.Order], c.From)]);

    public static (CourierState, ImmutableArray<CourierFact>) Decline(Moment m, DeclineReason reason)
    {
        var orders = m.State.Offer!.Orders;
        return (
            Pass(m, orders) with { Status = Available, Offer = null }, [new(EventTypes.CourierOfferDeclined, orders, Names.Of(reason))]);
    }

    /// <summary>Takes orders out of the offer; nobody has to be told who carries them, for nobody does.</summary>
    public static (CourierState, ImmutableArray<CourierFact>) Withdraw(Moment m, ImmutableArray<OrderNumber> orders, bool expired)
    {
        var offer = m.State.Offer!;
        var gone = offer.Orders.RemoveAll(order => !orders.Contains(order));
        var left = offer.Orders.RemoveAll(orders.Contains);
        var after = expired ? Pass(m, gone) : m.State;
        after = left.IsEmpty ? after with { Status = Available, Offer = null } : after with { Offer = offer with { Orders = left } };
        return (after, [new(EventTypes.CourierOfferWithdrawn, gone, expired ? "expired" : null)]);
    }

    public static (CourierState, ImmutableArray<CourierFact>) Finish(Moment m, FinishOrder c)
    {
        var (s, shift, delivered) = (m.State, ShiftOf(m), c.DeliveredAt is not null);
        var after = s with
        {
            Assignment = s.Assignment.Remove(c.Order),
            Location = c.DeliveredAt ?? s.Location,
            LastHandover = delivered ? m.Now : s.LastHandover,
            Shift = delivered ? Earnings.Deliver(shift, m.Options.PayPerDelivery) : shift,
            Days = delivered ? Earnings.Book(s.Days, m.Now, m.Options.PayPerDelivery, m.Options.Currency) : s.Days,
        };
        var released = new CourierFact(
            EventTypes.CourierReleased, [c.Order], Pay: delivered ? new Money(m.Options.PayPerDelivery, m.Options.Currency) : null);
        if (!after.Assignment.IsEmpty) return (after, [released]);

        // A shift that ended while the last order was on its way ends now.
        if (!s.LeavesAfterAssignment && !(s.OnlineUntil <= m.Now))
            return (after with { Status = Available }, [released, new(EventTypes.CourierDutyChanged)]);
        var (off, ended) = EndShift(m, after);
        return (off, [released, new(EventTypes.CourierDutyChanged), ended]);
    }

    private static CourierState Carry(Moment m, ImmutableArray<OrderNumber> taken)
    {
        var (orders, page) = (m.State.Orders, m.Facts.SealedPage);
        foreach (var order in taken) (orders, page) = (orders.Add(order, page), null);
        return m.State with { Status = Busy, Offer = null, Assignment = m.State.Assignment.AddRange(taken), Orders = orders };
    }

    private static CourierState Pass(Moment m, ImmutableArray<OrderNumber> orders)
    {
        var passed = m.State.Passed.RemoveAll(known => known.Until <= m.Now || orders.Contains(known.Order))
            .AddRange(orders.Select(order => new PassedOrder(order, m.Now + m.Options.RestAfterDecline)));
        return m.State with { Passed = passed.Length > MaxPassed ? passed.RemoveRange(0, passed.Length - MaxPassed) : passed };
    }

    /// <summary>The shift; one that began under a release that kept none counts from its first change under this one.</summary>
    private static Shift ShiftOf(Moment m) => m.State.Shift ?? Earnings.Start(m.Now, null);

    private static (CourierState, CourierFact) EndShift(Moment m, CourierState s)
    {
        var report = Earnings.Close(s.Shift ?? ShiftOf(m), s.OnlineUntil, s.LastHandover, m.Now, m.Options);
        var after = s with
        {
            Status = OffDuty,
            Location = null,
            OnlineUntil = null,
            LeavesAfterAssignment = false,
            Assignment = [],
            Shift = null,
            Days = Earnings.Book(s.Days, report),
            Shifts = Earnings.Keep(s.Shifts, report),
        };
        return (after, new(EventTypes.CourierShiftEnded, Shift: report));
    }
}
