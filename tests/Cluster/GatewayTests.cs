using OrderActors.TestKit.Servers;
using OrderActors.Tests.Gateway;

namespace OrderActors.Tests.Cluster;

/// <summary>A gateway is there before the cluster and after it: while it is away it says so, and when it is back nobody starts the gateway anew.</summary>
public sealed class GatewayTests(Servers servers) : IClassFixture<Servers>
{
    // How soon a member that died is noticed by the next one that joins alone.
    private static readonly string[] Quick = ["--Cluster:TableRefresh", "00:00:01"];

    [ServersFact]
    public async Task It_waits_for_the_cluster_and_outlives_it()
    {
        await using var cluster = await servers.Cluster();
        var url = LiveCluster.FreeUrl();
        var gateway = cluster.LaunchGateway("--Urls", url);
        using var api = new Api(url);
        await Listening(api);
        (await api.Get("/health/live")).Expect(200);
        Refused(await api.Get("/health/ready"), "starting");
        Refused(await api.Post("/v1/orders", new { }), "starting");

        var silo = await cluster.Silo(Quick);
        await gateway.Ready();
        (await api.Get("/health/ready")).Expect(200);
        var town = await Town.Open(api);
        var key = Api.NewKey();
        var number = (await api.Post("/v1/orders", town.Order(), key)).Expect(201)["number"];

        await silo.Kill();
        await Eventually.Get(() => api.Get("/health/ready"), answer => answer.Status == 503, "the gateway is not ready without a silo");
        Refused(await api.Get("/health/ready"), "cluster_unavailable");
        Refused(await api.Post("/v1/orders", town.Order(), key), "cluster_unavailable");
        (await api.Get("/health/live")).Expect(200);

        await cluster.Silo(Quick);
        await Eventually.Get(() => api.Get("/health/ready"), answer => answer.Status == 200, "the gateway is ready again");
        Assert.Equal(number, (await Settled(api, town.Order(), key)).Expect(201)["number"]);
        Assert.NotEqual(number, (await Settled(api, town.Order(), Api.NewKey())).Expect(201)["number"]);
    }

    [ServersFact]
    public async Task It_waits_for_redis_too()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.CrashAsync();
        await using var cluster = LiveCluster.On(servers.Postgres, redis, await servers.Postgres.CreateDatabaseAsync(), "late");
        var url = LiveCluster.FreeUrl();
        var gateway = cluster.LaunchGateway("--Urls", url);
        using var api = new Api(url);
        await Listening(api);
        Refused(await api.Get("/health/ready"), "starting");

        await redis.RestartAsync();
        await cluster.Silo();
        await gateway.Ready();
        (await (await Town.Open(api)).SetMenu()).Expect(200);
    }

    private static void Refused(Answer answer, string code)
    {
        answer.ExpectProblem(503, code);
        Assert.InRange(int.Parse(answer.Header("retry-after")!, System.Globalization.CultureInfo.InvariantCulture), 1, 10);
    }

    /// <summary>The answer once it is neither 503 nor 504, sent again with the same key as these say.</summary>
    private static Task<Answer> Settled(Api api, object order, string key) =>
        Eventually.Get(() => api.Post("/v1/orders", order, key), answer => answer.Status < 500, "the order is settled");

    private static Task<int> Listening(Api api) => Eventually.Get(
        async () =>
        {
            try
            {
                return (await api.Get("/health/live")).Status;
            }
            catch (HttpRequestException)
            {
                return 0;
            }
        },
        status => status != 0,
        "the gateway listens");
}
