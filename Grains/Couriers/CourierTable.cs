using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;
using static OrderActors.Couriers.CourierStatus;

namespace OrderActors.Couriers;

/// <summary>
/// The transition table of couriers. What a row does is in <see cref="CourierEffects"/>; what is allowed in a state is read
/// off the same rows.
/// </summary>
internal static class CourierTable
{
    /// <summary>What a row does: the new state and what happened. Nothing happened: the row is a no-op, on purpose.</summary>
    public delegate (CourierState State, ImmutableArray<CourierFact> Facts) Effect(CourierEffects.Moment moment);

    private static readonly Effect Nothing = static m => (m.State, []);

    /// <summary>The row of a state and a command; null when there is none.</summary>
    public static Effect? Row(CourierState s, CourierCommand command, DateTimeOffset now) => (s.Exists, s.Status, command) switch
    {
        (false, _, CreateCourier c) => m => CourierEffects.Create(m, c),
        (true, _, ChangeCourier c) => m => CourierEffects.Change(m, c),

        // Going online again moves the courier and the end of the shift, ends a break, and takes back a leave that was asked for.
        (true, OffDuty or Available or Paused, GoOnline c) => m => CourierEffects.GoOn(m, c, Available),
        (true, Busy or Offered, GoOnline c) => m => CourierEffects.GoOn(m, c, m.State.Status),

        (true, Available or Paused, GoOffline) => CourierEffects.GoOff,
        (true, Offered, GoOffline) => CourierEffects.DeclineAndGoOff,
        (true, Busy, GoOffline) => CourierEffects.LeaveLater,

        (true, Available, PauseCourier) => CourierEffects.Pause,
        (true, Paused, ResumeCourier) => CourierEffects.Resume,

        // Dispatch may not know that its last try succeeded.
        (true, Busy, TakeAssignment c) when All(c.Orders, s.Assignment) => Nothing,
        (true, Offered, TakeAssignment { Direct: false } c) when All(c.Orders, s.Offer!.Orders) => Nothing,
        (true, Available or Busy, TakeAssignment { Direct: true } c) => m => CourierEffects.Take(m, c.Orders),
        (true, Available, TakeAssignment c) when s.AcceptsOffersByHand => m => CourierEffects.Offer(m, c),
        (true, Available, TakeAssignment c) => m => CourierEffects.Take(m, c.Orders, c.Choice),

        (true, Offered, AcceptOffer c) when IsOpen(s, c.Order, now) => m => CourierEffects.Take(m, m.State.Offer!.Orders),
        (true, Busy, AcceptOffer c) when s.Assignment.Contains(c.Order) => Nothing,
        (true, Offered, DeclineOffer c) when IsOpen(s, c.Order, now) => m => CourierEffects.Decline(m, c.Reason),

        // Events come at least once, and late: an offer that is not there any more was answered or withdrawn before.
        (true, Offered, WithdrawOffer c) when c.Orders.Any(s.Offer!.Orders.Contains) => m => CourierEffects.Withdraw(m, c.Orders, c.Expired),
        (true, _, WithdrawOffer) => Nothing,

        (true, Available or Busy, TakeOver c) when !s.Assignment.Contains(c.Order) => m => CourierEffects.TakeOver(m, c),
        (true, Busy, TakeOver) => Nothing,

        (true, Busy, FinishOrder c) when s.Assignment.Contains(c.Order) => m => CourierEffects.Finish(m, c),
        (true, Offered, FinishOrder c) when s.Offer!.Orders.Contains(c.Order) => m => CourierEffects.Withdraw(m, [c.Order], expired: false),
        // An order that the courier does not carry was finished before: events come at least once.
        (true, _, FinishOrder) => Nothing,

        _ => null,
    };

    /// <summary>Whether the platform and operators alone may give a command; others are also the courier's own.</summary>
    public static bool IsForDispatch(CourierCommand command) => command is TakeAssignment or FinishOrder or WithdrawOffer;

    /// <summary>The names of the commands that the table has a row for, whatever their values.</summary>
    public static ImmutableArray<string> Allowed(CourierState state, DateTimeOffset now)
    {
        var offered = state.Offer is { Orders: [var first, ..] } ? first : default;
        CourierCommand[] probes =
        [
            new CreateCourier("", Actor.System, "", "", 1), new ChangeCourier("", Actor.System), new GoOnline("", Actor.System, default),
            new GoOffline("", Actor.System), new PauseCourier("", Actor.System), new ResumeCourier("", Actor.System),
            new TakeAssignment("", Actor.System, [default]), new AcceptOffer("", Actor.System, offered),
            new DeclineOffer("", Actor.System, offered, default), new TakeOver("", Actor.System, default, ""),
            new FinishOrder("", Actor.System, default, null),
        ];
        return [.. probes.Where(probe => Row(state, probe, now) is not null).Select(Name)];
    }

    /// <summary>A command's name.</summary>
    public static string Name(CourierCommand command) => command switch
    {
        CreateCourier => "create",
        ChangeCourier => "settings",
        GoOnline => "go_online",
        GoOffline => "go_offline",
        PauseCourier => "pause",
        ResumeCourier => "resume",
        TakeAssignment => "take_assignment",
        AcceptOffer => "accept_offer",
        DeclineOffer => "decline_offer",
        WithdrawOffer => "withdraw_offer",
        TakeOver => "take_over",
        FinishOrder => "finish_order",
        _ => command.GetType().Name,
    };

    private static bool IsOpen(CourierState s, OrderNumber order, DateTimeOffset now) => s.Offer!.Orders.Contains(order) && now < s.Offer.Until;

    private static bool All(ImmutableArray<OrderNumber> orders, ImmutableArray<OrderNumber> among) => !orders.IsDefault && orders.All(among.Contains);
}
