using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderActors.Client.Admission;
using OrderActors.Client.Couriers;
using OrderActors.Client.Customers;
using OrderActors.Client.Dispatch;
using OrderActors.Client.Feeds;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Client.Intake;
using OrderActors.Client.Keys;
using OrderActors.Client.Listings;
using OrderActors.Client.Merchants;
using OrderActors.Client.Notifications;
using OrderActors.Client.OpenApi;
using OrderActors.Client.Operations;
using OrderActors.Client.Operations.Metrics;
using OrderActors.Client.Orders;
using OrderActors.Client.Payments;
using OrderActors.Client.Promotions;
using OrderActors.Client.Quotes;
using OrderActors.Client.Refunds;
using OrderActors.Client.Settlement;
using OrderActors.Client.Simulations;
using OrderActors.Client.Telemetry;
using OrderActors.Client.Tracking;
using OrderActors.Client.Webhooks;
using Orleans;

namespace OrderActors.Client;

/// <summary>Puts the gateway into a host. The host supplies an <see cref="IClusterClient"/> and opens the <see cref="GatewayGate"/>.</summary>
public static class Gateway
{
    /// <summary>Adds what the gateway needs.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">Where <see cref="GatewayOptions"/> are read from.</param>
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddRouting();
        services.AddOptions<GatewayOptions>().Bind(configuration);
        services.AddSingleton<GatewayGate>();
        services.AddSingleton<AnswerStore>();
        services.AddSingleton(_ => new MetricStore());
        services.AddOtlp(configuration);
        services.AddRamp(configuration);
        services.AddSingleton<OpenApiDocument>();
        services.AddSingleton(PaymentWebhookOptions.Read(configuration));
        services.AddSingleton(FeedOptions.Read(configuration));
        services.AddSingleton<FeedTailer>();
        services.AddSingleton(ApiKeyOptions.Read(configuration));
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<Ownership>();
        services.TryAddSingleton<IOutboundStates, NoOutboundStates>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddAdmission(configuration);
        return services;
    }

    /// <summary>Maps every operation, behind what every request passes.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var services = app.Services;

        // Before anything measures.
        services.GetRequiredService<MetricStore>();
        app.UseGateway(static app => app.UseRouting());
        ImmutableArray<Operation> operations = [.. Operations(services)];
        services.GetRequiredService<OpenApiDocument>().Describe(operations);
        foreach (var operation in operations) operation.Map(app);
        return app;
    }

    /// <summary>What every request passes on its way to its operation.</summary>
    /// <param name="app">Where it is put, with a gateway's services.</param>
    /// <param name="route">Finds the operation: an endpoint that has it as metadata.</param>
    internal static void UseGateway(this IApplicationBuilder app, Action<IApplicationBuilder> route)
    {
        var services = app.ApplicationServices;
        var gate = services.GetRequiredService<GatewayGate>();
        var logger = services.GetRequiredService<ILogger<GatewayPipeline>>();
        app.Use(next => new RequestTelemetry(next).Handle);
        app.Use(next => new GatewayPipeline(next, gate, logger).Handle);
        route(app);
        var keys = services.GetRequiredService<ApiKeys>();
        var ownership = services.GetRequiredService<Ownership>();
        app.Use(next => new AccessControl(next, keys).Handle);
        var (ramp, clock) = (services.GetRequiredService<IAdmissionRamp>(), services.GetRequiredService<TimeProvider>());
        services.GetRequiredService<AdmissionControl>().Ramp = () => ramp.Share(clock.GetTimestamp());
        app.UseAdmission();
        app.Use(next => new OwnerControl(next, ownership).Handle);
        app.Use(next => new KeyedRequests(next, services.GetRequiredService<AnswerStore>(), clock).Handle);
    }

    /// <summary>All operations, a resource after the other, in the order in which the documents have them.</summary>
    internal static IEnumerable<Operation> Operations(IServiceProvider services)
    {
        var grains = services.GetRequiredService<IClusterClient>();
        var limits = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var rates = services.GetRequiredService<AdmissionControl>().Rates;
        return
        [
            .. new QuoteRoutes(grains, limits, rates).Operations,
            .. new OrderRoutes(grains, limits, rates).Operations,
            .. new OrderListRoutes(grains).Operations,
            .. new IntakeRoutes(grains).Operations,
            .. new ModificationRoutes(grains, limits).Operations,
            .. new OperatorRoutes(grains, limits).Operations,
            .. new RefundRoutes(grains, limits).Operations,
            .. new DeliveryRoutes(grains, limits).Operations,
            .. new MerchantRoutes(grains, limits).Operations,
            .. new CatalogueRoutes(grains).Operations,
            .. new CourierRoutes(grains, limits).Operations,
            .. new ShiftRoutes(grains, limits).Operations,
            .. new OfferRoutes(grains, limits).Operations,
            .. new CustomerRoutes(grains, limits).Operations,
            .. new ContactRoutes(grains, limits).Operations,
            .. new PromotionRoutes(grains, limits).Operations,
            .. new SettlementRoutes(grains, limits).Operations,
            .. new PaymentRoutes(
                grains, limits, services.GetRequiredService<PaymentWebhookOptions>(), services.GetRequiredService<TimeProvider>()).Operations,
            .. new TrackingRoutes(grains).Operations,
            .. new ListingRoutes(grains).Operations,
            .. new ZoneRoutes(grains).Operations,
            .. new EventRoutes(
                services.GetRequiredService<FeedTailer>(), services.GetRequiredService<FeedOptions>(), services.GetRequiredService<TimeProvider>()).Operations,
            .. new WebhookRoutes(grains, limits).Operations,
            .. new EmissionRoutes(grains, limits).Operations,
            .. new OutboundRoutes(services.GetRequiredService<IOutboundStates>()).Operations,
            .. new DeadLetterRoutes(grains).Operations,
            .. new IntakeOperatorRoutes(grains, limits, services.GetRequiredService<TimeProvider>()).Operations,
            .. new SwitchRoutes(grains, limits, services.GetRequiredService<Degradation>()).Operations,
            .. new LimitRoutes(grains, limits, services.GetRequiredService<Degradation>()).Operations,
            .. new DegradationRoutes(grains).Operations,
            .. new ApiKeyRoutes(grains, limits).Operations,
            .. new SimulationRoutes(grains, limits).Operations,
            .. new HealthRoutes(services.GetRequiredService<GatewayGate>()).Operations,
            .. new MetricRoutes(services.GetRequiredService<MetricStore>()).Operations,
            .. new OpenApiRoutes(services.GetRequiredService<OpenApiDocument>()).Operations,
        ];
    }
}
