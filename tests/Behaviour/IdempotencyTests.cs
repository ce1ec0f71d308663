using OrderActors.Customers;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

public sealed class IdempotencyTests
{
    [Fact]
    public Task The_same_placing_again_is_the_same_order() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 10);
        var command = town.Order("anna", "m1", bread: 2);
        var first = await town.Place(command);
        var again = await town.Place(command);
        Assert.Equal(first.Order!.Number, again.Order!.Number);
        Assert.False(first.Replayed);
        Assert.True(again.Replayed);
        Assert.Equal(8, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);
        Assert.Single((await cluster.Grains.GetGrain<ICustomerGrain>("anna").Orders(null, 10)).Orders);
    });

    [Fact]
    public Task The_same_placing_many_times_at_once_is_one_order() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1", bread: 10);
        var command = town.Order("anna", "m1", bread: 2);
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => town.Place(command)));
        Assert.Single(replies.Select(r => r.Order!.Number).Distinct());
        Assert.Equal(1, replies.Count(r => !r.Replayed));
    });

    [Fact]
    public Task The_same_id_with_other_content_is_refused() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var command = town.Order("anna", "m1");
        await town.Place(command);
        var other = await town.Place(command with { Dropoff = Town.Market });
        Assert.Equal(RefusalCode.IdempotencyKeyReused, other.Refusal?.Code);
    });

    [Fact]
    public Task A_refused_placing_stays_refused_under_its_id() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var command = town.Order("anna", "m1");
        Assert.Equal(RefusalCode.UnknownMerchant, (await town.Place(command)).Refusal?.Code);
        await town.Merchant("m1");
        var again = await town.Place(command);
        Assert.Equal(RefusalCode.UnknownMerchant, again.Refusal?.Code);
        Assert.True(again.Replayed);
        Assert.NotNull((await town.Place(command with { Id = "new" })).Order);
    });

    [Fact]
    public Task A_command_twice_is_done_once() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        var accept = new AcceptOrder("same", new Actor(Role.Merchant, "m1"));
        var first = await town.OrderGrain(order).Execute(accept);
        var again = await town.OrderGrain(order).Execute(accept);
        Assert.Null(again.Refusal);
        Assert.True(again.Replayed);
        Assert.Equal(first.Order!.Version, again.Order!.Version);
        Assert.Equal(1, again.Order.Timeline.Count(e => e.Type == "order.accepted"));
    });
}
