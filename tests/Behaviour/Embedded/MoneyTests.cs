using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Payments.Sandbox;
using OrderActors.Promotions;
using OrderActors.Refunds;
using OrderActors.Settlement;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

/// <summary>
/// A day of everything at once: customers, merchants and couriers do what comes to their minds, some of it twice, over cards that
/// misbehave and a storage that fails. Then the faults stop and time goes by, and the books have to be right.
/// </summary>
public sealed class MoneyTests
{
    private const int Breads = 40;
    private const int CouponUses = 6;

    private static readonly string[] Cards =
    [
        "tok_ok", "tok_ok", "tok_ok", "tok_declined", "tok_slow_1500", "tok_twice", "tok_early", "tok_lost_answer", "tok_pending_3000", "tok_never_1",
        "tok_error_1", "tok_capture_declined",
    ];

    /// <summary>Five in the usual run; <c>SEEDS=500 dotnet test tests/Behaviour -c Release --filter MoneyTests</c> for a long one.</summary>
    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("SEEDS"), CultureInfo.InvariantCulture, out var seeds) ? seeds : 5)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task Whatever_happens_the_money_the_goods_and_the_coupons_add_up(int seed)
    {
        var ledger = new SandboxLedger();
        return TestCluster.Run(
            async cluster =>
            {
                var day = new Day(cluster, new Random(seed));
                await day.Open();
                await day.Live(steps: 150);
                await day.ComeToRest();
                await day.Check(ledger);
            },
            services => services.AddSingleton(ledger), seed);
    }

    private sealed class Day(TestCluster cluster, Random random)
    {
        private static readonly string[] Customers = ["anna", "ben", "cleo", "dan"];
        private static readonly string[] Merchants = ["m1", "m2"];
        private static readonly string[] Couriers = ["k1", "k2", "k3"];

        private readonly Town _town = new(cluster);
        private readonly List<OrderNumber> _orders = [];
        private readonly List<Func<Task>> _past = [];

        public async Task Open()
        {
            await _town.Merchant("m1", bread: Breads);
            await _town.Merchant("m2", bread: Breads, autoAccept: true);
            foreach (var courier in Couriers) await _town.Courier(courier);
            await cluster.Grains.GetGrain<IPromotionGrain>("LUNCH").Execute(new CreatePromotion(
                "create", new Actor(Role.Operator, "op"),
                new PromotionTerms("EUR", DiscountKind.AmountOff, 200, MerchantPermille: 300, BudgetUses: CouponUses, PerCustomer: 2)));
        }

        public async Task Live(int steps)
        {
            cluster.Storage.BeforeWrite = (_, _) => random.Next(60) == 0 ? new IOException("before the write") : null;
            cluster.Storage.AfterWrite = (_, _) => random.Next(60) == 0 ? new IOException("after the write") : null;
            for (var i = 0; i < steps; i++)
            {
                // One in five does something again that was done before, long ago perhaps.
                var act = _past.Count > 5 && random.Next(5) == 0 ? _past[random.Next(_past.Count)] : Next();
                _past.Add(act);
                if (random.Next(3) == 0) _ = Try(act);
                else await Try(act);
                await cluster.Advance(TimeSpan.FromSeconds(random.Next(1, 40)));
                if (random.Next(50) == 0) await cluster.CrashAndRestart();
            }

            cluster.Storage.BeforeWrite = cluster.Storage.AfterWrite = null;
        }

        /// <summary>Time alone: every wait has a deadline.</summary>
        public async Task ComeToRest()
        {
            await cluster.Advance(TimeSpan.FromMinutes(30));
            await FindOrders();
            for (var hours = 0; hours < 24 * 8; hours += 4)
            {
                await cluster.Advance(TimeSpan.FromHours(4));
                if ((await Views()).All(order => order.Status.IsEndOf())) break;
            }

            // Refunds are decided within two days, and what a provider owes an answer for is asked again.
            await cluster.Advance(TimeSpan.FromDays(3));
        }

        public async Task Check(SandboxLedger ledger)
        {
            var orders = await Views();
            Assert.True(orders.Count > 20, $"{orders.Count} orders were placed");
            Assert.All(orders, order => Assert.True(order.Status.IsEndOf(), $"{order.Number} is {order.Status} {order.Delivery} {order.Payment}"));

            var booked = await Bookings();
            Assert.All(booked.GroupBy(b => (b.Order, b.Sequence)), booking => Assert.Equal(0, booking.SelectMany(b => b.Entries).Sum(e => e.Amount)));
            foreach (var order in orders.Where(order => order.PaymentMethod == PaymentMethod.Card))
            {
                var payment = await cluster.Grains.GetGrain<IPaymentGrain>(order.Number.ToString()).Get();
                var (captured, refunded) = (payment?.Captured ?? 0, payment?.Refunded ?? 0);
                var entries = ledger.Entries.Where(e =>
                    e.Operation.StartsWith(order.Number.ToString(), StringComparison.Ordinal) && e.Result.Outcome == ProviderOutcome.Succeeded).ToList();
                Assert.Equal(captured, entries.Where(e => e.Kind == "capture").Sum(e => e.Amount));
                Assert.Equal(refunded, entries.Where(e => e.Kind == "refund").Sum(e => e.Amount));
                Assert.InRange(refunded, 0, captured);
                Assert.False(payment is { OutcomeUnknown: true }, $"{order.Number}: an operation is still open");
                var settled = -booked.Where(b => b.Order == order.Number).SelectMany(b => b.Entries)
                    .Where(e => e.Party == PartyKind.Customer).Sum(e => e.Amount);
                Assert.True(
                    captured - refunded == settled,
                    $"{order.Number} {order.Status}: {captured} taken, {refunded} back, {settled} settled, {order.Bill}");
            }

            await CheckGoods(orders);
            await CheckCoupons(orders);
            foreach (var courier in Couriers)
                Assert.Empty((await cluster.Grains.GetGrain<ICourierGrain>(courier).Get())!.Assignment);
            for (var partition = 0; partition < Shard.Count; partition++)
            {
                Assert.Empty(await cluster.Grains.GetGrain<IFulfilmentGrain>(Shard.Key(partition)).DeadLetters());
                Assert.Empty(await cluster.Grains.GetGrain<IPaymentFeedGrain>(Shard.Key(partition)).DeadLetters());
                Assert.Empty(await cluster.Grains.GetGrain<ISettlementFeedGrain>(Shard.Key(partition)).DeadLetters());
            }
        }

        private async Task CheckGoods(List<OrderView> orders)
        {
            foreach (var merchant in Merchants)
            {
                var used = orders.Where(o => o.Merchant == merchant && (o.Timeline.Any(e => e.Type == EventTypes.OrderDelivered)
                        || o.Reason is CancelReason.NotCollected or CancelReason.DeliveryLost))
                    .SelectMany(o => o.Lines).Where(line => line.Item == "bread").Sum(line => line.Quantity);
                var view = (await cluster.Grains.GetGrain<IMerchantGrain>(merchant).Get())!;
                Assert.Equal((merchant, Breads - used), (merchant, view.Menu.Single(i => i.Id == "bread").Stock));
                Assert.Equal((merchant, 0), (merchant, view.OpenOrders));
            }
        }

        private async Task CheckCoupons(List<OrderView> orders)
        {
            var promotion = (await cluster.Grains.GetGrain<IPromotionGrain>("LUNCH").Get())!;
            var spent = orders.Count(o => o.Coupon is not null && o.Timeline.Any(e => e.Type is EventTypes.OrderPaid or EventTypes.OrderDelivered));
            Assert.Equal((0, spent), (promotion.ReservedUses, promotion.RedeemedUses));
            Assert.InRange(spent, 0, CouponUses);
        }

        private async Task<List<SettlementBooking>> Bookings()
        {
            var found = new List<SettlementBooking>();
            var today = DateOnly.FromDateTime(cluster.Clock.GetUtcNow().UtcDateTime);
            for (var day = today.AddDays(-14); day <= today; day = day.AddDays(1))
            {
                var grain = cluster.Grains.GetGrain<ISettlementDayGrain>($"{day:yyyy-MM-dd}");
                string? cursor = null;
                do
                {
                    var page = await grain.Entries(null, null, cursor, 200);
                    found.AddRange(page.Lines.Select(line => line.Booking));
                    cursor = page.NextCursor;
                }
                while (cursor is not null);
            }

            return found;
        }

        private async Task FindOrders()
        {
            _orders.Clear();
            foreach (var customer in Customers)
            {
                string? cursor = null;
                do
                {
                    var page = await cluster.Grains.GetGrain<ICustomerGrain>(customer).Orders(cursor, 100);
                    _orders.AddRange(page.Orders);
                    cursor = page.NextCursor;
                }
                while (cursor is not null);
            }
        }

        private async Task<List<OrderView>> Views()
        {
            var views = await Task.WhenAll(_orders.Select(number => cluster.Grains.GetGrain<IOrderGrain>(number.ToString()).Get()));
            return [.. views.OfType<OrderView>()];
        }

        private static async Task Try(Func<Task> act)
        {
            try
            {
                await act();
            }
            catch (Exception)
            {
                // The storage failed, or the process died: nobody knows what became of it, and that is the point.
            }
        }

        private Func<Task> Next()
        {
            var choice = random.Next(100);
            if (choice < 30 || _orders.Count == 0) return Place();
            var number = _orders[random.Next(_orders.Count)];
            var grain = () => cluster.Grains.GetGrain<IOrderGrain>(number.ToString());
            var (id, courier, merchant) = (_town.NextId(), Couriers[random.Next(3)], Merchants[random.Next(2)]);
            var step = (CourierStep)random.Next(6);
            var (operatorBy, fail) = (new Actor(Role.Operator, "op"), random.Next(4) == 0);
            return choice switch
            {
                < 45 => () => grain().Execute(new AcceptOrder(id, operatorBy)),
                < 55 => () => grain().Execute(new MarkReady(id, operatorBy)),
                < 75 => async () =>
                {
                    var order = await grain().Get();
                    if (order?.Courier is { } carrier) await grain().Execute(new AdvanceDelivery(id, new Actor(Role.Courier, carrier), step));
                }
                ,
                < 78 => async () =>
                {
                    if (await grain().Get() is not { } order) return;
                    await grain().Execute(new CancelOrder(id, new Actor(Role.Customer, order.Customer), CancelReason.CustomerRequest));
                }
                ,
                < 80 => () => grain().Execute(new CancelOrder(id, operatorBy, CancelReason.OperatorDecision)),
                < 82 => () => grain().Execute(new CollectOrder(id, operatorBy)),
                < 84 => () => grain().Execute(fail ? new FailDelivery(id, operatorBy, CancelReason.CustomerAbsent) : new ReturnGoods(id, operatorBy)),
                < 86 => () => grain().Execute(new PayOrder(id, operatorBy, "tok_ok")),
                < 89 => () => grain().Execute(new ProposeModification(id, operatorBy, [new("soup", 1), new("bread", 1 + (step == 0 ? 2 : 0))])),
                < 92 => () => grain().Execute(new ResolveModification(id, operatorBy, 1, Approve: !fail)),
                < 94 => async () =>
                {
                    if (await grain().Get() is { Courier: { } carrier }) await grain().Execute(new UnassignCourier(id, operatorBy, carrier));
                }
                ,
                < 98 => async () =>
                {
                    if (await grain().Get() is not { } order) return;
                    var by = fail ? operatorBy : new Actor(Role.Customer, order.Customer);
                    await cluster.Grains.GetGrain<IRefundGrain>(number.ToString())
                        .Execute(new RequestRefund(id, by, RefundReason.MissingItem, new Money(150, "EUR")));
                }
                ,
                _ => FindOrders,
            };
        }

        private Func<Task> Place()
        {
            var (customer, merchant, breads) = (Customers[random.Next(4)], Merchants[random.Next(2)], random.Next(4));
            var (card, coupon, pickup) = (random.Next(3) > 0, random.Next(3) == 0, random.Next(4) == 0);
            var order = _town.Order(customer, merchant, breads);
            order = order with
            {
                Kind = pickup ? OrderKind.Pickup : OrderKind.Delivery,
                Coupon = coupon ? "LUNCH" : null,
                Total = coupon ? order.Total with { Amount = order.Total.Amount - 200 } : order.Total,
                Payment = card ? PaymentMethod.Card : PaymentMethod.Cash,
                PaymentSource = card ? Cards[random.Next(Cards.Length)] : null,
                ScheduledFor = random.Next(6) == 0 ? cluster.Clock.GetUtcNow() + TimeSpan.FromHours(3) : null,
            };
            return async () =>
            {
                var reply = await _town.Place(order);
                if (reply.Order is { } placed && !_orders.Contains(placed.Number)) _orders.Add(placed.Number);
            };
        }
    }
}

internal static class Ends
{
    /// <summary>Whether nothing can happen to an order any more.</summary>
    public static bool IsEndOf(this OrderStatus status) =>
        status is OrderStatus.Completed or OrderStatus.Rejected or OrderStatus.Canceled or OrderStatus.Expired;
}
