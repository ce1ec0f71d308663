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
using OrderActors.Client.Promotions;
using OrderActors.Client.Refunds;
using OrderActors.Client.Settlement;
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
        MapOrderChanges(app, new ModificationRoutes(grains, limits), new OperatorRoutes(grains, limits));
        MapMerchantsAndCouriers(app, new MerchantRoutes(grains, limits), new CourierRoutes(grains, limits), new CustomerRoutes(grains, limits));
        MapPromotions(app, new PromotionRoutes(grains, limits));
        MapSettlement(app, new SettlementRoutes(grains, limits));
        MapOffers(app, new CourierRoutes(grains, limits), new OfferRoutes(grains, limits));
        MapRefunds(app, new RefundRoutes(grains, limits));
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
        app.MapPost("/v1/orders/{number}/collect", (RequestDelegate)orders.Collect);
        app.MapPost("/v1/orders/{number}/pay", (RequestDelegate)orders.Pay);
        app.MapPost("/v1/orders/{number}/cancel", (RequestDelegate)orders.Cancel);
        foreach (var step in DeliveryRoutes.Steps)
        {
            app.MapPost("/v1/deliveries/{number}/" + step.Route, (RequestDelegate)(context => deliveries.Advance(context, step)));
        }

        app.MapPost("/v1/deliveries/{number}/complete", (RequestDelegate)deliveries.Complete);
        app.MapPost("/v1/deliveries/{number}/unassign", (RequestDelegate)deliveries.Unassign);
        app.MapPost("/v1/deliveries/{number}/fail", (RequestDelegate)deliveries.Fail);
        app.MapPost("/v1/deliveries/{number}/return", (RequestDelegate)deliveries.Return);
    }

    private static void MapOrderChanges(IEndpointRouteBuilder app, ModificationRoutes modifications, OperatorRoutes operators)
    {
        app.MapPost("/v1/orders/{number}/modifications", (RequestDelegate)modifications.Propose);
        app.MapGet("/v1/orders/{number}/modifications", (RequestDelegate)modifications.List);
        app.MapPost("/v1/orders/{number}/modifications/{modification}/approve", (RequestDelegate)modifications.Approve);
        app.MapPost("/v1/orders/{number}/modifications/{modification}/decline", (RequestDelegate)modifications.Decline);
        app.MapPost("/v1/orders/{number}/freeze", (RequestDelegate)operators.Freeze);
        app.MapPost("/v1/orders/{number}/unfreeze", (RequestDelegate)operators.Unfreeze);
        app.MapPost("/v1/orders/{number}/override", (RequestDelegate)operators.Override);
    }

    private static void MapMerchantsAndCouriers(IEndpointRouteBuilder app, MerchantRoutes merchants, CourierRoutes couriers, CustomerRoutes customers)
    {
        app.MapPost("/v1/merchants", (RequestDelegate)merchants.Create);
        app.MapGet("/v1/merchants/{id}", (RequestDelegate)merchants.Get);
        app.MapPut("/v1/merchants/{id}/menu", (RequestDelegate)merchants.SetMenu);
        app.MapPut("/v1/merchants/{id}/status", (RequestDelegate)merchants.SetStatus);
        app.MapPut("/v1/merchants/{id}/stock", (RequestDelegate)merchants.SetStock);
        app.MapPut("/v1/merchants/{id}/hours", (RequestDelegate)merchants.SetHours);
        app.MapDelete("/v1/merchants/{id}/hours", (RequestDelegate)merchants.RemoveHours);
        app.MapPut("/v1/merchants/{id}/capacity", (RequestDelegate)merchants.SetCapacity);
        app.MapPut("/v1/merchants/{id}/preparation", (RequestDelegate)merchants.SetPreparation);
        app.MapPut("/v1/merchants/{id}/terms", (RequestDelegate)merchants.SetTerms);
        app.MapPost("/v1/merchants/{id}/price", (RequestDelegate)merchants.Price);
        app.MapGet("/v1/merchants/{id}/orders", (RequestDelegate)merchants.Orders);
        app.MapPost("/v1/couriers", (RequestDelegate)couriers.Create);
        app.MapGet("/v1/couriers/{id}", (RequestDelegate)couriers.Get);
        app.MapPut("/v1/couriers/{id}/duty", (RequestDelegate)couriers.SetDuty);
        app.MapPost("/v1/couriers/{id}/locations", (RequestDelegate)couriers.Locate);
        app.MapGet("/v1/couriers/{id}/orders", (RequestDelegate)couriers.Orders);
        app.MapGet("/v1/customers/{id}/orders", (RequestDelegate)customers.Orders);
        app.MapGet("/v1/customers/{id}", (RequestDelegate)customers.Get);
        app.MapPut("/v1/customers/{id}/addresses/{address}", (RequestDelegate)customers.SetAddress);
        app.MapDelete("/v1/customers/{id}/addresses/{address}", (RequestDelegate)customers.RemoveAddress);
        app.MapPut("/v1/customers/{id}/limit", (RequestDelegate)customers.SetLimit);
        app.MapPost("/v1/customers/{id}/membership", (RequestDelegate)customers.SetMembership);
    }

    private static void MapPromotions(IEndpointRouteBuilder app, PromotionRoutes promotions)
    {
        app.MapPost("/v1/promotions", (RequestDelegate)promotions.Create);
        app.MapGet("/v1/promotions/{code}", (RequestDelegate)promotions.Get);
        app.MapPost("/v1/promotions/{code}/pause", (RequestDelegate)promotions.Pause);
        app.MapPost("/v1/promotions/{code}/resume", (RequestDelegate)promotions.Resume);
        app.MapPut("/v1/promotions/{code}/budget", (RequestDelegate)promotions.RaiseBudget);
    }

    private static void MapSettlement(IEndpointRouteBuilder app, SettlementRoutes days)
    {
        app.MapGet("/v1/settlements/{day}", (RequestDelegate)days.Get);
        app.MapGet("/v1/settlements/{day}/entries", (RequestDelegate)days.Entries);
        app.MapGet("/v1/settlements/{day}/export.csv", (RequestDelegate)days.Export);
        app.MapPost("/v1/settlements/{day}/close", (RequestDelegate)days.Close);
    }

    private static void MapOffers(IEndpointRouteBuilder app, CourierRoutes couriers, OfferRoutes offers)
    {
        app.MapPut("/v1/couriers/{id}/settings", (RequestDelegate)couriers.Change);
        app.MapPost("/v1/couriers/{id}/pause", (RequestDelegate)couriers.Pause);
        app.MapPost("/v1/couriers/{id}/resume", (RequestDelegate)couriers.Resume);
        app.MapGet("/v1/couriers/{id}/earnings", (RequestDelegate)couriers.Earnings);
        app.MapGet("/v1/couriers/{id}/offers", (RequestDelegate)offers.List);
        app.MapPost("/v1/couriers/{id}/offers/{number}/accept", (RequestDelegate)offers.Accept);
        app.MapPost("/v1/couriers/{id}/offers/{number}/decline", (RequestDelegate)offers.Decline);
        app.MapPost("/v1/deliveries/{number}/handover", (RequestDelegate)offers.HandOver);
    }

    private static void MapRefunds(IEndpointRouteBuilder app, RefundRoutes refunds)
    {
        app.MapPost("/v1/orders/{number}/refunds", (RequestDelegate)refunds.Request);
        app.MapGet("/v1/orders/{number}/refunds", (RequestDelegate)refunds.List);
        app.MapGet("/v1/orders/{number}/refunds/{refund}", (RequestDelegate)refunds.Get);
        app.MapPost("/v1/orders/{number}/refunds/{refund}/approve", (RequestDelegate)refunds.Approve);
        app.MapPost("/v1/orders/{number}/refunds/{refund}/decline", (RequestDelegate)refunds.Decline);
        app.MapPost("/v1/orders/{number}/refunds/{refund}/withdraw", (RequestDelegate)refunds.Withdraw);
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
