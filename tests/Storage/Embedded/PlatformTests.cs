using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrderActors.Embedded.Hosting;
using OrderActors.Embedded.Runtime;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Silo.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.TestKit;
using OrderActors.TestKit.Servers;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Tests.Storage;

/// <summary>The whole platform on the embedded engine, with PostgreSQL under it.</summary>
public sealed class PlatformTests
{
    [PostgresFact]
    public async Task Orders_go_to_the_door_and_are_there_after_a_restart()
    {
        await using var database = await Database.Create();
        OrderView first;
        await using (var platform = await Platform.Start(database))
        {
            await platform.Town.Merchant("m1", bread: 100, autoAccept: true);
            await platform.Town.Courier("k1");
            first = await platform.Town.Delivered("anna", "m1", bread: 2);
            Assert.Equal(OrderStatus.Delivered, first.Status);
        }

        await using (var platform = await Platform.Start(database))
        {
            Assert.Equal(first.Version, (await platform.Town.Now(first)).Version);
            // The first courier is still handing over, in real time.
            await platform.Town.Courier("k2");
            var second = await platform.Town.Delivered("anna", "m1", bread: 3);
            Assert.NotEqual(first.Number, second.Number);
            var merchant = platform.Grains.GetGrain<IMerchantGrain>("m1");
            await platform.Eventually(async () => (await merchant.Get())!.OpenOrders == 0, "the merchant's reservations are gone");
            Assert.Equal(95, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);
        }
    }

    [PostgresFact]
    public async Task Orders_survive_a_database_that_crashes_while_they_are_placed()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = await Database.Create(server);
        await using var platform = await Platform.Start(database, o => o.MaxWait = TimeSpan.FromSeconds(20));
        await platform.Town.Merchant("m1", bread: 1_000, autoAccept: true);
        var placing = Enumerable.Range(0, 60).Select(i => Task.Run(async () =>
        {
            var command = platform.Town.Order($"customer{i % 7}", "m1", bread: 1, id: $"place-{i}");
            for (var wait = 10; ; wait *= 2)
            {
                try
                {
                    return (await platform.Town.Place(command)).Order!;
                }
                catch (Exception e) when (e is IOException or OrleansException or TimeoutException)
                {
                    // Refused or unknown: the same command id settles it.
                    await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(wait, 500)), TimeProvider.System);
                }
            }
        })).ToArray();
        await Task.WhenAny(placing);
        await server.CrashAsync();
        await server.RestartAsync();
        var orders = await Task.WhenAll(placing).WaitAsync(TimeSpan.FromMinutes(3));

        Assert.Equal(60, orders.Select(order => order.Number).Distinct().Count());
        foreach (var order in orders) Assert.Equal(OrderStatus.Preparing, (await platform.Town.Now(order)).Status);
        Assert.Equal(940, (await platform.Grains.GetGrain<IMerchantGrain>("m1").Get())!.Menu.Single(i => i.Id == "bread").Stock);
        Assert.Equal(60, await database.Ask<long>("SELECT count(*) FROM orderactors.grain_state WHERE grain_type = 'order'"));
    }

    /// <summary>One process: the embedded engine over a store.</summary>
    private sealed class Platform : IAsyncDisposable
    {
        private readonly ServiceProvider _services;

        private Platform(ServiceProvider services)
        {
            _services = services;
            Town = new Town(() => Grains, Eventually, "town");
        }

        public IGrainFactory Grains => _services.GetRequiredService<IGrainFactory>();

        public Town Town { get; }

        public static async Task<Platform> Start(Database database, Action<PostgresOptions>? change = null)
        {
            var store = new PostgresStore(
                await database.Open(change), new JsonStateSerializer(StoredJson.Options), new RaisedEvents(), TimeProvider.System,
                Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, shared: false);
            await store.StartAsync(CancellationToken.None);
            var services = new ServiceCollection();
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
            services.AddPlatform(new EngineOptions(), store);
            services.AddSingleton<IAsyncDisposable>(store);
            var platform = new Platform(services.BuildServiceProvider());
            await platform._services.GetRequiredService<EmbeddedEngine>().StartAsync();
            return platform;
        }

        public async Task Eventually(Func<Task<bool>> holds, string description)
        {
            var began = Stopwatch.GetTimestamp();
            while (!await holds())
            {
                Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1), $"Not within a minute: {description}.");
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _services.GetRequiredService<EmbeddedEngine>().StopAsync();
            await _services.GetRequiredService<IAsyncDisposable>().DisposeAsync();
            await _services.DisposeAsync();
        }
    }
}
