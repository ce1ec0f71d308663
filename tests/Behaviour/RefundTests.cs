using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Payments.Sandbox;
using OrderActors.Refunds;
using OrderActors.TestKit;
using OrderActors.Values;
using Orleans.Runtime;

namespace OrderActors.Tests.Behaviour;

public sealed class RefundTests
{
    // Hours of grain time are seconds of everybody else's: 120 shards look at their deadlines every second.
    private static readonly TimeSpan Decision = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Completion = TimeSpan.FromMinutes(20);

    private static readonly Actor Anna = new(Role.Customer, "anna");
    private static readonly Actor Operator = new(Role.Operator, "olga");

    /// <summary>A cluster with an order of a soup at 900 and two breads at 250, paid by card and delivered.</summary>
    private static Task Run(Func<TestCluster, Town, OrderView, Task> test, string card = "tok_ok", Action<RefundOptions>? options = null)
    {
        var ledger = new SandboxLedger();
        return TestCluster.Run(async cluster =>
        {
            var town = new Town(cluster);
            await town.Merchant("m1");
            await town.Courier("k1");
            var command = town.Order("anna", "m1", bread: 2);
            if (card.Length > 0) command = command with { Payment = PaymentMethod.Card, PaymentSource = card };
            var order = (await town.Place(command)).Order!;
            await town.Accept(order);
            await town.Ready(order);
            await town.AssignedCourier(order);
            await town.Step(order, "k1", CourierStep.PickUp);
            await town.Step(order, "k1", CourierStep.Deliver);
            await cluster.Eventually(async () => (await town.Now(order)).Payment == PaymentStatus.Paid, "the order is paid");
            await test(cluster, town, await town.Now(order));
        }, services =>
        {
            services.AddSingleton(ledger);
            services.AddSingleton(new OrderPolicy { Completion = Completion });
            services.Configure<RefundOptions>(o =>
            {
                o.DecisionTime = Decision;
                options?.Invoke(o);
            });
        });
    }

    private static IRefundGrain Refunds(TestCluster cluster, OrderView order) => cluster.Grains.GetGrain<IRefundGrain>(order.Number.ToString());

    private static IPaymentGrain Payment(TestCluster cluster, OrderView order) => cluster.Grains.GetGrain<IPaymentGrain>(order.Number.ToString());

    private static Task Becomes(TestCluster cluster, OrderView order, int refund, RefundStatus status) => cluster.Eventually(
        async () => (await Refunds(cluster, order).Get())!.Refunds[refund - 1].Status == status, $"refund {refund} is {status}");

    [Theory]
    [InlineData("tok_ok")]
    [InlineData("")]
    public Task A_missing_item_is_granted_by_rule_and_its_money_goes_back(string card) => Run(async (cluster, town, order) =>
    {
        var request = new RequestRefund(town.NextId(), Anna, RefundReason.MissingItem, Lines: [new(2, 1)]);
        var reply = await Refunds(cluster, order).Execute(request);
        Assert.Null(reply.Refusal);
        Assert.Equal((RefundStatus.Approved, new Money(250, "EUR"), 250L), (reply.Refund!.Status, reply.Refund.Amount, reply.Refund.MerchantShare));
        await Becomes(cluster, order, 1, RefundStatus.Refunded);
        Assert.Equal(250, (await Payment(cluster, order).Get())!.Refunded);
        Assert.Equal(new Money(1_150, "EUR"), (await Refunds(cluster, order).Get())!.Left);
        Assert.True((await Refunds(cluster, order).Execute(request)).Replayed);
    }, card);

    [Fact]
    public Task After_completion_the_rest_can_still_go_back_within_the_window() => Run(async (cluster, town, order) =>
    {
        await cluster.Advance(Completion);
        await cluster.Eventually(async () => (await town.Now(order)).Status == OrderStatus.Completed, "the order is completed");
        Assert.Null((await Refunds(cluster, order).Execute(new RequestRefund(town.NextId(), Operator, RefundReason.Late, new Money(400, "EUR")))).Refusal);
        Assert.Null((await Refunds(cluster, order).Execute(new RequestRefund(town.NextId(), Operator, RefundReason.NotDelivered))).Refusal);
        await Becomes(cluster, order, 2, RefundStatus.Refunded);
        await Becomes(cluster, order, 1, RefundStatus.Refunded);
        Assert.Equal(1_400, (await Payment(cluster, order).Get())!.Refunded);
        var more = await Refunds(cluster, order).Execute(new RequestRefund(town.NextId(), Operator, RefundReason.Other));
        Assert.Equal(RefusalCode.OverRefund, more.Refusal!.Code);
    });

    [Fact]
    public Task A_request_that_nobody_decides_is_declined_by_its_deadline() => Run(async (cluster, town, order) =>
    {
        var reply = await Refunds(cluster, order).Execute(new RequestRefund(town.NextId(), Anna, RefundReason.Late));
        Assert.Equal(RefundStatus.Requested, reply.Refund!.Status);
        await cluster.Advance(Decision - TimeSpan.FromMinutes(1));
        Assert.Equal(RefundStatus.Requested, (await Refunds(cluster, order).Get())!.Refunds[0].Status);
        await cluster.Advance(TimeSpan.FromMinutes(2));
        await Becomes(cluster, order, 1, RefundStatus.Declined);
    });

    [Fact]
    public Task A_request_is_granted_by_time_where_the_operator_wants_it_so() => Run(
        async (cluster, town, order) =>
        {
            await Refunds(cluster, order).Execute(new RequestRefund(town.NextId(), Anna, RefundReason.Late));
            await cluster.Advance(Decision + TimeSpan.FromMinutes(1));
            await Becomes(cluster, order, 1, RefundStatus.Refunded);
            Assert.Equal(1_400, (await Payment(cluster, order).Get())!.Refunded);
        },
        options: options => options.OnTimeout = UndecidedRefund.Approve);

    [Fact]
    public Task What_the_provider_will_not_give_back_is_for_an_operator_to_see_to() => Run(
        async (cluster, town, order) =>
        {
            await Refunds(cluster, order).Execute(new RequestRefund(town.NextId(), Operator, RefundReason.Late, new Money(400, "EUR")));
            await Becomes(cluster, order, 1, RefundStatus.Failed);
            Assert.Null((await Refunds(cluster, order).Execute(new ApproveRefund(town.NextId(), Operator, 1))).Refusal);
            await Becomes(cluster, order, 1, RefundStatus.Failed);
            Assert.Null((await Refunds(cluster, order).Execute(new DeclineRefund(town.NextId(), Operator, 1, "By bank transfer"))).Refusal);
            Assert.Equal(1_400, (await Refunds(cluster, order).Get())!.Left.Amount);
        },
        card: "tok_refund_fails");

    [Fact]
    public Task However_many_ask_at_once_never_more_goes_back_than_was_paid() => Run(async (cluster, town, order) =>
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Refunds(cluster, order).Execute(i % 3 == 0
            ? new RequestRefund(town.NextId(), Operator, RefundReason.Other)
            : new RequestRefund(town.NextId(), Operator, RefundReason.Other, new Money(300, "EUR")))));
        var granted = replies.Where(reply => reply.Refusal is null).ToList();
        Assert.Equal(1_400, granted.Sum(reply => reply.Refund!.Amount.Amount));
        Assert.All(replies, reply => Assert.True(reply.Refusal is null or { Code: RefusalCode.OverRefund }));
        foreach (var reply in granted) await Becomes(cluster, order, reply.Refund!.Number, RefundStatus.Refunded);
        Assert.Equal(1_400, (await Payment(cluster, order).Get())!.Refunded);
    });

    [Fact]
    public Task Before_the_handover_there_is_nothing_to_refund() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        var early = await Refunds(cluster, order).Execute(new RequestRefund(town.NextId(), Anna, RefundReason.Late));
        Assert.Equal(RefusalCode.InvalidTransition, early.Refusal!.Code);
        Assert.Empty((await Refunds(cluster, order).Get())!.Refunds);
        var nowhere = cluster.Grains.GetGrain<IRefundGrain>(OrderNumber.Create(5, 0, 0, 0, 0).ToString());
        Assert.Null(await nowhere.Get());
        Assert.Equal(RefusalCode.NotFound, (await nowhere.Execute(new RequestRefund("r", Operator, RefundReason.Late))).Refusal!.Code);
    });

    /// <summary>The writes of a refund and its payment: granted, known to the payment, being done, done, settled.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public Task A_crash_at_any_write_of_a_refund_gives_the_money_back_once(int write, bool afterIt) => Run(async (cluster, town, order) =>
    {
        var seen = 0;
        Exception? Fault(string state, GrainId _)
        {
            if (state is not ("refunds" or "payment") || Interlocked.Increment(ref seen) != write + 1) return null;
            cluster.Storage.Cut();
            return new IOException("The process dies here.");
        }

        if (afterIt) cluster.Storage.AfterWrite = Fault;
        else cluster.Storage.BeforeWrite = Fault;
        var request = new RequestRefund(town.NextId(), Operator, RefundReason.Late, new Money(400, "EUR"));
        try
        {
            await Refunds(cluster, order).Execute(request);
        }
        catch (Exception)
        {
            // Its outcome is unknown: the caller asks again.
        }

        await cluster.Eventually(() => Task.FromResult(Volatile.Read(ref seen) > write), "the fault is met");
        (cluster.Storage.BeforeWrite, cluster.Storage.AfterWrite) = (null, null);
        await cluster.CrashAndRestart();
        Assert.Null((await Refunds(cluster, order).Execute(request)).Refusal);
        await Becomes(cluster, order, 1, RefundStatus.Refunded);
        Assert.Single((await Refunds(cluster, order).Get())!.Refunds);
        Assert.Equal(400, (await Payment(cluster, order).Get())!.Refunded);
        await cluster.Eventually(async () => (await town.Now(order)).Payment == PaymentStatus.PartiallyRefunded, "the order knows");
    });
}
