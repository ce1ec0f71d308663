using Microsoft.Extensions.Options;
using OrderActors.Broadcast;
using OrderActors.Broadcast.Webhooks;
using OrderActors.Client.Hosting;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Deadlines;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Governance;
using OrderActors.Idempotency;
using OrderActors.Intake;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Quotes;
using OrderActors.Refunds;
using OrderActors.Silo.Outbound;
using OrderActors.Silo.Outbound.Pipelines;
using OrderActors.Simulations;

namespace OrderActors.Silo.Hosting;

/// <summary>The options of the grains, from the sections of their names.</summary>
internal static class GrainOptions
{
    /// <summary>The sections' names.</summary>
    public static readonly string[] Sections =
    [
        "Orders", "Subscribers", "Dispatch", "Travel", "Deadlines", "Payments", "Customers", "Merchants", "Couriers", "Refunds", "Idempotency",
        "Webhooks", "Quotes", "Intake", "Governance", "Simulations",
        OutboundPipelines.Section, OutboundSetup.PaymentProvider, OutboundSetup.NotificationProvider,
    ];

    /// <summary>Registers every section of the grains.</summary>
    /// <exception cref="StartupException">An option is wrong.</exception>
    public static void AddGrainSections(this IServiceCollection services, IConfiguration configuration)
    {
        var policy = OptionSections.Read(configuration, "Orders", new OrderPolicy());
        if (policy.Validate().FirstOrDefault() is { } wrong) throw OptionSections.Wrong<OrderPolicy>("Orders", wrong);
        services.AddSingleton(policy);
        services.AddSection<SubscriberOptions>(configuration, "Subscribers");
        services.AddSection<DispatchOptions>(configuration, "Dispatch");
        services.AddSection<TravelOptions>(configuration, "Travel");
        services.AddSection<DeadlineOptions>(configuration, "Deadlines");
        services.AddSection<PaymentOptions>(configuration, "Payments");
        services.AddSection<CustomerOptions>(configuration, "Customers");
        services.AddSection<MerchantOptions>(configuration, "Merchants");
        services.AddSection<CourierOptions>(configuration, "Couriers");
        services.AddSection<RefundOptions>(configuration, "Refunds");
        services.AddSection<WebhookOptions>(configuration, "Webhooks");
        services.AddSection<IntakeOptions>(configuration, "Intake");
        services.AddSection<GovernanceOptions>(configuration, "Governance");
        services.AddSection<AnswerOptions>(configuration, "Idempotency");
        services.AddSection<QuoteOptions>(configuration, "Quotes");
        services.AddSection<SimulationOptions>(configuration, "Simulations");
        services.AddOutbound(configuration);
    }

    /// <summary>Registers options of the grains, read from their section and checked by the validator that the grains bring along.</summary>
    /// <exception cref="StartupException">One of them is wrong.</exception>
    private static void AddSection<T>(this IServiceCollection services, IConfiguration configuration, string section)
        where T : class
    {
        services.Configure<T>(options => OptionSections.Read(configuration, section, options));

        // Asked now and not when a grain first wants them, so that a wrong word ends the start before anything is opened.
        using var check = new ServiceCollection().AddOrderActorsGrains()
            .Configure<T>(options => OptionSections.Read(configuration, section, options)).BuildServiceProvider();
        try
        {
            _ = check.GetRequiredService<IOptions<T>>().Value;
        }
        catch (OptionsValidationException e)
        {
            throw OptionSections.Wrong<T>(section, e.Failures.First(), e);
        }
    }
}
