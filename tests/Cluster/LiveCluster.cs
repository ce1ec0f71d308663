using OrderActors.Client.Hosting;
using OrderActors.Silo.Hosting;
using OrderActors.TestKit.Servers;

namespace OrderActors.Tests.Cluster;

/// <summary>A cluster of processes on this machine, with a PostgreSQL and a Redis of its own.</summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    private readonly List<ClusterProcess> _processes = [];

    private LiveCluster(PostgresServer postgres, RedisServer redis, string connectionString) =>
        (Postgres, Redis, ConnectionString) = (postgres, redis, connectionString);

    public PostgresServer Postgres { get; }

    public RedisServer Redis { get; }

    public string ConnectionString { get; }

    /// <summary>Starts the servers; no silo yet.</summary>
    public static async Task<LiveCluster> Start()
    {
        var postgres = await PostgresServer.StartAsync();
        return new LiveCluster(postgres, await RedisServer.StartAsync(), await postgres.CreateDatabaseAsync());
    }

    /// <summary>Starts a silo; its ready line or its end is not waited for.</summary>
    public ClusterProcess LaunchSilo(params IEnumerable<string> more) => Add(ClusterProcess.Launch(
        typeof(SiloOptions).Assembly.Location,
        [
            "--Urls", "http://127.0.0.1:0", "--Cluster:SiloPort", "0", "--Cluster:GatewayPort", "0", "--Cluster:Redis", Redis.ConnectionString,
            "--Postgres:ConnectionString", ConnectionString, "--Travel:DropoffService", "00:00:00", .. more,
        ]));

    /// <summary>Starts a silo and waits until it has joined.</summary>
    public Task<ClusterProcess> Silo(params IEnumerable<string> more) => LaunchSilo(more).Ready();

    /// <summary>Starts a gateway; its ready line or its end is not waited for.</summary>
    public ClusterProcess LaunchGateway(params IEnumerable<string> more) => Add(ClusterProcess.Launch(
        typeof(StartupException).Assembly.Location, ["--Urls", "http://127.0.0.1:0", "--Cluster:Redis", Redis.ConnectionString, .. more]));

    /// <summary>Starts a gateway and waits until it has reached the cluster.</summary>
    public Task<ClusterProcess> Gateway(params IEnumerable<string> more) => LaunchGateway(more).Ready();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    private ClusterProcess Add(ClusterProcess process)
    {
        _processes.Add(process);
        return process;
    }
}
