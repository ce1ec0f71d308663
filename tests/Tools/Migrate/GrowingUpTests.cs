using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderActors.Customers;
using OrderActors.Embedded.Hosting;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Orders;
using OrderActors.Silo.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.TestKit;
using OrderActors.TestKit.Servers;
using OrderActors.Tools;
using OrderActors.Tools.Migrate;
using OrderActors.Values;
using Orleans;
using Orleans.Storage;

namespace OrderActors.Tests.Tools.Migrate;

/// <summary>The platform goes on, on the database and on a journal again, as if nobody had carried it.</summary>
public sealed class GrowingUpTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PostgresFact]
    public async Task Orders_lists_deadlines_and_numbers_go_on_after_each_move()
    {
        var database = await (await PostgresServer.Shared).CreateDatabaseAsync();
        var platform = new MovingPlatform();
        var town = platform.Town;
        List<OrderView> placed = [];
        OrderView unanswered, accepted;
        await using (await platform.OnJournal(_folder.Combine("journal")))
        {
            await town.Merchant("m1", bread: 100);
            await town.Courier("k1");
            placed.Add(await town.Delivered("anna", "m1", bread: 1));
            // Who has just handed over takes a moment before the next one.
            await town.Courier("k2");
            placed.Add(unanswered = await town.Placed("anna", "m1"));
            placed.Add(accepted = await town.Accept(await town.Placed("anna", "m1", bread: 2)));
            await platform.Eventually(async () => (await platform.OrdersOf("anna")).Length == 3, "anna's list has three orders");
        }

        await Migrate(_folder.Combine("journal"), database);
        Assert.Equal("first_tick grain_key grain_type name period", await ZoneReminder(database));
        await using (await platform.OnPostgres(database, TimeProvider.System))
        {
            foreach (var order in placed) Assert.Equal(order.Number, (await town.Now(order)).Number);
            Assert.Equal(placed.Select(order => order.Number).Reverse(), await platform.OrdersOf("anna"));

            // Which was under way when it was stopped.
            await town.Ready(accepted);
            Assert.Equal("k2", await town.AssignedCourier(accepted));
            await town.Step(accepted, "k2", CourierStep.PickUp);
            Assert.Equal(OrderStatus.Delivered, (await town.Step(accepted, "k2", CourierStep.Deliver)).Status);

            for (var i = 0; i < 20; i++) placed.Add(await town.Placed("ben", "m1"));
            await platform.Eventually(async () => (await platform.OrdersOf("ben")).Length == 20, "ben's list has twenty orders");
        }

        // Six minutes later than it is: what the merchant did not answer in time on the journal is cancelled on the database.
        await using (await platform.OnPostgres(database, new LaterClock(TimeSpan.FromMinutes(6))))
            await platform.Eventually(async () => (await town.Now(unanswered)).Status == OrderStatus.Canceled, "the unanswered order is cancelled");

        await Migrate(database, _folder.Combine("back"));
        await using (await platform.OnJournal(_folder.Combine("back")))
        {
            Assert.Equal(OrderStatus.Canceled, (await town.Now(unanswered)).Status);
            Assert.Equal(OrderStatus.Delivered, (await town.Now(accepted)).Status);
            Assert.Equal(20, (await platform.OrdersOf("ben")).Length);
            await town.Courier("k3");
            placed.Add(await town.Delivered("anna", "m1", bread: 3));
            Assert.Equal(placed.Count, placed.Select(order => order.Number).Distinct().Count());
        }
    }

    private static async Task Migrate(string from, string to)
    {
        using var stderr = new StringWriter();
        var code = await MigrateCommand.RunAsync(from, to, MigrateCommand.DefaultCluster, TextWriter.Null, stderr, CancellationToken.None);
        Assert.True(code == ExitCodes.Ok, stderr.ToString());
    }

    /// <summary>The members of the zone's reminder, as a cluster will look for them when it takes it over.</summary>
    private static async Task<object?> ZoneReminder(string database)
    {
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        await using var command = source.CreateCommand(
            """
            SELECT string_agg(member, ' ' ORDER BY member)
            FROM orderactors.grain_state s,
                 jsonb_array_elements(convert_from(s.state, 'UTF8')::jsonb -> 'reminders') reminder, jsonb_object_keys(reminder) member
            WHERE s.grain_type = 'reminders' AND s.state_name = 'state' AND reminder ->> 'grain_type' = 'dispatch'
            """);
        return await command.ExecuteScalarAsync();
    }

    private sealed class LaterClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }

    /// <summary>The embedded engine, over one storage after another.</summary>
    private sealed class MovingPlatform
    {
        private ServiceProvider? _services;

        public MovingPlatform() => Town = new Town(() => Grains, Eventually, "town");

        public Town Town { get; }

        private IGrainFactory Grains => _services!.GetRequiredService<IGrainFactory>();

        public Task<IAsyncDisposable> OnJournal(string folder)
        {
            var journal = JournalStore.Open(
                new JournalOptions { Folder = folder }, new JsonStateSerializer(StoredJson.Options), new RaisedEvents(), TimeProvider.System,
                NullLogger<JournalStore>.Instance);
            return Start(journal, TimeProvider.System, journal);
        }

        public async Task<IAsyncDisposable> OnPostgres(string connectionString, TimeProvider clock)
        {
            var database = await PostgresDatabase.OpenAsync(
                new PostgresOptions { ConnectionString = connectionString }, PostgresOptions.DefaultClusterId, TimeProvider.System,
                NullLoggerFactory.Instance, CancellationToken.None, alone: true);
            var store = new PostgresStore(
                database, new JsonStateSerializer(StoredJson.Options), new RaisedEvents(), TimeProvider.System, NullLoggerFactory.Instance, shared: false);
            await store.StartAsync(CancellationToken.None);
            return await Start(store, clock, store, database);
        }

        public async Task<OrderNumber[]> OrdersOf(string customer) => [.. (await Grains.GetGrain<ICustomerGrain>(customer).Orders(null, 100)).Orders];

        public async Task Eventually(Func<Task<bool>> holds, string description)
        {
            var began = Stopwatch.GetTimestamp();
            using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!await holds())
            {
                Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1), $"Not within a minute: {description}.");
                await poll.WaitForNextTickAsync();
            }
        }

        private async Task<IAsyncDisposable> Start<TStore>(TStore store, TimeProvider clock, params IAsyncDisposable[] storage)
            where TStore : class, IGrainStorage, IEventStore
        {
            var services = new ServiceCollection();
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
            services.AddSingleton(clock);
            services.AddPlatform(new EngineOptions(), store);
            _services = services.BuildServiceProvider();
            await _services.GetRequiredService<EmbeddedEngine>().StartAsync();
            return new Running(_services, storage);
        }

        private sealed class Running(ServiceProvider services, IAsyncDisposable[] storage) : IAsyncDisposable
        {
            public async ValueTask DisposeAsync()
            {
                await services.GetRequiredService<EmbeddedEngine>().StopAsync();
                foreach (var one in storage) await one.DisposeAsync();
                await services.DisposeAsync();
            }
        }
    }
}
