using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Dispatch.Matching;
using OrderActors.Embedded.Hosting;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Simulation;
using OrderActors.Embedded.Storage;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Silo.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Tools.Bench.Engine;

/// <summary>
/// The stored form of a completed order: one order lives its whole life through the grains, in virtual time, and what the
/// order grain stored of it is the pattern for as many as a bench needs.
/// </summary>
internal sealed class CompletedOrder : IGrainState<CompletedOrder.Stored>
{
    public Stored State { get; set; } = new();

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }

    /// <summary>Lives one order to its end and reads what is stored of it.</summary>
    public static Stored Pattern()
    {
        var store = new MemoryStore(new JsonStateSerializer(StoredJson.Options), new RaisedEvents());
        var world = new VirtualWorld(1, new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero));
        return world.Run(async () =>
        {
            var services = new ServiceCollection();
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error));
            services.AddSingleton(world.Clock);
            services.AddSingleton<IWorkScheduler>(world);
            services.AddSingleton<ITravelModel, InstantTravel>();
            services.AddPlatform(new EngineOptions(), store);
            await using var provider = services.BuildServiceProvider();
            var engine = provider.GetRequiredService<EmbeddedEngine>();
            await engine.StartAsync();
            var number = await LiveAsync(provider.GetRequiredService<IGrainFactory>(), world.Clock);
            await engine.StopAsync();
            var order = new CompletedOrder();
            await store.ReadStateAsync("state", GrainId.Create("order", number.ToString()), order);
            return order.State;
        });
    }

    /// <summary>The same order under another number.</summary>
    public static CompletedOrder Of(Stored pattern, OrderNumber number) => new()
    {
        State = new Stored
        {
            Members = new Dictionary<string, JsonElement>(pattern.Members) { ["number"] = JsonSerializer.SerializeToElement(number) },
        },
    };

    private static async Task<OrderNumber> LiveAsync(IGrainFactory grains, TimeProvider clock)
    {
        var place = new GeoPoint(52.52, 13.405);
        var (merchant, courier) = (new Actor(Role.Merchant, "merchant-1"), new Actor(Role.Courier, "courier-1"));
        var kitchen = grains.GetGrain<IMerchantGrain>(merchant.Id);
        await kitchen.Execute(new CreateMerchant("create", merchant, "Market kitchen", "zone-1", place, "EUR", TimeSpan.FromMinutes(12), AutoAccept: false));
        await kitchen.Execute(new SetMenu("menu", merchant, [new MenuItem("meal", "Meal", 900), new MenuItem("drink", "Drink", 300)]));
        await kitchen.Execute(new SetMerchantStatus("open", merchant, MerchantStatus.Open));
        var rider = grains.GetGrain<ICourierGrain>(courier.Id);
        await rider.Execute(new CreateCourier("create", courier, "Kim", "zone-1", 1));
        await rider.Execute(new GoOnline("online", courier, place));

        var placed = (await grains.GetGrain<ICustomerGrain>("customer-1").Place(new PlaceOrder(
            "place", new Actor(Role.Customer, "customer-1"), "customer-1", merchant.Id, [new OrderLine("meal", 1), new OrderLine("drink", 2)],
            new Money(1_500, "EUR"), place))).Order!;
        var order = grains.GetGrain<IOrderGrain>(placed.Number.ToString());
        await order.Execute(new AcceptOrder("accept", merchant));
        await order.Execute(new MarkReady("ready", merchant));
        await UntilAsync(view => view.Courier is not null, TimeSpan.FromSeconds(1));
        await order.Execute(new AdvanceDelivery("pickup", courier, CourierStep.PickUp));
        await order.Execute(new AdvanceDelivery("deliver", courier, CourierStep.Deliver));
        await UntilAsync(view => view.Status == OrderStatus.Completed, TimeSpan.FromHours(1));
        return placed.Number;

        async Task UntilAsync(Func<OrderView, bool> holds, TimeSpan step)
        {
            while (!holds((await order.Get())!)) await Task.Delay(step, clock);
        }
    }

    /// <summary>A stored state whose members are copied as they are.</summary>
    internal sealed class Stored
    {
        [JsonExtensionData]
        public Dictionary<string, JsonElement> Members { get; set; } = [];
    }
}
