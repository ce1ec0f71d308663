using OrderActors.Customers;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Customers;

public class CustomerLifecycleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Actor Anna = new(Role.Customer, "anna");
    private static readonly Actor Operator = new(Role.Operator, "op");
    private static int commands;

    private static OrderNumber Number(int i) => OrderNumber.Create(1_000 + i, 0, 1, 2, 3);

    private static string NextId() => $"c{Interlocked.Increment(ref commands)}";

    private static SetAddress Address(string id, bool isDefault = false, string label = "Home") =>
        new(NextId(), Anna, new(id, label, new(1, 1), "ring twice"), isDefault);

    private static CustomerState Do(CustomerState state, CustomerCommand command, RefusalCode? expected = null)
    {
        var (after, outcome) = CustomerLifecycle.Decide(state, command, "anna", Now);
        Assert.Equal(expected, outcome.Refusal?.Code);
        if (expected is not null) Assert.Same(state, after);
        Json.AssertRoundTrip(after);
        return after;
    }

    [Fact]
    public void Every_command_from_every_role()
    {
        var state = Do(new(), Address("home"));
        foreach (var command in new CustomerCommand[]
        {
            Address("work"), new RemoveAddress("x", Anna, "home"), new SetLimit("x", Anna, 5), new GrantMembership("x", Anna, 30),
            new RevokeMembership("x", Anna),
        })
        {
            foreach (var by in Enum.GetValues<Role>().Select(r => new Actor(r, "anna")).Append(new(Role.Customer, "ben")))
            {
                var ownAddress = command is SetAddress or RemoveAddress && by == Anna;
                Do(state, command with { Id = NextId(), By = by }, by.Role is Role.System or Role.Operator || ownAddress ? null : RefusalCode.Forbidden);
            }
        }
    }

    [Fact]
    public void Addresses_have_a_default_and_a_bound()
    {
        var state = Do(Do(new(), Address("home")), Address("work"));
        Assert.Equal("home", state.DefaultAddress);
        state = Do(state, Address("work", isDefault: true, label: "Office"));
        Assert.Equal(("work", "Office", 2), (state.DefaultAddress, state.Addresses[1].Label, state.Addresses.Length));
        state = Do(state, new RemoveAddress(NextId(), Anna, "work"));
        Assert.Equal("home", state.DefaultAddress);
        Do(state, new RemoveAddress(NextId(), Anna, "work"), RefusalCode.NotFound);
        Assert.Null(Do(state, new RemoveAddress(NextId(), Anna, "home")).DefaultAddress);
        for (var i = 1; i < CustomerLifecycle.MaxAddresses; i++) state = Do(state, Address($"a{i}"));
        Do(state, Address("one-more"), RefusalCode.TooMany);
        Do(state, Address("a5", label: "Other"));
    }

    [Fact]
    public void Bad_content_is_refused()
    {
        foreach (var command in new CustomerCommand[]
        {
            Address("a b"), Address("a", label: " "), Address("a", label: new('x', 101)),
            new SetAddress("x", Anna, new("a", "A", new(91, 0))), new SetAddress("x", Anna, new("a", "A", new(1, 1), new('x', 501))),
            new RemoveAddress("x", Anna, ""), new SetLimit("x", Operator, 0), new SetLimit("x", Operator, 1_001),
            new GrantMembership("x", Operator, 0), new GrantMembership("x", Operator, 3_661), new RevokeMembership("", Operator),
        })
        {
            Do(new(), command, RefusalCode.ValidationFailed);
        }
    }

    [Fact]
    public void To_take_back_what_was_never_given_makes_nobody_a_customer()
    {
        Do(new(), new SetLimit(NextId(), Operator, null), RefusalCode.NotFound);
        Do(new(), new RevokeMembership(NextId(), Operator), RefusalCode.NotFound);
        var known = Do(new(), Address("home"));
        Do(known, new SetLimit(NextId(), Operator, null));
        Do(known, new RevokeMembership(NextId(), Operator));
    }

    [Fact]
    public void Memberships_stack_and_an_order_grants_once()
    {
        var state = CustomerLifecycle.Grant(new(), Number(1), 30, "anna", Now);
        Assert.Same(state, CustomerLifecycle.Grant(state, Number(1), 30, "anna", Now.AddDays(1)));
        state = CustomerLifecycle.Grant(state, Number(2), 30, "anna", Now.AddDays(1));
        state = Do(state, new GrantMembership(NextId(), Operator, 5));
        Assert.Equal(Now.AddDays(65), state.MemberUntil);
        Assert.True(CustomerLifecycle.IsMember(state, Now.AddDays(64)));
        Assert.False(CustomerLifecycle.IsMember(state, Now.AddDays(65)));
        Assert.Equal(Now.AddDays(101), CustomerLifecycle.Grant(state, Number(3), 1, "anna", Now.AddDays(100)).MemberUntil);
        Assert.Null(Do(state, new RevokeMembership(NextId(), Operator)).MemberUntil);
        Assert.Equal(3, state.Version);
        Assert.Equal(3, state.Raised.Length);

        for (var i = 0; i < 200; i++) state = CustomerLifecycle.Grant(state, Number(100 + i), CustomerLifecycle.MaxDays, "anna", Now);
        Assert.Equal(CustomerLifecycle.MaxGrants, state.Grants.Length);
        Assert.Equal(Now + CustomerLifecycle.MaxAhead, state.MemberUntil);
    }

    [Fact]
    public void The_limit_counts_what_may_be_open()
    {
        var state = new CustomerState();
        for (var i = 0; i < 3; i++) state = Placements.Remember(state, new($"p{i}", "f", Number(i), Now), null, 3).State;
        var (same, full) = Placements.Remember(state, new("x", "f", Number(9), Now), null, 3);
        Assert.Same(state, same);
        Assert.Equal((RefusalCode.OrderLimit, true), (full.Refusal!.Code, full.AtLimit));
        Assert.True(Placements.Remember(state, new("p1", "f", Number(9), Now), null, 3).Reply.Known);

        Assert.True(OpenOrders.IsOpen(state, Number(1), null, Now.AddMinutes(1)));
        Assert.False(OpenOrders.IsOpen(state, Number(1), null, Now.AddMinutes(2)));
        var closed = OpenOrders.Close(state, [Number(1), Number(7)]);
        Assert.Equal(2, closed.OpenOrders.Length);
        Assert.Same(closed, OpenOrders.Close(closed, [Number(1)]));

        var reopened = OpenOrders.Reopen(closed, Number(1), 3);
        Assert.Null(reopened.Reply);
        Assert.Equal(RefusalCode.OrderLimit, OpenOrders.Reopen(reopened.State, Number(8), 3).Reply!.Code);
        Assert.Null(OpenOrders.Reopen(reopened.State, Number(1), 3).Reply);
        Assert.Null(Placements.Remember(state with { MaxOpenOrders = 4 }, new("x", "f", Number(9), Now), null, 3).Reply.Refusal);
        Assert.Equal(2, Placements.Refuse(state, Number(1), new(RefusalCode.SoldOut, "no")).OpenOrders.Length);
        Assert.Same(state, Placements.Refuse(state, Number(77), new(RefusalCode.SoldOut, "no")));
    }

    [Fact]
    public void Whether_an_order_is_open_is_decided_for_every_status()
    {
        OrderStatus[] ended =
        [
            OrderStatus.None, OrderStatus.Delivered, OrderStatus.Completed, OrderStatus.Rejected, OrderStatus.Canceled, OrderStatus.Returned,
            OrderStatus.Expired,
        ];
        foreach (var status in Enum.GetValues<OrderStatus>())
        {
            var order = new OrderState { Status = status }.ToView();
            Assert.Equal((status, !ended.Contains(status)), (status, OpenOrders.IsOpen(new(), Number(1), order, Now)));
        }
    }
}
