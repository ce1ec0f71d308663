using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Payments.Sandbox;
using OrderActors.TestKit;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Tests.Behaviour;

public sealed partial class PaymentTests
{
    private static readonly OrderNumber Order = OrderNumber.Create(77, 0, 3, 4, 0);

    private static IPaymentGrain Payment(TestCluster cluster) => cluster.Grains.GetGrain<IPaymentGrain>(Order.ToString());

    private static async Task<PaymentReply> Authorise(TestCluster cluster, string source, string attempt = "a1", long amount = 900, bool remembered = false)
    {
        // The provider takes its time, which only passes while somebody lets it.
        var reply = Payment(cluster).Authorise(new AuthorisePayment(
            Order, attempt, new Money(amount, "EUR"), source, Remembered: remembered));
        await cluster.Eventually(() => Task.FromResult(reply.IsCompleted), "the payment answers");
        return await reply;
    }

    private static Task Require(TestCluster cluster, long version, long keep) =>
        Payment(cluster).Require(new RequirePayment(Order, version, keep, Take: true));

    private static Task Eventually(TestCluster cluster, Func<PaymentView, bool> holds, string what) =>
        cluster.Eventually(async () => await Payment(cluster).Get() is { } view && holds(view), what);

    /// <summary>A cluster whose provider's memory outlives it.</summary>
    private static Task Run(Func<TestCluster, SandboxLedger, Task> test, Action<IServiceCollection>? more = null)
    {
        var ledger = new SandboxLedger();
        return TestCluster.Run(cluster => test(cluster, ledger), services =>
        {
            services.AddSingleton(ledger);

            // The longest: grain time runs ahead of a slow machine.
            services.Configure<PaymentOptions>(options => options.CallTimeout = TimeSpan.FromSeconds(25));
            more?.Invoke(services);
        });
    }

    private static void Agree(PaymentView payment, SandboxLedger ledger)
    {
        var done = ledger.Entries.Where(e => e.Result.Outcome == ProviderOutcome.Succeeded).ToList();
        Assert.Equal(payment.Authorised, done.Where(e => e.Kind == "authorise").Sum(e => e.Amount));
        Assert.Equal(payment.Captured, done.Where(e => e.Kind == "capture").Sum(e => e.Amount));
        Assert.Equal(payment.Refunded, done.Where(e => e.Kind == "refund").Sum(e => e.Amount));
        Assert.True(payment.Refunded <= payment.Captured && payment.Captured <= payment.Authorised);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public Task An_authorisation_costs_one_write_if_its_asker_remembers_it_and_is_captured_later(bool remembered, int cost) => Run(async (cluster, ledger) =>
    {
        var writes = 0;
        cluster.Storage.BeforeWrite = (state, _) => state == "payment" && Interlocked.Increment(ref writes) < 0 ? new IOException() : null;
        var reply = await Authorise(cluster, "tok_ok", remembered: remembered);
        Assert.Equal((PaymentStatus.Authorized, 900, false), (reply.Payment!.Status, reply.Payment.Authorised, reply.Payment.OutcomeUnknown));
        Assert.Equal(PaymentStatus.Authorized, (await Authorise(cluster, "tok_ok", remembered: remembered)).Payment!.Status);
        Assert.Equal(cost, writes);
        await Require(cluster, 2, 900);
        await Eventually(cluster, p => p.Status == PaymentStatus.Paid, "the money is taken");
        Assert.Equal(cost + 2, writes);
        await Require(cluster, 3, 250);
        await Eventually(cluster, p => p is { Status: PaymentStatus.PartiallyRefunded, Refunded: 650 }, "what is beyond went back");
        Agree((await Payment(cluster).Get())!, ledger);
    });

    [Theory]
    [InlineData("tok_ok")]
    [InlineData("tok_slow_2500")]
    [InlineData("tok_twice")]
    [InlineData("tok_early")]
    [InlineData("tok_never_1")]
    [InlineData("tok_error_2")]
    [InlineData("tok_lost_answer")]
    [InlineData("tok_pending_3000")]
    public Task Whatever_the_provider_does_the_money_is_taken_once_and_goes_back_once(string source) => Run(async (cluster, ledger) =>
    {
        await Authorise(cluster, source);
        await Require(cluster, 2, 700);
        await Eventually(cluster, p => p is { Captured: 700, OutcomeUnknown: false }, "the money is taken");
        Assert.Null((await Payment(cluster).Refund(new RefundPayment(Order, 1, 300))).Refusal);
        Assert.Equal(RefusalCode.OverRefund, (await Payment(cluster).Refund(new RefundPayment(Order, 2, 401))).Refusal!.Code);
        await Require(cluster, 3, 0);
        await Eventually(cluster, p => p is { Status: PaymentStatus.Refunded, Refunded: 700, OutcomeUnknown: false }, "all of it went back");
        Agree((await Payment(cluster).Get())!, ledger);
    });

    [Fact]
    public Task A_card_that_is_declined_may_be_followed_by_another() => Run(async (cluster, _) =>
    {
        var declined = await Authorise(cluster, "tok_insufficient_funds");
        Assert.Equal((PaymentStatus.Failed, "insufficient_funds"), (declined.Payment!.Status, declined.Payment.DeclineCode));
        Assert.Equal(PaymentStatus.Failed, (await Authorise(cluster, "tok_ok")).Payment!.Status);
        Assert.Equal(PaymentStatus.Authorized, (await Authorise(cluster, "tok_ok", "a2")).Payment!.Status);
    });

    [Fact]
    public Task The_same_attempt_at_the_same_time_joins_the_first() => Run(async (cluster, ledger) =>
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Authorise(cluster, "tok_slow_500")));
        Assert.All(replies, reply => Assert.Equal(PaymentStatus.Authorized, reply.Payment!.Status));
        Assert.Equal(1, ledger.Calls($"{Order}:authorise:a1"));
    });

    [Fact]
    public Task Another_attempt_at_the_same_time_holds_nothing_more() => Run(async (cluster, ledger) =>
    {
        // The second waits for the first one's call, and then for its write: what is held is known only after both.
        var replies = await Task.WhenAll(Authorise(cluster, "tok_slow_500"), Authorise(cluster, "tok_slow_500", "a2"));
        Assert.All(replies, reply => Assert.Equal((PaymentStatus.Authorized, 900), (reply.Payment!.Status, reply.Payment.Authorised)));
        Assert.Equal(900, ledger.Entries.Sum(entry => entry.Amount));
    });

    [Fact]
    public Task An_order_that_ends_while_the_outcome_is_unknown_gets_everything_back() => Run(async (cluster, ledger) =>
    {
        var reply = await Authorise(cluster, "tok_lost_answer");
        Assert.True(reply.Payment!.OutcomeUnknown);
        await Require(cluster, 2, 0);
        await Eventually(cluster, p => p is { Status: PaymentStatus.Voided, OutcomeUnknown: false }, "it is let go");
        Assert.Contains(ledger.Entries, e => e is { Kind: "void", Result.Outcome: ProviderOutcome.Succeeded });
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_hold_that_only_the_provider_knows_of_is_found_and_let_go(bool remembered) => Run(async (cluster, ledger) =>
    {
        // Found by the simulator (seed 1092): the process dies between the provider's answer and the write, and nobody asks again.
        var request = new AuthorisePayment(Order, "a1", new Money(900, "EUR"), "tok_ok", Remembered: remembered);
        cluster.Storage.BeforeWrite = (state, _) => state == "payment" && ledger.Entries.Any() ? new IOException("The disk is gone.") : null;
        var broken = Payment(cluster).Authorise(request);
        await cluster.Eventually(() => Task.FromResult(broken.IsCompleted), "the call broke off");
        await Assert.ThrowsAnyAsync<Exception>(() => broken);
        Assert.Equal(["authorise"], ledger.Entries.Select(e => e.Kind));
        cluster.Storage.BeforeWrite = null;
        await Payment(cluster).Require(new RequirePayment(Order, 2, Keep: 0, Take: true, Attempted: remembered ? request : null));
        await Eventually(cluster, p => p is { Status: PaymentStatus.Voided, OutcomeUnknown: false }, "it is let go");
        Assert.Equal(["authorise", "void"], ledger.Entries.Select(e => e.Kind));
    });

    [Fact]
    public Task A_provider_that_is_never_reached_keeps_nothing_of_an_order_that_ended() => Run(async (cluster, ledger) =>
    {
        await Authorise(cluster, "tok_never");
        await Require(cluster, 2, 0);
        await Eventually(cluster, p => p is { Status: PaymentStatus.Voided, OutcomeUnknown: false }, "it is given up");
        Assert.Empty(ledger.Entries);
    });

    [Fact]
    public Task Money_that_cannot_be_taken_or_given_back_is_told() => Run(async (cluster, _) =>
    {
        await Authorise(cluster, "tok_capture_declined");
        await Require(cluster, 2, 900);
        await Eventually(cluster, p => p is { Status: PaymentStatus.Failed, DeclineCode: "capture_declined", OutcomeUnknown: false }, "the capture failed");
        Assert.Equal(PaymentStatus.Authorized, (await Authorise(cluster, "tok_refund_fails", "a2")).Payment!.Status);
        await Eventually(cluster, p => p.Captured == 900, "the other card paid");
        await Payment(cluster).Refund(new RefundPayment(Order, 1, 100));
        await Eventually(cluster, p => p is { DeclineCode: "refund_declined", Refunded: 0, OutcomeUnknown: false }, "the refund failed");
    });

    [Fact]
    public Task Orders_say_by_their_events_what_they_want_and_cash_costs_nothing() => Run(async (cluster, ledger) =>
    {
        await Authorise(cluster, "tok_ok");
        await Raise(cluster, 1, OrderStatus.AwaitingMerchant, 900, PaymentMethod.Card);
        await Raise(cluster, 2, OrderStatus.Preparing, 900, PaymentMethod.Cash);
        await cluster.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(PaymentStatus.Authorized, (await Payment(cluster).Get())!.Status);
        await Raise(cluster, 3, OrderStatus.Preparing, 900, PaymentMethod.Card);
        await Eventually(cluster, p => p.Captured == 900, "accepted: taken");
        await Raise(cluster, 4, OrderStatus.Canceled, 250, PaymentMethod.Card);
        await Raise(cluster, 3, OrderStatus.Preparing, 900, PaymentMethod.Card);
        await Eventually(cluster, p => p is { Refunded: 650, OutcomeUnknown: false }, "cancelled: all but the fee went back");
        Assert.DoesNotContain(ledger.Entries, e => e.Kind == "void");
    });

    /// <summary>Puts an order's event into the log.</summary>
    private static Task Raise(TestCluster cluster, long version, OrderStatus status, long due, PaymentMethod method) => cluster.Storage.WriteStateAsync(
        "probe", GrainId.Create("probe", $"{version}-{status}-{++probes}"), new ProbeCell
        {
            State = new Probe
            {
                Raised =
                [
                    new OrderEvent(
                        "order.probe", DateTimeOffset.UnixEpoch, Actor.System, version, Order, "anna", "m1", "town", null, status,
                        DeliveryStatus.Pending, PaymentStatus.None, CancelReason.None, Town.Market, Town.Home, DateTimeOffset.UnixEpoch, null, [],
                        PaymentMethod: method, Bill: new Bill("EUR", 900, 0, 0, 0, 100, due)),
                ],
            },
        });

    private static int probes;

    private sealed class Probe : IRaisesEvents
    {
        [System.Text.Json.Serialization.JsonIgnore]
        public ImmutableArray<DomainEvent> Raised { get; set; } = [];

        public void ClearRaised() => Raised = [];
    }

    private sealed class ProbeCell : IGrainState<Probe>
    {
        public Probe State { get; set; } = new();

        [System.Diagnostics.CodeAnalysis.AllowNull]
        public string ETag { get; set; }

        public bool RecordExists { get; set; }
    }
}
