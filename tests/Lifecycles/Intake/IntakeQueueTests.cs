using System.Collections.Immutable;
using OrderActors.Intake;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Intake;

public class IntakeQueueTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>Receipts come and go at random, and any write may be the last before a crash: none is lost, none comes before an older one.</summary>
    [Fact]
    public void Receipts_leave_in_the_order_they_came_however_many_there_are_and_wherever_it_crashes()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var (state, pages) = (new IntakePartitionState(), new Dictionary<int, ImmutableArray<IntakeEntry>>());
            var (came, left) = (new List<string>(), new List<string>());
            for (var step = 0; step < 3_000; step++)
            {
                // Two out of three come in the first half, one of three in the second.
                if (random.Next(3) < (step < 1_500 ? 2 : 1))
                {
                    if (IntakePartitionLifecycle.FullPage(state) is { IsEmpty: false } full)
                    {
                        var page = state.NextPage;
                        while (!pages.TryAdd(page, full) && !pages[page].SequenceEqual(full)) page++;
                        if (random.Next(4) > 0) state = IntakePartitionLifecycle.Sealed(state, page, full);
                    }

                    for (var i = 0; i < 5; i++)
                    {
                        came.Add($"r{came.Count}");
                        state = IntakePartitionLifecycle.Append(state, new(came[^1], 10, At));
                    }

                    Assert.Same(state, IntakePartitionLifecycle.Append(state, new(came[^1], 10, At)));
                }
                else
                {
                    (state, var done) = Leave(state, pages, random.Next(1, 8), crash: random.Next(4) == 0);
                    left.AddRange(done);
                }
            }

            while (came.Count > left.Count)
            {
                (state, var done) = Leave(state, pages, 50, crash: false);
                left.AddRange(done);
            }

            Assert.Equal(came, left);
            Assert.Equal(0, IntakePartitionLifecycle.Orders(state));
        }
    }

    [Fact]
    public void What_a_new_receipt_rewrites_stays_small()
    {
        var state = new IntakePartitionState();
        for (var i = 0; i < 10_000; i++)
        {
            if (IntakePartitionLifecycle.FullPage(state) is { IsEmpty: false } full) state = IntakePartitionLifecycle.Sealed(state, state.NextPage, full);
            state = IntakePartitionLifecycle.Append(state, new($"r{i}", 1_000, At));
            Assert.True(state.Head.Length + state.Tail.Length <= IntakePartitionLifecycle.MaxHead + IntakePartitionLifecycle.PageSize);
        }

        Assert.Equal(10_000_000, IntakePartitionLifecycle.Orders(state));
    }

    [Fact]
    public void The_first_outcome_stays_and_only_a_dead_order_comes_to_life()
    {
        var orders = IntakeBatchLifecycle.Encode([Order(0), Order(1), Order(2)]);
        var batch = IntakeBatchLifecycle.Accept(new(), "rcp_1", "live:Operator:op", orders, "f", At).State;
        var number = OrderNumber.Create(1, 0, 1, 2, 3);
        var state = IntakeBatchLifecycle.Record(new(), batch, [new(2, IntakeStatus.Dead, Detail: "broken"), new(0, IntakeStatus.Placed, number)]);
        Assert.Equal([1], IntakeBatchLifecycle.Pending(batch, state).Select(order => order.Index));
        Assert.Same(state, IntakeBatchLifecycle.Record(state, batch, [new(0, IntakeStatus.Refused, Code: RefusalCode.SoldOut)]));
        Assert.Equal((1, 1, 0, 1), Counts(state));
        state = IntakeBatchLifecycle.Record(state, batch, [new(2, IntakeStatus.Placed, number), new(1, IntakeStatus.Refused, Code: RefusalCode.SoldOut)]);
        Assert.Equal((0, 2, 1, 0), Counts(state));
        Assert.True(IntakeBatchLifecycle.IsOver(state));
        // The orders themselves may be forgotten then.
        Assert.Equal(3, IntakeBatchLifecycle.Receipt("rcp_1", new(), state)!.Orders);

        (int, int, int, int) Counts(IntakeReceiptState s) =>
            IntakeBatchLifecycle.Receipt("rcp_1", batch, s) is var r ? (r!.Pending, r.Placed, r.Refused, r.Dead) : default;
    }

    [Fact]
    public void An_order_that_waits_has_the_same_id_whenever_it_is_read_and_a_fault_says_where_it_is()
    {
        var stored = IntakeBatchLifecycle.Encode([Order(0), Order(1) with { Id = "http:place:k" }]);
        Assert.Equal("intake:rcp_1:0", IntakeBatchLifecycle.Decode("rcp_1", new(0, stored[0])).Command.Id);
        Assert.Equal("http:place:k", IntakeBatchLifecycle.Decode("rcp_1", new(1, stored[1])).Command.Id);
        Assert.Throws<System.Text.Json.JsonException>(() => IntakeBatchLifecycle.Decode("rcp_1", new(0, "{}")));

        var bad = Order(2) with { Lines = [new("soup", 0)] };
        var refusal = IntakeBatchLifecycle.Screen("rcp_1", new("live:Operator:op", [Order(0), bad]));
        Assert.Equal("/orders/1/lines/0/quantity", refusal!.Field);
        Assert.StartsWith("/orders/1/lines/0/quantity is", refusal.Detail, StringComparison.Ordinal);
        Assert.NotNull(IntakeBatchLifecycle.Screen("rcp_1", new("live:Operator:op", [])));
        Assert.Null(IntakeBatchLifecycle.Screen("rcp_1", new("live:Operator:op", [.. Enumerable.Range(0, IntakePartition.MaxOrders).Select(Order)])));
    }

    private static (IntakePartitionState State, List<string> Done) Leave(
        IntakePartitionState state, Dictionary<int, ImmutableArray<IntakeEntry>> pages, int count, bool crash)
    {
        if (IntakePartitionLifecycle.HasMore(state) && state.Head.Length < 64)
        {
            var page = state.FirstPage;
            var paged = page < state.NextPage;
            state = IntakePartitionLifecycle.Refill(state, page, paged ? pages[page] : []);
            if (paged && !crash) pages.Remove(page);
        }

        var done = state.Head.Take(count).Select(entry => entry.Receipt).ToList();
        return (IntakePartitionLifecycle.Done(state, done.ToHashSet()), done);
    }

    private static PlaceOrder Order(int customer) => new(
        "", new Actor(Role.Customer, $"c{customer}"), $"c{customer}", "m1", [new OrderLine("soup", 1)], new Money(900, "EUR"), new(52.5, 13.4));
}
