using System.Collections.Immutable;

namespace OrderActors.Couriers;

/// <summary>
/// What couriers earn: pay for each delivered order, and for each shift what that falls short of the guarantee. Pure.
/// </summary>
internal static class Earnings
{
    /// <summary>How many days are kept.</summary>
    public const int MaxDays = 60;

    /// <summary>How many shifts are kept.</summary>
    public const int MaxShifts = 20;

    /// <summary>A shift that starts; time before its plan is not guaranteed.</summary>
    public static Shift Start(DateTimeOffset now, DateTimeOffset? planned) => new(planned > now ? planned.Value : now);

    /// <summary>A break begins.</summary>
    public static Shift Pause(Shift shift, DateTimeOffset now) => shift with { PausedAt = now };

    /// <summary>The break is over, if there was one.</summary>
    public static Shift Resume(Shift shift, DateTimeOffset now) => shift with { PausedAt = null, Breaks = shift.Breaks + BreakUntil(shift, now) };

    /// <summary>An order was delivered.</summary>
    public static Shift Deliver(Shift shift, long pay) => shift with { Orders = shift.Orders + 1, Earned = checked(shift.Earned + pay) };

    /// <summary>Ends a shift.</summary>
    /// <param name="shift">The shift.</param>
    /// <param name="plannedEnd">When it was to end. After that only the way to the last customer counts.</param>
    /// <param name="lastHandover">When the courier last handed an order over, in this shift or before.</param>
    /// <param name="now">When it ends.</param>
    /// <param name="options">The pay.</param>
    public static ShiftReport Close(
        Shift shift, DateTimeOffset? plannedEnd, DateTimeOffset? lastHandover, DateTimeOffset now, CourierOptions options)
    {
        var end = now;
        if (plannedEnd is { } planned && planned < now)
        {
            end = lastHandover is { } handover && handover > planned ? handover : planned;
            if (end > now) end = now;
        }

        var onDuty = end - shift.StartedAt - shift.Breaks - BreakUntil(shift, end);
        if (onDuty < TimeSpan.Zero) onDuty = TimeSpan.Zero;

        // Rounded up: a fraction of a cent is the courier's.
        var guaranteed = checked((long)decimal.Ceiling((decimal)onDuty.Ticks * options.GuaranteedPerHour / TimeSpan.TicksPerHour));
        return new(shift.StartedAt, now, onDuty, shift.Orders, shift.Earned, Math.Max(0, guaranteed - shift.Earned), options.Currency);
    }

    /// <summary>Enters a delivery in the books of its day.</summary>
    public static ImmutableArray<EarningsDay> Book(ImmutableArray<EarningsDay> days, DateTimeOffset now, long pay, string currency) =>
        Book(days, now, currency, day => day with { Orders = day.Orders + 1, Earned = checked(day.Earned + pay) });

    /// <summary>Enters a shift in the books of the day on which it ended.</summary>
    public static ImmutableArray<EarningsDay> Book(ImmutableArray<EarningsDay> days, ShiftReport shift) => Book(
        days, shift.EndedAt, shift.Currency, day => day with { TopUp = checked(day.TopUp + shift.TopUp), OnDuty = day.OnDuty + shift.OnDuty });

    /// <summary>Keeps a shift among the newest.</summary>
    public static ImmutableArray<ShiftReport> Keep(ImmutableArray<ShiftReport> shifts, ShiftReport shift) =>
        [shift, .. shifts.AsSpan()[..Math.Min(shifts.Length, MaxShifts - 1)]];

    private static ImmutableArray<EarningsDay> Book(
        ImmutableArray<EarningsDay> days, DateTimeOffset at, string currency, Func<EarningsDay, EarningsDay> enter)
    {
        var midnight = new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero);
        for (var i = 0; i < days.Length; i++)
        {
            if (days[i].Day == midnight && days[i].Currency == currency) return days.SetItem(i, enter(days[i]));
        }

        days = days.Insert(0, enter(new(midnight, currency, 0, 0, 0, TimeSpan.Zero)));
        return days.Length > MaxDays ? days.RemoveRange(MaxDays, days.Length - MaxDays) : days;
    }

    /// <summary>The break under way, as far as it lies within the guaranteed time.</summary>
    private static TimeSpan BreakUntil(Shift shift, DateTimeOffset end)
    {
        if (shift.PausedAt is not { } from) return TimeSpan.Zero;
        if (from < shift.StartedAt) from = shift.StartedAt;
        return end > from ? end - from : TimeSpan.Zero;
    }
}
