using Microsoft.Extensions.DependencyInjection;
using OrderActors.Governance;
using OrderActors.Orders;
using OrderActors.Silo.Hosting;
using OrderActors.TestKit;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using InProcessSiloHandle = Orleans.TestingHost.InProcessSiloHandle;

namespace OrderActors.Tests.Behaviour.Cluster;

/// <summary>Grains are placed on silos of their class, where there are any.</summary>
public sealed class RoleTests
{
    private const int Lists = 20;

    [Fact]
    public Task Orders_never_share_a_silo_with_lists_when_each_has_silos_of_its_own() => TestCluster.Run(
        new TestClusterShape { Silos = 3, RolesOf = silo => silo < 2 ? [WorkClass.Critical] : [WorkClass.Secondary, WorkClass.NonCritical] },
        async cluster =>
        {
            await cluster.Eventually(() => Task.FromResult(KnowTheirRoles(cluster)), "every silo knows the roles of all");
            await Work(cluster);
            var where = await Placed(cluster);
            Assert.Equal([2], where["orderindexpage"].Distinct());
            Assert.DoesNotContain(2, where["order"]);
            Assert.DoesNotContain(2, where["customer"]);
            Assert.DoesNotContain(2, where["merchant"]);
            Assert.Equal([0, 1], where["order"].Distinct().Order());
        });

    [Fact]
    public Task A_cluster_without_a_silo_for_a_class_does_its_work_anyway() => TestCluster.Run(
        new TestClusterShape { Silos = 2, RolesOf = _ => [WorkClass.Critical] },
        async cluster =>
        {
            await cluster.Eventually(() => Task.FromResult(KnowTheirRoles(cluster)), "every silo knows the roles of all");
            await Work(cluster);
            Assert.Equal(Lists, (await Placed(cluster))["orderindexpage"].Count());
        });

    private static async Task Work(TestCluster cluster)
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        for (var i = 0; i < Lists; i++)
        {
            await town.Placed($"customer{i}", "m1");
            await cluster.Grains.GetGrain<IOrderIndexPageGrain>($"customer/customer{i}/7").Get();
        }
    }

    /// <summary>On which silos, by number, the activations of each grain type are.</summary>
    private static async Task<ILookup<string, int>> Placed(TestCluster cluster)
    {
        var silos = cluster.Silos.Select(silo => silo.SiloAddress).ToList();
        var found = await cluster.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        return found.ToLookup(grain => grain.GrainId.Type.ToString()!, grain => silos.IndexOf(grain.SiloAddress), StringComparer.Ordinal);
    }

    private static bool KnowTheirRoles(TestCluster cluster) => cluster.Silos.All(silo => cluster.Silos.All(other => Knows(cluster, silo, other)));

    private static bool Knows(TestCluster cluster, InProcessSiloHandle silo, InProcessSiloHandle other) =>
        cluster.ServicesOf(silo).GetRequiredService<ISiloMetadataCache>().GetSiloMetadata(other.SiloAddress).Metadata.Count > 0;
}
