using OrderActors.Merchants;
using OrderActors.Payments;
using OrderActors.Promotions;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>A command that the order's own shell gives: what became of placing it. Never sent, never remembered.</summary>
internal abstract record PlacingCommand() : OrderCommand("", Actor.System);

/// <summary>Everything is reserved.</summary>
/// <param name="Reservation">The merchant's terms.</param>
/// <param name="Discount">The coupon's discount, if there is one.</param>
/// <param name="Payment">The payment as far as it is known; null when none is needed or nothing is known.</param>
/// <param name="Pin">The customer's PIN, if one is needed.</param>
/// <param name="Tracking">The secret of its tracking link, if it has one.</param>
internal sealed record CompletePlacing(
    Reservation Reservation, Discount? Discount, PaymentView? Payment, string? Pin, string? Tracking = null) : PlacingCommand;

/// <summary>It cannot be placed. From then on only giving back is left.</summary>
internal sealed record RefusePlacing(Refusal Refusal) : PlacingCommand;

/// <summary>Everything was given back: nothing remains but the memory of the refusal.</summary>
internal sealed record ForgetPlacing : PlacingCommand;
