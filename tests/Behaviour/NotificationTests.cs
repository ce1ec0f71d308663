using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Notifications;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

public sealed class NotificationTests
{
    private static readonly Contact Phone = new("+4915112345678", null, Sms: true);

    private static INotificationGrain Anna(TestCluster cluster) => cluster.Grains.GetGrain<INotificationGrain>("customer/anna");

    private static Task<ContactReply> Wants(TestCluster cluster, Contact contact) =>
        Anna(cluster).SetContact(new SetContact("contact", new Actor(Role.Customer, "anna"), contact));

    private static Notice Notice(TestCluster cluster, long sequence) =>
        new(3, sequence, EventTypes.OrderAccepted, OrderNumber.Create(7, 0, 3, 4, 0), cluster.Clock.GetUtcNow());

    [Fact]
    public async Task A_message_is_sent_once_also_after_a_crash_before_it_was()
    {
        var sender = new Sender { Broken = true };
        await TestCluster.Run(async cluster =>
        {
            await Wants(cluster, Phone);
            await Anna(cluster).Tell([Notice(cluster, 1), Notice(cluster, 2)]);
            await Anna(cluster).Tell([Notice(cluster, 2)]);
            await cluster.Eventually(() => Task.FromResult(sender.Tries > 0), "it was tried");
            await cluster.CrashAndRestart();
            sender.Broken = false;
            await cluster.Eventually(async () => await Anna(cluster).Get() is { Sent: 2, Waiting: 0 }, "both are sent");
            Assert.Equal(2, sender.Sent.Distinct().Count());
            Assert.Equal(2, sender.Sent.Count);
        }, services => services.AddSingleton<INotificationSender>(sender));
    }

    [Fact]
    public async Task A_provider_that_never_answers_delays_no_order()
    {
        var sender = new Sender { Hangs = true };
        await TestCluster.Run(async cluster =>
        {
            var town = new Town(cluster);
            await town.Merchant("m1");
            await town.Courier("k1");
            await Wants(cluster, Phone);
            await Anna(cluster).Tell([Notice(cluster, 1)]);
            var began = cluster.Clock.GetUtcNow();
            await town.Delivered("anna", "m1");
            Assert.InRange(cluster.Clock.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromMinutes(15));
            await cluster.Eventually(async () => await Anna(cluster).Get() is { Waiting: > 1, Sent: 0 }, "the news of the order waits");
        }, services => services.AddSingleton<INotificationSender>(sender));
    }

    [Fact]
    public async Task A_customer_who_wants_it_is_told_how_the_order_gets_on_and_others_are_not()
    {
        var sender = new Sender();
        await TestCluster.Run(async cluster =>
        {
            var town = new Town(cluster);
            await town.Merchant("m1");
            await town.Courier("k1");
            await town.Delivered("ben", "m1");
            await cluster.Advance(TimeSpan.FromMinutes(1));
            Assert.Empty(sender.Sent);
            await Wants(cluster, Phone);
            await town.Delivered("anna", "m1");
            await cluster.Eventually(() => Task.FromResult(sender.Sent.Count >= 3), "anna hears that it was placed, accepted and delivered");
            Assert.Equal(sender.Sent.Count, sender.Sent.Distinct().Count());
        }, services => services.AddSingleton<INotificationSender>(sender));
    }

    private sealed class Sender : INotificationSender
    {
        public bool Broken { get; set; }

        public bool Hangs { get; init; }

        public int Tries { get; private set; }

        public List<string> Sent { get; } = [];

        public Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellation)
        {
            Tries++;
            if (Hangs) return new TaskCompletionSource<SendOutcome>().Task;
            if (Broken) throw new IOException("The provider is away.");
            Sent.Add(message.Id);
            return Task.FromResult(SendOutcome.Sent);
        }
    }
}
