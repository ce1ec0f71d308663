using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Customers;
using OrderActors.Governance;
using OrderActors.Intake;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;
using Orleans.Runtime;

namespace OrderActors.Tests.Behaviour;

/// <summary>What was taken in is placed, once, at the rate that was set; whatever breaks on the way.</summary>
public sealed partial class IntakeTests
{
    private const string Owner = "live:Operator:op";
    private static readonly Actor Boss = new(Role.Operator, "op");

    [Fact]
    public Task Orders_that_were_taken_in_are_placed_and_the_receipt_says_what_became_of_each() => Run(async (cluster, town) =>
    {
        var orders = Orders(town, "a", 12).SetItem(5, Order(town, "a5") with { Total = new(1, "EUR") });
        var reply = await Batch(cluster, "rcp_a").Submit(new(Owner, orders));
        Assert.Equal((12, 12, false), (reply.Receipt!.Orders, reply.Receipt.Pending, reply.Replayed));
        var receipt = await Drained(cluster, "rcp_a");
        Assert.Equal((11, 1, 0), (receipt.Placed, receipt.Refused, receipt.Dead));

        var page = (await Batch(cluster, "rcp_a").Get(0, 5, null))!;
        Assert.Equal([0, 1, 2, 3, 4], page.Outcomes.Select(o => o.Index));
        Assert.Equal(5, page.Next);
        var refused = Assert.Single((await Batch(cluster, "rcp_a").Get(0, 50, IntakeStatus.Refused))!.Outcomes);
        Assert.Equal((5, RefusalCode.WrongTotal), (refused.Index, refused.Code));
        foreach (var outcome in page.Outcomes)
            Assert.Equal($"a{outcome.Index}", (await cluster.Grains.GetGrain<IOrderGrain>(outcome.Order!.Value.ToString()).Get())!.Customer);
    });

    [Fact]
    public Task The_same_request_again_has_the_same_receipt_and_another_one_under_its_key_is_refused() => Run(async (cluster, town) =>
    {
        var orders = Orders(town, "a", 3);
        await Batch(cluster, "rcp_a").Submit(new(Owner, orders));
        Assert.True((await Batch(cluster, "rcp_a").Submit(new(Owner, orders))).Replayed);
        Assert.Equal(RefusalCode.IdempotencyKeyReused, (await Batch(cluster, "rcp_a").Submit(new(Owner, Orders(town, "b", 3)))).Refusal!.Code);
        await Drained(cluster, "rcp_a");
        var again = await Batch(cluster, "rcp_a").Submit(new(Owner, orders));
        Assert.Equal((true, 3), (again.Replayed, again.Receipt!.Placed));
        Assert.Equal(RefusalCode.IdempotencyKeyReused, (await Batch(cluster, "rcp_a").Submit(new(Owner, Orders(town, "b", 3)))).Refusal!.Code);
        await EachOnce(cluster, "a", 3);
        Assert.Null(await cluster.Grains.GetGrain<ICustomerGrain>("b0").Get());
    });

    [Fact]
    public Task A_fault_in_one_order_refuses_all() => Run(async (cluster, town) =>
    {
        var reply = await Batch(cluster, "rcp_a").Submit(new(Owner, Orders(town, "a", 3).SetItem(1, Order(town, "a1") with { Note = new('x', 501) })));
        Assert.Equal((RefusalCode.ValidationFailed, "/orders/1/note"), (reply.Refusal!.Code, reply.Refusal.Field));
        Assert.Null(await Batch(cluster, "rcp_a").Get(0, 10, null));
        Assert.Equal(0, await Backlog(cluster));
    });

    [Fact]
    public Task A_pause_leaves_everything_where_it_is() => Run(async (cluster, town) =>
    {
        Assert.Null((await Governor(cluster).SetRate(new(Boss, 0, "kitchen on fire"))).Refusal);
        await Batch(cluster, "rcp_a").Submit(new(Owner, Orders(town, "a", 20)));
        await cluster.Advance(TimeSpan.FromMinutes(1));
        var view = await Governor(cluster).Get();
        Assert.Equal((0, 20L, 20), (view.Rate, view.Partitions.Sum(p => p!.Backlog), (await Receipt(cluster, "rcp_a")).Pending));
        Assert.True(cluster.Clock.GetUtcNow() - view.Partitions.Min(p => p!.Oldest) >= TimeSpan.FromMinutes(1));

        await cluster.CrashAndRestart();
        Assert.Equal(0, (await Governor(cluster).Get()).Rate);
        var changed = await Governor(cluster).SetRate(new(Boss, 100, "fire is out"));
        Assert.Equal(["0 kitchen on fire", "100 fire is out"], changed.View!.Audit.Select(a => $"{a.Subject} {a.Reason}"));
        await Drained(cluster, "rcp_a");
        await EachOnce(cluster, "a", 20);
    });

    [Fact]
    public Task An_intake_whose_oldest_order_waits_too_long_is_a_condition_that_everybody_sees_until_it_has_caught_up() => Run(async (cluster, town) =>
    {
        var governance = cluster.Grains.GetGrain<IGovernanceGrain>(IGovernanceGrain.Key);
        await Governor(cluster).SetRate(new(Boss, 0, "a pause"));
        await Batch(cluster, "rcp_a").Submit(new(Owner, Orders(town, "a", 20)));
        await cluster.Advance(TimeSpan.FromMinutes(9));
        Assert.Empty((await governance.Get()).Conditions);
        await cluster.Eventually(
            async () => (await governance.Get()).Conditions.Any(c => c.Name == Conditions.IntakeBacklog), "the backlog is a condition");
        await Governor(cluster).SetRate(new(Boss, 100, "on again"));
        await Drained(cluster, "rcp_a");

        // Reports end by themselves; somebody's next one, whoever's, finds that out.
        await cluster.Eventually(
            async () => (await governance.Report(new("test", -1, [])))!.Conditions.IsEmpty, "the condition is over");
    });

    [Fact]
    public Task A_poison_order_goes_to_the_dead_letters_and_the_rest_goes_on() => Run(async (cluster, town) =>
    {
        var broken = true;
        cluster.Storage.BeforeWrite = (_, id) => broken && IsCustomer(id, "a1") ? new IOException("poison") : null;
        await Batch(cluster, "rcp_a").Submit(new(Owner, Orders(town, "a", 4)));
        // They come through while the poison is tried again: so it is the poison's fault and not the platform's.
        await cluster.Eventually(async () => (await Receipt(cluster, "rcp_a")).Placed == 3, "the others are placed");
        await Feed(cluster, town, "rcp_a", async () => (await Receipt(cluster, "rcp_a")).Dead == 1);

        var partition = Partition(cluster, "rcp_a");
        var letter = Assert.Single((await partition.DeadLetters()).Letters);
        Assert.Equal(("rcp_a", 1), (letter.Receipt, letter.Index));
        Assert.Contains("poison", letter.Error, StringComparison.Ordinal);

        Assert.Contains("poison", (await partition.Resolve(new(Boss, "rcp_a", 1, Retry: true, "again"))).Error, StringComparison.Ordinal);
        broken = false;
        Assert.Equal(IntakeStatus.Placed, (await partition.Resolve(new(Boss, "rcp_a", 1, Retry: true, "mended"))).Outcome!.Status);
        Assert.False((await partition.Resolve(new(Boss, "rcp_a", 1, Retry: true, "mended"))).Found);
        var letters = await partition.DeadLetters();
        Assert.Empty(letters.Letters);
        Assert.Equal(["retry rcp_a/1 mended"], letters.Audit.Select(a => $"{a.Action} {a.Subject} {a.Reason}"));
        Assert.Equal(4, (await Receipt(cluster, "rcp_a")).Placed);
        await EachOnce(cluster, "a", 4);
    });

    [Fact]
    public Task A_platform_in_trouble_is_waited_for_and_nothing_is_given_up() => Run(async (cluster, town) =>
    {
        var broken = true;
        cluster.Storage.BeforeWrite = (_, id) => broken && id.Type.ToString() == "customer" ? new IOException("away") : null;
        await Batch(cluster, "rcp_a").Submit(new(Owner, Orders(town, "a", 30)));
        await cluster.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((30, 0), ((await Receipt(cluster, "rcp_a")).Pending, (await Receipt(cluster, "rcp_a")).Dead));
        broken = false;
        Assert.Equal(30, (await Drained(cluster, "rcp_a")).Placed);
        await EachOnce(cluster, "a", 30);
    });

    [Fact]
    public Task A_full_intake_takes_nothing_more() => Run(
        async (cluster, town) =>
        {
            await Governor(cluster).SetRate(new(Boss, 0, "pause"));
            var refusal = default(Refusal);
            for (var i = 0; i < 60 && refusal is null; i++)
                refusal = (await Batch(cluster, $"rcp_{i}").Submit(new(Owner, Orders(town, $"x{i}-", 300)))).Refusal;
            Assert.Equal(RefusalCode.TooMany, refusal!.Code);
            Assert.InRange(await Backlog(cluster), 300, 8_000);
        },
        options => options.MaxBacklog = 8_000);

    [Fact]
    public Task A_crash_in_the_middle_loses_and_doubles_nothing() => Run(async (cluster, town) =>
    {
        for (var i = 0; i < 6; i++) await Batch(cluster, $"rcp_{i}").Submit(new(Owner, Orders(town, $"x{i}-", 40)));
        await cluster.Eventually(async () => await Backlog(cluster) < 170, "a part is drained");
        await cluster.CrashAndRestart();

        // What a reminder does within a minute, which not every cluster under test has.
        await Governor(cluster).Get();
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(40, (await Drained(cluster, $"rcp_{i}")).Placed);
            await EachOnce(cluster, $"x{i}-", 40);
        }
    });

    private static Task Run(Func<TestCluster, Town, Task> test, Action<IntakeOptions>? configure = null) => TestCluster.Run(
        async cluster =>
        {
            var town = new Town(cluster);
            await town.Merchant("m1");
            await test(cluster, town);
        },
        services => services.Configure<IntakeOptions>(options =>
        {
            options.Rate = 200;
            configure?.Invoke(options);
        }));

    private static PlaceOrder Order(Town town, string customer) => town.Order(customer, "m1", id: "");

    private static ImmutableArray<PlaceOrder> Orders(Town town, string prefix, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Order(town, $"{prefix}{i}"))];

    private static IIntakeBatchGrain Batch(TestCluster cluster, string receipt) => cluster.Grains.GetGrain<IIntakeBatchGrain>(receipt);

    private static IIntakeGovernorGrain Governor(TestCluster cluster) => cluster.Grains.GetGrain<IIntakeGovernorGrain>("intake");

    private static IIntakePartitionGrain Partition(TestCluster cluster, string receipt) =>
        cluster.Grains.GetGrain<IIntakePartitionGrain>(IntakePartition.Key(IntakePartition.Of(receipt)));

    private static async Task<IntakeReceipt> Receipt(TestCluster cluster, string receipt) => (await Batch(cluster, receipt).Get(0, 1, null))!.Receipt;

    private static async Task<long> Backlog(TestCluster cluster) => (await Governor(cluster).Get()).Partitions.Sum(p => p!.Backlog);

    private static async Task<IntakeReceipt> Drained(TestCluster cluster, string receipt)
    {
        await cluster.Eventually(async () => (await Receipt(cluster, receipt)).Pending == 0, $"{receipt} is drained");
        return await Receipt(cluster, receipt);
    }

    /// <summary>Keeps orders coming to a receipt's partition until something holds.</summary>
    private static async Task Feed(TestCluster cluster, Town town, string receipt, Func<Task<bool>> holds)
    {
        for (var i = 0; i < 100 && !await holds(); i++)
        {
            var more = Enumerable.Range(0, 1_000).Select(n => $"rcp_more{i}-{n}").First(id => IntakePartition.Of(id) == IntakePartition.Of(receipt));
            await Batch(cluster, more).Submit(new(Owner, Orders(town, $"more{i}-", 1)));
            await Drained(cluster, more);
        }

        Assert.True(await holds());
    }

    private static async Task EachOnce(TestCluster cluster, string prefix, int count)
    {
        for (var i = 0; i < count; i++)
            Assert.Single((await cluster.Grains.GetGrain<ICustomerGrain>($"{prefix}{i}").Orders(null, 10)).Orders);
    }

    private static bool IsCustomer(GrainId id, string key) => id.Type.ToString() == "customer" && id.Key.ToString() == key;
}
