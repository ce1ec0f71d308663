using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Silo.Storage;
using OrderActors.TestKit.Servers;

namespace OrderActors.Tests.Cluster;

/// <summary>A start that cannot be is one line on standard error that names what is wrong, and exit code 1; the database stays as it was.</summary>
public sealed class RefusalTests(Servers servers) : IClassFixture<Servers>
{
    [ServersTheory]
    [InlineData("--Colour", "red", "There is no option --Colour.", "Cluster:…")]
    [InlineData("--Cluster:Colour", "red", "There is no option Cluster:Colour.", "Cluster:ClusterId")]
    [InlineData("--Cluster:Roles", "critical,secret", "Cluster:Roles has 'secret'", "allowed are critical, secondary and non-critical")]
    [InlineData("--Cluster:Roles", ",", "Cluster:Roles is ','", "at least one")]
    [InlineData("--Cluster:Directory", "disk", "Cluster:Directory is 'disk'", "allowed are memory and redis")]
    [InlineData("--Cluster:ProbeTimeout", "3", "Cluster:ProbeTimeout is '3'", "a duration such as 00:00:30")]
    [InlineData("--Cluster:DeathVotes", "0", "Cluster:DeathVotes is 0", "1 to 10")]
    [InlineData("--Cluster:Redis", "127.0.0.1:1,connectTimeout=500", "Redis at 127.0.0.1:1 cannot be used: it does not answer.", "Cluster:Redis")]
    [InlineData("--Postgres:ConnectionString", "Host=127.0.0.1;Port=1;Database=orders;Username=u;Password=secret", "127.0.0.1:1/orders", "cannot be used")]
    [InlineData("--Postgres:ConnectionString", "nonsense", "Postgres:ConnectionString cannot be read", "Host=127.0.0.1")]
    [InlineData("--OperatorKey", "short", "OperatorKey has 5 characters", "16 to 256")]
    [InlineData("--Storage:Default", "disk", "Storage:Default is 'disk'", "allowed are postgres and adonet")]
    [InlineData("--Storage:Default", "adonet", "Storage:Default is 'adonet'", "it must be postgres")]
    [InlineData("--Dispatch:Colour", "red", "There is no option Dispatch:Colour.", "Dispatch:MaxWaiting")]
    [InlineData("--Tls:Authority", "nowhere.pem", "Tls:Certificate is missing", "Tls:Key")]
    public async Task An_option_that_cannot_be_is_named_with_what_is_allowed(string option, string value, string wrong, string allowed)
    {
        await using var cluster = await servers.Cluster();
        var line = await Refusal(cluster, option, value);
        Assert.Contains(wrong, line, StringComparison.Ordinal);
        Assert.Contains(allowed, line, StringComparison.Ordinal);
        Assert.DoesNotContain("Password", line, StringComparison.Ordinal);
    }

    [ServersTheory]
    [InlineData("Urls", "http://127.0.0.1:{0}")]
    [InlineData("Cluster:SiloPort", "{0}")]
    [InlineData("Cluster:GatewayPort", "{0}")]
    public async Task A_port_that_somebody_has_is_named_with_its_option(string option, string value)
    {
        using var somebody = new TcpListener(IPAddress.Loopback, 0);
        somebody.Start();
        var port = ((IPEndPoint)somebody.LocalEndpoint).Port;
        await using var cluster = await servers.Cluster();
        var line = await Refusal(cluster, "--" + option, string.Format(CultureInfo.InvariantCulture, value, port));
        Assert.Contains($"Cannot listen on 127.0.0.1:{port} ({option}): the port is in use by another process.", line, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task A_redis_that_forgets_is_refused_unless_it_is_allowed()
    {
        await using var forgetful = await RedisServer.StartAsync(persistent: false);
        await using var cluster = await servers.Cluster();
        var line = await Refusal(cluster, "--Cluster:Redis", forgetful.ConnectionString);
        Assert.Contains($"Redis at {forgetful.ConnectionString} keeps nothing on disk", line, StringComparison.Ordinal);
        Assert.Contains("--Cluster:AllowVolatileRedis true", line, StringComparison.Ordinal);

        var allowed = await cluster.Silo("--Cluster:Redis", forgetful.ConnectionString, "--Cluster:AllowVolatileRedis", "true");
        Assert.Equal(0, await allowed.Drain());
    }

    [ServersFact]
    public async Task The_database_of_another_cluster_is_refused()
    {
        await using var cluster = await servers.Cluster();
        await Prepare(cluster, clusterId: "others");
        var line = await Refusal(cluster);
        Assert.Contains($"The database belongs to cluster 'others'; this silo is of cluster '{cluster.Id}'.", line, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task A_database_at_a_newer_schema_is_refused()
    {
        await using var cluster = await servers.Cluster();
        await Prepare(cluster);
        await Servers.Do(cluster.ConnectionString, "INSERT INTO orderactors.migration (number, name, needs) VALUES (9001, 'from-the-future', 9001)");
        var line = await Refusal(cluster);
        Assert.Contains("The database is at schema 9001", line, StringComparison.Ordinal);
        Assert.Contains("Start the release that made it, or a newer one.", line, StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task A_database_that_is_being_moved_in_is_refused()
    {
        await using var cluster = await servers.Cluster();
        await Prepare(cluster);
        await Servers.Do(cluster.ConnectionString, "INSERT INTO orderactors.moved_in (source, fingerprint) VALUES ('./data', 'f')");
        Assert.Contains("holds an unfinished migration from ./data. Finish it (orderactors migrate)", await Refusal(cluster), StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task A_silo_whose_contracts_are_two_versions_away_is_refused()
    {
        await using var cluster = await servers.Cluster();
        await Prepare(cluster);
        var far = ContractsVersion.Current + ContractsVersion.Tolerance + 1;
        await Servers.Do(cluster.ConnectionString, $"INSERT INTO orderactors.silo VALUES ('10.0.0.7:11111', {far}, clock_timestamp() + interval '1 hour')");
        var line = await Refusal(cluster);
        Assert.Contains($"This cluster runs contracts version {far} (silo 10.0.0.7:11111", line, StringComparison.Ordinal);
        Assert.Contains($"this silo has {ContractsVersion.Current}; allowed are {far - 1} to {far + 1}.", line, StringComparison.Ordinal);
    }

    [ServersTheory]
    [InlineData("--Colour", "red", "There is no option --Colour.")]
    [InlineData("--Cluster:RefreshPeriod", "00:00:00", "Cluster:RefreshPeriod is 00:00:00; it must be 00:00:01 to 00:05:00.")]
    [InlineData("--Cluster:Redis", "", "Cluster:Redis cannot be read; it is written address:port")]
    [InlineData("--Calls:ResponseTimeout", "soon", "Calls:ResponseTimeout is 'soon'; it must be a duration such as 00:00:30.")]
    [InlineData("--Tls:Certificate", "nowhere.pem", "Tls:Key is missing")]
    public async Task A_gateway_says_what_is_wrong_in_one_line_too(string option, string value, string wrong)
    {
        await using var cluster = await servers.Cluster();
        Assert.Contains(wrong, await OneLine(cluster.LaunchGateway(option, value), "OrderActors gateway cannot start: "), StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task A_gateway_names_the_address_that_somebody_has()
    {
        using var somebody = new TcpListener(IPAddress.Loopback, 0);
        somebody.Start();
        var url = $"http://{somebody.LocalEndpoint}";
        await using var cluster = await servers.Cluster();
        var line = await OneLine(cluster.LaunchGateway("--Urls", url), "OrderActors gateway cannot start: ");
        Assert.Contains($"Cannot listen on {url}: the port is in use by another process.", line, StringComparison.Ordinal);
    }

    /// <summary>A database at this release's schema, of this cluster.</summary>
    private static async Task Prepare(LiveCluster cluster, string? clusterId = null)
    {
        var options = new PostgresOptions { ConnectionString = cluster.ConnectionString };
        await using var database = await PostgresDatabase.OpenAsync(
            options, clusterId ?? cluster.Id, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    }

    /// <summary>The line with which a silo refuses to start; nothing in the database is other than before.</summary>
    private static async Task<string> Refusal(LiveCluster cluster, params string[] options)
    {
        var before = await Servers.Contents(cluster.ConnectionString);
        var line = await OneLine(cluster.LaunchSilo(options), "OrderActors cannot start: ");
        Assert.Equal(before, await Servers.Contents(cluster.ConnectionString));
        return line;
    }

    private static async Task<string> OneLine(ClusterProcess process, string start)
    {
        Assert.Equal(1, await process.Exit());
        var line = Assert.Single(process.Error);
        Assert.StartsWith(start, line, StringComparison.Ordinal);
        Assert.Empty(process.Out);
        return line;
    }
}
