using OrderActors.Orders;
using OrderActors.Tools.Simulate.World;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>Everything the platform promises, checked once its world has come to rest.</summary>
internal static class Promises
{
    /// <summary>Checks all of it.</summary>
    /// <exception cref="BrokenPromiseException">A promise was broken.</exception>
    public static async Task CheckAll(Town town, IWorldPlatform platform)
    {
        var stored = Stored.Read(platform);
        Subscribers.Check(town, platform);
        Versions.Check(town, stored);
        Placements.Check(town, stored);
        Histories.Check(town, platform);
        Claims.Check(town, stored);
        MoneyFlow.Check(town, stored);
        Books.Check(town, stored);
        await Goods.Check(town, platform);
        await Coupons.Check(town, platform, stored);
        await Lists.Check(town, platform);
    }

    /// <summary>Throws unless something is as it should be.</summary>
    public static void Require(bool holds, string invariant, string subject, object expected, object actual)
    {
        if (!holds) throw new BrokenPromiseException(invariant, subject, $"{expected}", $"{actual}");
    }
}
