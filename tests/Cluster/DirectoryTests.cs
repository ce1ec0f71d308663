using OrderActors.TestKit.Servers;
using OrderActors.Tests.Gateway;

namespace OrderActors.Tests.Cluster;

/// <summary>With the grain directory in Redis, what a dead silo held is found anew as well.</summary>
public sealed class DirectoryTests(Servers servers) : IClassFixture<Servers>
{
    [ServersFact]
    public async Task Orders_go_on_when_one_of_two_silos_dies()
    {
        string[] inRedis = ["--Cluster:Directory", "redis"];
        await using var cluster = await servers.Cluster();
        var silos = new[] { await cluster.Silo(inRedis), await cluster.Silo(inRedis) };
        using var api = new Api((await cluster.Gateway()).Url);
        var town = await Town.Open(api);
        var placed = new List<string>();
        for (var i = 0; i < 10; i++) placed.Add(await town.Place());

        await silos[0].Kill();
        foreach (var number in placed)
        {
            var key = Api.NewKey();
            var accepted = await Settled(() => api.Post($"/v1/orders/{number}/accept", new { }, key));
            Assert.Equal("preparing", accepted.Expect(200)["status"]);
        }

        var another = Api.NewKey();
        (await Settled(() => api.Post("/v1/orders", town.Order(), another))).Expect(201);
    }

    private static Task<Answer> Settled(Func<Task<Answer>> send) => Eventually.Get(send, answer => answer.Status < 500, "the command is settled");
}
