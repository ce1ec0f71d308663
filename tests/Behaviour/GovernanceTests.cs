using Microsoft.Extensions.DependencyInjection;
using OrderActors.Governance;
using OrderActors.Merchants;
using OrderActors.Notifications;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;
using Orleans.Runtime;

namespace OrderActors.Tests.Behaviour;

/// <summary>What is switched off is off in every grain, a second later at most, and comes back.</summary>
public sealed class GovernanceTests
{
    private static readonly Actor Operator = new(Role.Operator, "op");
    private static readonly SwitchScope M1 = new(ScopeKind.Merchant, "m1");

    private const int Scouts = 16;

    private int _command;

    private static IGovernanceGrain Governance(TestCluster cluster) => cluster.Grains.GetGrain<IGovernanceGrain>(IGovernanceGrain.Key);

    private async Task Off(TestCluster cluster, Feature feature, SwitchScope scope, TimeSpan? time = null)
    {
        DateTimeOffset? until = time is { } t ? cluster.Clock.GetUtcNow() + t : null;
        Assert.Null((await Governance(cluster).Execute(new SetSwitch($"c{++_command}", Operator, "Flood.", feature, scope, until))).Refusal);
        await Heard(cluster);
    }

    private async Task On(TestCluster cluster, Feature feature, SwitchScope scope)
    {
        Assert.Null((await Governance(cluster).Execute(new ClearSwitch($"c{++_command}", Operator, "Dry again.", feature, scope))).Refusal);
        await Heard(cluster);
    }

    /// <summary>
    /// Every process has set off a look at least once, and it was answered. Each looks when one of its grains asks, so there are
    /// scouts enough for each to have some.
    /// </summary>
    private static async Task Heard(TestCluster cluster)
    {
        var town = new Town(cluster, "elsewhere");
        for (var i = 0; i < 3; i++)
        {
            await cluster.Advance(Switchboard.Freshness + TimeSpan.FromMilliseconds(100));
            await Task.WhenAll(Enumerable.Range(0, Scouts).Select(scout =>
                town.Place(town.Order($"scout{scout}", "nobody", id: $"scout-{cluster.Clock.GetUtcNow().Ticks}"))));
        }
    }

    /// <summary>Sooner or later that is what new orders are answered; each is another customer's.</summary>
    private static async Task<Refusal?> Answers(TestCluster cluster, Town town, RefusalCode? expected)
    {
        var (customers, last) = (0, (Refusal?)null);
        await cluster.Eventually(
            async () => (last = (await town.Place(town.Order($"customer{customers++}", "m1"))).Refusal)?.Code == expected, $"orders are answered {expected}");
        return last;
    }

    [Fact]
    public Task A_merchant_that_is_switched_off_gets_no_new_orders_and_keeps_those_it_has() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await town.Merchant("m2");
        var command = town.Order("anna", "m1");
        var placed = (await town.Place(command)).Order!;
        await Off(cluster, Feature.Ordering, M1);

        var refused = await Answers(cluster, town, RefusalCode.SwitchedOff);
        Assert.Contains("Flood.", refused!.Detail, StringComparison.Ordinal);
        Assert.Null((await town.Place(town.Order("ben", "m2"))).Refusal);
        var replay = await town.Place(command);
        Assert.Equal((placed.Number, true), (replay.Order!.Number, replay.Replayed));
        await town.Accept(placed);

        await cluster.CrashAndRestart();
        await Answers(cluster, town, RefusalCode.SwitchedOff);
        await On(cluster, Feature.Ordering, M1);
        await Answers(cluster, town, null);
    });

    [Fact]
    public Task A_zone_that_is_switched_off_keeps_nothing_of_what_it_refuses() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 3);
        await Off(cluster, Feature.Ordering, new(ScopeKind.Zone, "town"), TimeSpan.FromMinutes(10));
        Assert.Equal(RefusalCode.SwitchedOff, (await town.Place(town.Order("anna", "m1", bread: 3))).Refusal!.Code);
        await cluster.Advance(TimeSpan.FromMinutes(11));
        await Heard(cluster);
        Assert.Null((await town.Place(town.Order("anna", "m1", bread: 3))).Refusal);
        Assert.Empty((await Governance(cluster).Get()).Switches);
        Assert.NotNull(await merchant.Get());
    });

    [Fact]
    public Task Without_offers_orders_wait_and_are_given_out_when_they_may() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await town.Courier("k1");
        await Off(cluster, Feature.DispatchOffers, new(ScopeKind.Zone, "town"));
        var order = await town.Accept(await town.Placed("anna", "m1"));
        await cluster.Advance(TimeSpan.FromMinutes(5));
        Assert.Null((await town.Now(order)).Courier);
        await On(cluster, Feature.DispatchOffers, new(ScopeKind.Zone, "town"));
        await cluster.Eventually(async () => (await town.Now(order)).Courier == "k1", "the courier has it");
    });

    [Fact]
    public async Task Without_notifications_nobody_is_told_anything()
    {
        var sender = new CountingSender();
        await TestCluster.Run(async cluster =>
        {
            var town = new Town(cluster);
            await town.Merchant("m1");
            var anna = cluster.Grains.GetGrain<INotificationGrain>("customer/anna");
            await anna.SetContact(new SetContact("contact", new Actor(Role.Customer, "anna"), new Contact("+4915112345678", null, Sms: true)));
            await Off(cluster, Feature.Notifications, SwitchScope.Platform);
            await town.Accept(await town.Placed("anna", "m1"));
            await cluster.Advance(TimeSpan.FromMinutes(5));
            Assert.Equal(0, sender.Sent);
            await On(cluster, Feature.Notifications, SwitchScope.Platform);
            await cluster.Eventually(
                async () =>
                {
                    await town.Accept(await town.Placed("anna", "m1"));
                    await cluster.Advance(TimeSpan.FromMinutes(1));
                    return sender.Sent > 0;
                },
                "she is told");
        }, services => services.AddSingleton<INotificationSender>(sender));
    }

    [Fact]
    public async Task While_the_payment_provider_is_away_orders_are_paid_in_cash()
    {
        var breakers = new Breakers();
        await TestCluster.Run(async cluster =>
        {
            var town = new Town(cluster);
            await town.Merchant("m1");
            breakers.Names = ["payments"];
            await Heard(cluster);
            var byCard = town.Order("anna", "m1") with { Payment = PaymentMethod.Card, PaymentSource = "tok_ok" };
            Assert.Equal(RefusalCode.DependencyOpen, (await town.Place(byCard)).Refusal!.Code);
            Assert.Null((await town.Place(town.Order("anna", "m1"))).Refusal);
            Assert.Equal(Conditions.PaymentsDown, Assert.Single((await Governance(cluster).Get()).Conditions).Name);
            breakers.Names = [];
            await cluster.Advance(TimeSpan.FromSeconds(10));
            await Heard(cluster);
            await cluster.Eventually(async () => (await town.Place(byCard)).Refusal?.Code != RefusalCode.DependencyOpen, "cards are taken again");
            await cluster.Eventually(async () => (await Governance(cluster).Get()).Conditions.IsEmpty, "nothing is amiss any more");
        }, services => services.AddSingleton<IBreakerStates>(breakers));
    }

    [Fact]
    public Task What_a_process_notices_holds_as_long_as_it_says_so_and_outlives_a_crash() => TestCluster.Run(async cluster =>
    {
        static ProcessReport Says(string process, long version, params string[] names) =>
            new(process, version, [.. names.Select(name => new Condition(name, "why", DateTimeOffset.UnixEpoch))]);
        var view = (await Governance(cluster).Report(Says("a", -1, Conditions.SheddingSecondary)))!;
        Assert.Single(view.Conditions);
        Assert.Null(await Governance(cluster).Report(Says("b", view.Version, Conditions.SheddingSecondary)));
        await cluster.Advance(TimeSpan.FromSeconds(8));
        Assert.Null(await Governance(cluster).Report(Says("a", view.Version)));
        await cluster.CrashAndRestart();
        Assert.Null(await Governance(cluster).Report(Says("a", view.Version)));
        await cluster.Advance(TimeSpan.FromSeconds(11));
        Assert.Empty((await Governance(cluster).Report(Says("a", view.Version)))!.Conditions);
    });

    [Fact]
    public Task What_nobody_waits_for_any_more_is_not_begun() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        RequestBudget.Set(cluster.Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        var command = town.Order("anna", "m1");
        await Assert.ThrowsAsync<LimitExceededException>(() => town.Place(command));
        RequestBudget.Set(cluster.Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        var order = (await town.Place(command)).Order!;
        RequestBudget.Set(cluster.Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<LimitExceededException>(() => town.Accept(order));
        RequestBudget.Set(cluster.Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<LimitExceededException>(() => cluster.Grains.GetGrain<IMerchantGrain>("m1")
            .Execute(new SetMerchantStatus("late", new(Role.Merchant, "m1"), MerchantStatus.Paused)));
        RequestContext.Clear();
        Assert.Equal(OrderStatus.AwaitingMerchant, (await town.Now(order)).Status);
        Assert.Equal(MerchantStatus.Open, (await cluster.Grains.GetGrain<IMerchantGrain>("m1").Get())!.Status);
    });

    private sealed class Breakers : IBreakerStates
    {
        public string[] Names { get; set; } = [];

        public IEnumerable<string> Open() => Names;
    }

    private sealed class CountingSender : INotificationSender
    {
        public int Sent { get; private set; }

        public Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellation)
        {
            Sent++;
            return Task.FromResult(SendOutcome.Sent);
        }
    }
}
