using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrderActors.Client.Hosting;
using OrderActors.Silo.Hosting;
using OrderActors.TestKit.Servers;
using OrderActors.Tests.Gateway;

namespace OrderActors.Tests.Cluster;

/// <summary>A cluster of processes on this machine.</summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    private readonly List<ClusterProcess> _processes = [];
    private readonly bool _ownsServers;

    private LiveCluster(PostgresServer postgres, RedisServer redis, string connectionString, string id, bool ownsServers)
    {
        (Postgres, Redis, ConnectionString, Id) = (postgres, redis, connectionString, id);
        _ownsServers = ownsServers;
    }

    public PostgresServer Postgres { get; }

    public RedisServer Redis { get; }

    public string ConnectionString { get; }

    /// <summary>Its name.</summary>
    public string Id { get; }

    // A process that starts cold on a machine that stands still for some seconds is slow, and its servers are there.
    private string PatientRedis => Redis.ConnectionString + ",connectTimeout=15000,asyncTimeout=15000,syncTimeout=15000";

    /// <summary>Starts servers of its own; no silo yet.</summary>
    public static async Task<LiveCluster> Start()
    {
        var postgres = await PostgresServer.StartAsync();
        return new LiveCluster(postgres, await RedisServer.StartAsync(), await postgres.CreateDatabaseAsync(), "orderactors", ownsServers: true);
    }

    /// <summary>On servers that others use too; no silo yet.</summary>
    public static LiveCluster On(PostgresServer postgres, RedisServer redis, string connectionString, string id) =>
        new(postgres, redis, connectionString, id, ownsServers: false);

    /// <summary>An address that was free a moment ago, for a process that is spoken to before it says where it is.</summary>
    public static string FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    /// <summary>Starts a silo; its ready line or its end is not waited for. Options given here win.</summary>
    public ClusterProcess LaunchSilo(params IEnumerable<string> more) => Add(ClusterProcess.Launch(
        typeof(SiloOptions).Assembly.Location,
        [
            "--Urls", "http://127.0.0.1:0", "--Cluster:ClusterId", Id, "--Cluster:SiloPort", "0", "--Cluster:GatewayPort", "0",
            "--Cluster:Redis", PatientRedis, "--Postgres:ConnectionString", ConnectionString, "--Postgres:MaxWait", "00:00:15",
            "--Postgres:CommandTimeout", "00:00:15", "--Travel:DropoffService", "00:00:00", .. more,
        ]));

    /// <summary>Starts a silo and waits until it has joined.</summary>
    public Task<ClusterProcess> Silo(params IEnumerable<string> more) => LaunchSilo(more).Ready();

    /// <summary>Starts a gateway; its ready line or its end is not waited for. Options given here win.</summary>
    public ClusterProcess LaunchGateway(params IEnumerable<string> more) => Add(ClusterProcess.Launch(
        typeof(StartupException).Assembly.Location,
        
        [
            "--Urls", "http://127.0.0.1:0", "--OperatorKey", Api.OperatorKey, "--Cluster:ClusterId", Id, "--Cluster:Redis", PatientRedis, .. more,
        ]));

    /// <summary>Starts a gateway and waits until it has reached the cluster.</summary>
    public Task<ClusterProcess> Gateway(params IEnumerable<string> more) => LaunchGateway(more).Ready();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        if (!_ownsServers) return;
        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    private ClusterProcess Add(ClusterProcess process)
    {
        _processes.Add(process);
        return process;
    }
}
