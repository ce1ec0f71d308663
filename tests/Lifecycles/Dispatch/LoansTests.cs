using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using Xunit;
using static OrderActors.Tests.Lifecycles.Dispatch.Zone;

namespace OrderActors.Tests.Lifecycles.Dispatch;

public sealed class LoansTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static LentOrder[] Needed(WaitingOrder order, params IdleCourier[] couriers) =>
        [.. Loans.Needed([order], couriers, new Minutes(), Noon, Patience)];

    [Fact]
    public void An_order_needs_help_when_nobody_can_fetch_it_or_nobody_soon()
    {
        Assert.Equal([new LentOrder(Order(1), null)], Needed(Order(1)));
        Assert.Equal([new LentOrder(Order(1), null)], Needed(Order(1), Courier("ends", at: 9, until: 10)));
        Assert.Equal([new LentOrder(Order(1), null)], Needed(Order(1), Courier("passed") with { Passed = [new(Number(1), Noon.AddMinutes(5))] }));
        Assert.Equal([new LentOrder(Order(1), Noon.AddMinutes(11))], Needed(Order(1), Courier("far", at: 9), Courier("busy", freeIn: 30)));
        Assert.Empty(Needed(Order(1), Courier("near", at: 8)));
        Assert.Empty(Needed(Order(1, readyIn: 5), Courier("far", at: 13)));
    }

    [Fact]
    public void Couriers_from_beside_are_worth_it_when_they_are_two_minutes_sooner()
    {
        bool Is(DateTimeOffset? own, double at) => Loans.IsWorthwhile(new(Order(1), own), [Courier("c", at: at)], new Minutes(), Noon);
        Assert.True(Is(null, 30));
        Assert.True(Is(Noon.AddMinutes(14), 10));
        Assert.False(Is(Noon.AddMinutes(13), 10));
        Assert.False(Loans.IsWorthwhile(new(Order(1), null), [], new Minutes(), Noon));
    }
}
