using Microsoft.Extensions.DependencyInjection.Extensions;
using OrderActors.Broadcast.Webhooks;
using OrderActors.Client.Operations;
using OrderActors.Governance;
using OrderActors.Notifications;
using OrderActors.Payments;
using OrderActors.Payments.Sandbox;
using OrderActors.Silo.Outbound.Notifications;
using OrderActors.Silo.Outbound.Payments;
using OrderActors.Silo.Outbound.Pipelines;
using OrderActors.Silo.Outbound.Webhooks;

namespace OrderActors.Silo.Outbound;

/// <summary>The adapters of the grains' ports, each behind its pipeline.</summary>
internal static class OutboundSetup
{
    /// <summary>Where the payment provider is.</summary>
    public const string PaymentProvider = "PaymentProvider";

    /// <summary>Where the provider of SMS and push messages is.</summary>
    public const string NotificationProvider = "NotificationProvider";

    /// <summary>Adds them, before the grains bring their own.</summary>
    /// <exception cref="Client.Hosting.StartupException">An option is wrong.</exception>
    public static void AddOutbound(this IServiceCollection services, IConfiguration configuration)
    {
        var options = OutboundPipelines.Read(configuration);
        services.TryAddSingleton<IOutboundChaos, NoChaos>();
        services.AddSingleton(provider => new OutboundPipelines(
            options, provider.GetRequiredService<TimeProvider>(), Random.Shared.NextDouble, provider.GetRequiredService<IOutboundChaos>()));
        services.AddSingleton<IOutboundStates>(provider => provider.GetRequiredService<OutboundPipelines>());
        services.AddSingleton<IBreakerStates>(provider => provider.GetRequiredService<OutboundPipelines>());

        var payments = ProviderOptions.Read(configuration, PaymentProvider);
        services.TryAddSingleton<SandboxLedger>();
        services.TryAddSingleton<SandboxProvider>();
        services.AddSingleton<IPaymentProvider>(provider => new PipelinedPaymentProvider(
            payments.IsHttp ? new HttpPaymentProvider(payments.CreateClient()) : provider.GetRequiredService<SandboxProvider>(),
            provider.GetRequiredService<OutboundPipelines>()[OutboundPipelines.Payments]));

        var notifications = ProviderOptions.Read(configuration, NotificationProvider);
        services.TryAddSingleton<SandboxSender>();
        services.AddSingleton<INotificationSender>(provider => new PipelinedSender(
            notifications.IsHttp ? new HttpNotificationSender(notifications.CreateClient()) : provider.GetRequiredService<SandboxSender>(),
            provider.GetRequiredService<OutboundPipelines>()[OutboundPipelines.Notifications]));

        services.AddSingleton<IWebhookSender, HttpWebhookSender>();
    }
}
