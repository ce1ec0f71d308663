using System.Collections.Immutable;
using OrderActors.Couriers;
using OrderActors.Governance;
using OrderActors.Merchants;
using Orleans;

namespace OrderActors.Silo.Hosting;

/// <summary>Brings into memory whom the first requests will be about: the busiest of yesterday and today, and an operator's list.</summary>
internal static class HotGrains
{
    private const int AtOnce = 64;

    /// <summary>Activates them; returns how many. One that cannot be read is left to whoever asks for it.</summary>
    public static async Task<int> ActivateAsync(IGrainFactory grains, WarmUpOptions options, CancellationToken cancellation)
    {
        var hot = new HashSet<(TrafficKind Kind, string Id)>(options.Listed());
        hot.UnionWith(await Busiest(grains, TrafficKind.Merchant, options.Merchants));
        hot.UnionWith(await Busiest(grains, TrafficKind.Courier, options.Couriers));
        var activated = 0;
        await Parallel.ForEachAsync(hot, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (one, token) =>
        {
            try
            {
                // A read, which leaves nothing behind; it is a read of the storage when the grain is not in memory.
                await (one.Kind == TrafficKind.Merchant
                    ? (Task)grains.GetGrain<IMerchantGrain>(one.Id).Get()
                    : grains.GetGrain<ICourierGrain>(one.Id).Get()).WaitAsync(token);
                Interlocked.Increment(ref activated);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
            }
        });
        return activated;
    }

    private static async Task<IEnumerable<(TrafficKind Kind, string Id)>> Busiest(IGrainFactory grains, TrafficKind kind, int most)
    {
        var busiest = most == 0 ? [] : await grains.GetGrain<ITrafficGrain>(ITrafficGrain.Key).Busiest(kind, most);
        return busiest.Select(traffic => (kind, traffic.Id));
    }
}
