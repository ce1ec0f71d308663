using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Deadlines;
using OrderActors.Dispatch;
using OrderActors.Intake;
using OrderActors.Notifications;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Promotions;
using OrderActors.Refunds;
using OrderActors.Tools.Simulate.World;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>Nothing is left over: no deadline, hold, claim, offer, reservation, message or placing that nobody will ever see to.</summary>
internal static class Leftovers
{
    /// <summary>The first thing that is left; null for nothing.</summary>
    public static BrokenPromiseException? Find(Town town, IWorldPlatform platform)
    {
        var now = platform.Clock.GetUtcNow();
        foreach (var (type, key, _, state) in platform.States())
        {
            if (Of(state, now) is { } left) return new(BrokenPromiseException.Liveness, $"{type}/{key}", "nothing left over", left);
        }

        return null;
    }

    private static string? Of(object state, DateTimeOffset now) => state switch
    {
        OrderState { Placing: not null } => "a placing",
        OrderState { Deadlines.IsEmpty: false } s => $"the deadline {s.Deadlines[0].Kind} in {s.Status}",
        OrderState { Status: not OrderStatus.None, HasEnded: false } s => $"the status {s.Status}",
        PaymentState { Operations: [var operation, ..] } => $"the operation {operation.Key}",
        PaymentState s when s.Held > 0 => $"a hold of {s.Held}",
        PaymentState s when s.Claims.Any(c => c.Status == ClaimStatus.Open) => "an open claim",
        RefundState s when s.Refunds.FirstOrDefault(r => r.Status is RefundStatus.Requested or RefundStatus.Approved or RefundStatus.Failed) is { } open =>
            $"refund {open.Number}, {open.Status}",
        CourierState { Assignment: [var order, ..] } => $"the order {order} in the bag",
        CourierState { Offer: { } offer } when offer.Until < now - TimeSpan.FromMinutes(1) => $"the offer of {offer.Orders[0]}",
        PromotionState { Reserved.IsEmpty: false } s => $"the reservation of {s.Reserved.Keys.First()}",
        DispatchState { Waiting: [var order, ..] } => $"{order.Order} on the board",
        DeadlineState s when s.Orders.FirstOrDefault(o => o.Deadlines.Any(d => d.Due < now - TimeSpan.FromMinutes(2))) is { } late =>
            $"a deadline of {late.Order} that is over",
        NotificationState { Waiting: [var message, ..] } => $"the message {message.Notice.Template} about {message.Notice.Order}",
        DeadLetterState { Letters.IsEmpty: false } s => $"the dead letter {s.Letters.Values.First().Type}: {s.Letters.Values.First().Error}",
        IntakePartitionState { DeadLetters: [var letter, ..] } => $"the dead letter {letter.Receipt}: {letter.Error}",
        IntakeReceiptState s when s.Outcomes.Length < s.Orders || s.Outcomes.Any(o => o.Status == IntakeStatus.Pending) => "an order without an outcome",
        _ => null,
    };
}
