using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrderActors.Client.Hosting;
using OrderActors.Silo.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.TestKit.Servers;
using Orleans.Hosting;
using Orleans.Storage;

namespace OrderActors.Tests.Storage;

/// <summary>Storage:name=adonet: Orleans' own provider over the tables that the migrations make for it.</summary>
public sealed class AdoNetTests
{
    [PostgresFact]
    public async Task A_state_is_written_read_changed_and_cleared()
    {
        await using var silo = await AdoNetSilo.Start();
        var cell = Cell.Numbered(1);
        await cell.Read(silo.Storage);
        Assert.False(cell.RecordExists);

        cell.State.Count = 7;
        await cell.Write(silo.Storage);
        var first = cell.ETag;
        cell.State.Count = 8;
        await cell.Write(silo.Storage);
        Assert.NotEqual(first, cell.ETag);

        var other = Cell.Numbered(1);
        await other.Read(silo.Storage);
        Assert.True(other.RecordExists);
        Assert.Equal((8, cell.ETag), (other.State.Count, other.ETag));
        var neighbour = Cell.Numbered(2);
        await neighbour.Read(silo.Storage);
        Assert.False(neighbour.RecordExists);

        await cell.Clear(silo.Storage);
        Assert.False(cell.RecordExists);
        await other.Read(silo.Storage);
        Assert.Equal(0, other.State.Count);

        // The provider keeps the row, so that a version is not given twice.
        other.State.Count = 9;
        await other.Write(silo.Storage);
        await cell.Read(silo.Storage);
        Assert.Equal(9, cell.State.Count);
        Assert.Equal(1L, await silo.Database.Ask<long>("SELECT count(*) FROM orderactors.adonet_state"));
        Assert.Equal(0L, await silo.Database.Ask<long>("SELECT count(*) FROM orderactors.grain_state"));
    }

    [PostgresFact]
    public async Task A_write_over_a_newer_state_is_refused_and_changes_nothing()
    {
        await using var silo = await AdoNetSilo.Start();
        var (one, two) = (Cell.Numbered(1), Cell.Numbered(1));
        await one.Write(silo.Storage);
        await two.Read(silo.Storage);
        one.State.Count = 1;
        await one.Write(silo.Storage);

        two.State.Count = 2;
        await Assert.ThrowsAsync<InconsistentStateException>(() => two.Write(silo.Storage));
        await Assert.ThrowsAsync<InconsistentStateException>(() => two.Clear(silo.Storage));
        await two.Read(silo.Storage);
        Assert.Equal((1, one.ETag), (two.State.Count, two.ETag));
    }

    [PostgresFact]
    public async Task Of_first_writes_that_race_one_is_stored()
    {
        await using var silo = await AdoNetSilo.Start();
        for (var round = 0; round < 20; round++)
        {
            var racers = Enumerable.Range(1, 8).Select(n =>
            {
                var cell = Cell.Numbered(round);
                cell.State.Count = n;
                return cell;
            }).ToArray();
            var outcomes = await Task.WhenAll(racers.Select(cell => Record.ExceptionAsync(() => cell.Write(silo.Storage))));
            Assert.All(outcomes, e => Assert.True(e is null or InconsistentStateException, $"{e}"));
            var winner = racers[Array.IndexOf(outcomes, Assert.Single(outcomes, e => e is null))];
            var stored = Cell.Numbered(round);
            await stored.Read(silo.Storage);
            Assert.Equal(winner.State.Count, stored.State.Count);
        }
    }

    [Theory]
    [InlineData("Default", "adonet", "it must be postgres")]
    [InlineData("rare", "disk", "allowed are postgres and adonet")]
    public void A_choice_that_cannot_be_is_refused(string name, string choice, string why)
    {
        var refused = Assert.Throws<StartupException>(() => Choices(name, choice));
        Assert.Contains($"Storage:{name} is '{choice}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    private static StorageChoices Choices(string name, string choice) => StorageChoices.Read(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Storage:" + name] = choice }).Build());

    /// <summary>A silo that has the storage and nothing else.</summary>
    private sealed class AdoNetSilo(IHost host, Database database) : IAsyncDisposable
    {
        public Database Database => database;

        public IGrainStorage Storage => host.Services.GetRequiredKeyedService<IGrainStorage>("rare");

        public static async Task<AdoNetSilo> Start()
        {
            var database = await Database.Create();
            var store = await database.Store();
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            builder.Logging.ClearProviders();
            builder.UseOrleans(silo =>
            {
                silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0);
                silo.AddStorages(Choices("rare", "adonet"), store, database.ConnectionString);
            });
            var host = builder.Build();
            await host.StartAsync();
            return new AdoNetSilo(host, database);
        }

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
            await database.DisposeAsync();
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
