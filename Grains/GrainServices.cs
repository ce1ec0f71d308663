using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrderActors.Broadcast;
using OrderActors.Broadcast.Webhooks;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Deadlines;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Governance;
using OrderActors.Idempotency;
using OrderActors.Intake;
using OrderActors.Merchants;
using OrderActors.Notifications;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Payments.Sandbox;
using OrderActors.Quotes;
using OrderActors.Refunds;
using OrderActors.Simulations;
using Orleans;

namespace OrderActors;

/// <summary>What the grains need from their host.</summary>
public static class GrainServices
{
    /// <summary>
    /// Adds the grains' policies and options; each is checked when the host starts. What the host has registered before stays:
    /// its own <see cref="ITravelModel"/>, <see cref="IDispatchPolicy"/>, <see cref="IPaymentProvider"/> or <see cref="TimeProvider"/>. The host supplies
    /// <see cref="IEventLog"/>, a grain storage, reminders and the stream provider <see cref="LogAppended.Provider"/>.
    /// </summary>
    public static IServiceCollection AddOrderActorsGrains(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);

        services.TryAddSingleton(new OrderPolicy());
        services.TryAddSingleton<IPinSource, SecurePins>();
        services.TryAddSingleton<ITrackingTokens, SecureTrackingTokens>();
        services.TryAddSingleton<IOrderNumbers>(provider =>
            new OrderNumbers(provider.GetRequiredService<IGrainFactory>(), provider.GetRequiredService<TimeProvider>()));

        services.AddChecked<SubscriberOptions, SubscriberOptionsValidator>();
        services.TryAddSingleton<SubscriberContext>();

        services.AddChecked<DispatchOptions, DispatchOptionsValidator>();
        services.AddChecked<TravelOptions, TravelOptionsValidator>();
        services.TryAddSingleton<ITravelModel, GreatCircleTravel>();
        services.TryAddSingleton<IDispatchPolicy>(provider => provider.GetRequiredService<IOptions<DispatchOptions>>().Value.Policy switch
        {
            DispatchMethod.Nearest => new NearestIdlePolicy(),
            _ => new OptimisedPolicy(),
        });

        services.AddChecked<DeadlineOptions, DeadlineOptionsValidator>();

        services.AddChecked<GovernanceOptions, GovernanceOptionsValidator>();
        services.TryAddSingleton<IBreakerStates, NoBreakers>();
        services.TryAddSingleton<Switchboard>();

        services.AddChecked<PaymentOptions, PaymentOptionsValidator>();
        services.TryAddSingleton<SandboxLedger>();
        services.TryAddSingleton<SandboxProvider>();
        services.TryAddSingleton<IPaymentProvider>(provider => provider.GetRequiredService<SandboxProvider>());
        services.AddChecked<CustomerOptions, CustomerOptionsValidator>();
        services.AddChecked<MerchantOptions, MerchantOptionsValidator>();
        services.AddChecked<CourierOptions, CourierOptionsValidator>();
        services.AddChecked<QuoteOptions, QuoteOptionsValidator>();
        services.TryAddSingleton<RecentPrices>();
        services.AddChecked<RefundOptions, RefundOptionsValidator>();
        services.AddChecked<IntakeOptions, IntakeOptionsValidator>();
        services.AddChecked<AnswerOptions, AnswerOptionsValidator>();
        services.AddChecked<SimulationOptions, SimulationOptionsValidator>();
        services.TryAddSingleton<SandboxSender>();
        services.TryAddSingleton<INotificationSender>(provider => provider.GetRequiredService<SandboxSender>());
        services.AddWebhooks();
        return services;
    }

    private static void AddWebhooks(this IServiceCollection services)
    {
        services.AddChecked<WebhookOptions, WebhookOptionsValidator>();
        services.TryAddSingleton<IWebhookSender, SandboxWebhookSender>();
        services.TryAddSingleton<IWebhookSecrets, SecureWebhookSecrets>();
        services.TryAddSingleton<WebhookDice>();
        services.TryAddSingleton<WebhookSlots>();
        services.TryAddSingleton<WebhookContext>();
    }

    private static void AddChecked<TOptions, TValidator>(this IServiceCollection services)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
    }
}
