using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Values;

namespace OrderActors.Settlement;

/// <summary>The day's rules: open, then closing, then closed for good. Pure.</summary>
internal static class SettlementDayLifecycle
{
    /// <summary>An operator closes the day; once that is begun it goes on by itself, and asking again changes nothing.</summary>
    public static Decision<SettlementDayState, Refusal?> Begin(SettlementDayState state, string day, Actor by, DateTimeOffset now)
    {
        if (!SettlementDays.TryParse(day, out var date)) return new(state, Refuse(day));
        if (by.Role is not (Role.Operator or Role.System)) return new(state, Names.Forbidden(by, "close", "it is for an operator to give"));
        if (state.Status != SettlementDayStatus.Open) return new(state, null);
        var end = SettlementDays.EndOf(date);
        if (now < end)
        {
            return new(state, new(
                RefusalCode.InvalidTransition, $"The day {day} is not over: it can be closed from {end:u} on.", Value: Names.Of(state.Status)));
        }

        return new(state with { Status = SettlementDayStatus.Closing, Version = state.Version + 1, By = by }, null);
    }

    /// <summary>All books are closed, with these sums: so is the day.</summary>
    public static Decision<SettlementDayState, SettlementDayView> Finish(
        SettlementDayState state, string day, ImmutableArray<PartyTotal> totals, long bookings, DateTimeOffset now)
    {
        if (state.Status != SettlementDayStatus.Closing) return new(state, state.ToView(day));
        foreach (var currency in totals.GroupBy(total => total.Currency))
        {
            if (currency.Sum(total => total.Amount) is not 0 and var rest)
                throw new InvalidOperationException($"The books of {day} in {currency.Key} are {rest} off zero; the day stays as it is.");
        }

        var after = state with
        {
            Status = SettlementDayStatus.Closed,
            Version = state.Version + 1,
            ClosedAt = now,
            Totals = totals,
            Bookings = bookings,
        };
        var view = after.ToView(day);
        return new(
            after with { Raised = state.Raised.Add(new SettlementEvent(EventTypes.SettlementPeriodClosed, now, state.By, after.Version, view)) }, view);
    }

    /// <summary>What is wrong with a day; null when nothing is.</summary>
    public static Refusal? Refuse(string day) => SettlementDays.TryParse(day, out _) ? null : Refusal.Invalid("/day", day, "a day such as 2026-03-02");
}
