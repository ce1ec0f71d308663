using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderActors.Client.Couriers;
using OrderActors.Client.Customers;
using OrderActors.Client.Dispatch;
using OrderActors.Client.Http;
using OrderActors.Client.Merchants;
using OrderActors.Client.Notifications;
using OrderActors.Client.Operations;
using OrderActors.Client.Operations.Metrics;
using OrderActors.Client.Orders;
using OrderActors.Client.Payments;
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
        services.AddMetricStore();
        services.AddSingleton(PaymentWebhookOptions.Read(configuration));
        services.TryAddSingleton<IOutboundStates, NoOutboundStates>();
        services.TryAddSingleton(TimeProvider.System);
        return services;
    }

    /// <summary>Maps every route, behind what every request passes.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var services = app.Services;
        var grains = services.GetRequiredService<IClusterClient>();
        var gate = services.GetRequiredService<GatewayGate>();
        var limits = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var logger = services.GetRequiredService<ILogger<GatewayPipeline>>();

        app.Use(next => new GatewayPipeline(next, gate, logger).Handle);
        app.UseRouting();
        MapOrders(app, new OrderRoutes(grains, limits), new OrderListRoutes(grains), new DeliveryRoutes(grains, limits));
        MapMerchantsAndCouriers(app, new MerchantRoutes(grains, limits), new CourierRoutes(grains, limits), new CustomerRoutes(grains));
        MapPayments(app, new PaymentRoutes(grains, limits, services.GetRequiredService<PaymentWebhookOptions>(), services.GetRequiredService<TimeProvider>()));
        MapContacts(app, new ContactRoutes(grains, limits));
        MapOutbound(app, new OutboundRoutes(services.GetRequiredService<IOutboundStates>()));
        MapOperations(app, new ZoneRoutes(grains), new DeadLetterRoutes(grains), new HealthRoutes(gate));
        return app;
    }

    // Every handler is a RequestDelegate: nothing is bound, resolved or reflected over while serving.
    private static void MapOrders(IEndpointRouteBuilder app, OrderRoutes orders, OrderListRoutes lists, DeliveryRoutes deliveries)
    {
        app.MapPost("/v1/orders", (RequestDelegate)orders.Place);
        app.MapGet("/v1/orders", (RequestDelegate)lists.List);
        app.MapGet("/v1/orders/{number}", (RequestDelegate)orders.Get);
        app.MapGet("/v1/orders/{number}/timeline", (RequestDelegate)orders.Timeline);
        app.MapPost("/v1/orders/{number}/accept", (RequestDelegate)orders.Accept);
        app.MapPost("/v1/orders/{number}/reject", (RequestDelegate)orders.Reject);
        app.MapPost("/v1/orders/{number}/ready", (RequestDelegate)orders.Ready);
        app.MapPost("/v1/orders/{number}/cancel", (RequestDelegate)orders.Cancel);
        foreach (var step in DeliveryRoutes.Steps)
        {
            app.MapPost("/v1/deliveries/{number}/" + step.Route, (RequestDelegate)(context => deliveries.Advance(context, step)));
        }

        app.MapPost("/v1/deliveries/{number}/unassign", (RequestDelegate)deliveries.Unassign);
    }

    private static void MapMerchantsAndCouriers(IEndpointRouteBuilder app, MerchantRoutes merchants, CourierRoutes couriers, CustomerRoutes customers)
    {
        app.MapPost("/v1/merchants", (RequestDelegate)merchants.Create);
        app.MapGet("/v1/merchants/{id}", (RequestDelegate)merchants.Get);
        app.MapPut("/v1/merchants/{id}/menu", (RequestDelegate)merchants.SetMenu);
        app.MapPut("/v1/merchants/{id}/status", (RequestDelegate)merchants.SetStatus);
        app.MapGet("/v1/merchants/{id}/orders", (RequestDelegate)merchants.Orders);
        app.MapPost("/v1/couriers", (RequestDelegate)couriers.Create);
        app.MapGet("/v1/couriers/{id}", (RequestDelegate)couriers.Get);
        app.MapPut("/v1/couriers/{id}/duty", (RequestDelegate)couriers.SetDuty);
        app.MapPost("/v1/couriers/{id}/locations", (RequestDelegate)couriers.Locate);
        app.MapGet("/v1/couriers/{id}/orders", (RequestDelegate)couriers.Orders);
        app.MapGet("/v1/customers/{id}/orders", (RequestDelegate)customers.Orders);
    }

    private static void MapPayments(IEndpointRouteBuilder app, PaymentRoutes payments) =>
        app.MapPost("/v1/payments/webhooks/{provider}", (RequestDelegate)payments.Answered);

    private static void MapContacts(IEndpointRouteBuilder app, ContactRoutes contacts)
    {
        app.MapGet("/v1/customers/{id}/contact", (RequestDelegate)contacts.Get);
        app.MapPut("/v1/customers/{id}/contact", (RequestDelegate)contacts.Set);
    }

    private static void MapOutbound(IEndpointRouteBuilder app, OutboundRoutes outbound) =>
        app.MapGet("/v1/operations/outbound", (RequestDelegate)outbound.Get);

    private static void MapOperations(IEndpointRouteBuilder app, ZoneRoutes zones, DeadLetterRoutes deadLetters, HealthRoutes health)
    {
        app.MapGet("/v1/zones/{id}", (RequestDelegate)zones.Get);
        app.MapGet("/v1/operations/dead-letters", (RequestDelegate)deadLetters.List);
        app.MapPost("/v1/operations/dead-letters/{subscriber}/{partition}/{sequence}/replay", (RequestDelegate)deadLetters.Replay);
        app.MapGet("/health/live", (RequestDelegate)HealthRoutes.Live);
        app.MapGet("/health/ready", (RequestDelegate)health.Ready);
        app.MapMetrics();
    }
}
