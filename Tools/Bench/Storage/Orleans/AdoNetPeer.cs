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

    /// <summary>Starts it over this database, with the driver's defaults as a user has them.</summary>
    /// <param name="connectionString">A database with the tables that the provider asks for.</param>
    /// <param name="ours">Whether these are the ones of our own migrations.</param>
    public static async Task<AdoNetPeer?> StartAsync(string connectionString, bool ours)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (ours) settings.SearchPath = "orderactors";
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePort(), FreePort());
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
