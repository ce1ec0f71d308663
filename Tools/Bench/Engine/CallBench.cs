using System.Diagnostics;
using Orleans;

namespace OrderActors.Tools.Bench.Engine;

/// <summary>Grain calls a second, 200 callers, no state: the engine's side of <see cref="ChannelPeer"/>.</summary>
internal static class CallBench
{
    /// <summary>One round over so many grains. The loop is the peer's, so that both pay the same for it.</summary>
    public static async Task<double> RoundAsync(IGrainFactory factory, int grains, TimeSpan round)
    {
        var references = Enumerable.Range(0, grains).Select(i => factory.GetGrain<IAdderGrain>(i)).ToArray();
        foreach (var reference in references) await reference.Add(0);
        var until = Stopwatch.GetTimestamp() + (long)(round.TotalSeconds * Stopwatch.Frequency);
        var start = Stopwatch.GetTimestamp();
        var callers = Enumerable.Range(0, ChannelPeer.Callers).Select(caller => Task.Run(() => CallAsync(references, caller, until))).ToArray();
        var calls = await Task.WhenAll(callers);
        return calls.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<long> CallAsync(IAdderGrain[] grains, int caller, long until)
    {
        var at = (int)((long)caller * grains.Length / ChannelPeer.Callers);
        long calls = 0;
        do
        {
            for (var i = 0; i < 16; i++)
            {
                await grains[at].Add(calls);
                if (++at == grains.Length) at = 0;
                calls++;
            }
        }
        while (Stopwatch.GetTimestamp() < until);
        return calls;
    }
}
