using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Hosting;
using Orleans.Storage;

namespace OrderActors.Tools.Bench.Storage;

/// <summary>The storage provider that Orleans brings, Microsoft.Orleans.Persistence.AdoNet, in a silo that does nothing else.</summary>
internal sealed class AdoNetPeer : IAsyncDisposable
{
    private readonly IHost _host;

    private AdoNetPeer(IHost host) => _host = host;

    public IGrainStorage Storage => _host.Services.GetRequiredKeyedService<IGrainStorage>("adonet");

    public static async Task<AdoNetPeer?> StartAsync(string connectionString)
    {
        // As many connections as it likes: it has one round trip for each write under way.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = "orderactors", MaxPoolSize = 50, MaxAutoPrepare = 16 };
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0);
            silo.AddAdoNetGrainStorage("adonet", options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = settings.ConnectionString;
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        return new AdoNetPeer(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
