using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Deadlines;
using OrderActors.Dispatch.Matching;
using OrderActors.Embedded.Simulation;
using OrderActors.Merchants;
using OrderActors.Notifications;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Quotes;
using OrderActors.Refunds;

namespace OrderActors.Tools.Simulate.World;

/// <summary>What lies outside of the platform and outlives its silos: the card network, the message network, and the sources of secrets.</summary>
internal sealed class Outside
{
    /// <summary>The PIN of every order that needs one.</summary>
    public const string Pin = "4711";

    /// <summary>The outside of a world.</summary>
    public Outside(WorldPlan plan)
    {
        Plan = plan;
        Cards = new CardNetwork(new Dice(plan.Seed, "cards"));
        Messages = new MessageNetwork(new Dice(plan.Seed, "messages"));
    }

    /// <summary>The world's plan.</summary>
    public WorldPlan Plan { get; }

    /// <summary>The payment provider.</summary>
    public CardNetwork Cards { get; }

    /// <summary>The provider of messages.</summary>
    public MessageNetwork Messages { get; }

    /// <summary>What the probing subscriber saw.</summary>
    public Probe Probe { get; } = new();

    /// <summary>How long dispatch may look: what makes a good plan is not asked here, and a plan takes longer than all else that an order needs.</summary>
    private static readonly RoutingTerms Terms = new() { RoundsPerOrder = 0, Candidates = 4, WorkLimit = 200 };

    /// <summary>Adds all of it, and the world's times, to a silo's services.</summary>
    public void Configure(IServiceCollection services)
    {
        services.AddSingleton(WorldPlan.Policy);
        services.AddSingleton<IPaymentProvider>(Cards);
        services.AddSingleton<INotificationSender>(Messages);
        services.AddSingleton<IPinSource>(new SamePin());
        services.AddSingleton<ITrackingTokens>(new CountedTokens());
        services.AddSingleton(Probe);
        services.AddSingleton<IDispatchPolicy>(new OptimisedPolicy(Terms));
        services.Configure<CustomerOptions>(o => o.MaxOpenOrders = Plan.OpenOrders);
        services.Configure<DeadlineOptions>(o => o.Tick = TimeSpan.FromSeconds(1));
        services.Configure<SubscriberOptions>(o => (o.PollInterval, o.Linger) = (TimeSpan.FromMinutes(1), Plan.Linger));
        services.Configure<RefundOptions>(o =>
        {
            o.DecisionTime = TimeSpan.FromMinutes(30);
            o.OnTimeout = Plan.Seed % 2 == 0 ? UndecidedRefund.Approve : UndecidedRefund.Decline;
        });
        services.Configure<MerchantOptions>(o => (o.HotAt, o.CoolAt, o.CoolFor) = (0.9, 0.3, TimeSpan.FromSeconds(30)));
        services.Configure<QuoteOptions>(o => o.KeepExpired = TimeSpan.FromMinutes(5));
        services.Configure<CourierOptions>(o => o.RestAfterDecline = TimeSpan.FromMinutes(1));
    }

    private sealed class SamePin : IPinSource
    {
        public string Next() => Pin;
    }

    private sealed class CountedTokens : ITrackingTokens
    {
        private int _count;

        public string Next() => (++_count).ToString("D22", System.Globalization.CultureInfo.InvariantCulture);
    }
}
