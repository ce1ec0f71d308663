using System.Diagnostics;
using System.Globalization;
using OrderActors.Deadlines;
using OrderActors.Orders;
using OrderActors.Tools.Bench.Engine;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Tools.Bench.Deadlines;

/// <summary>
/// The platform on the bench's journal, as a process of its own that can be killed. It says in one line each what it has done:
/// <c>known</c> with the deadlines that the shards know and the seconds since the process began, <c>moved</c>, <c>fired</c>
/// with the most memory that the process had, in bytes: only itself can say it so late, since it ends with that line.
/// </summary>
internal static class DeadlineHost
{
    /// <summary>Orders accepted at the same time.</summary>
    private const int Concurrency = 256;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Moves deadlines and then waits to be killed, or fires all.</summary>
    public static async Task<int> RunAsync(string folder, bool fire, TextWriter output)
    {
        var plan = DeadlinePlan.Load(folder);
        await using var engine = await EngineUnderTest.StartAsync(Path.Combine(folder, "journal"), WaitingOrders.Policy);
        var known = await KnowAsync(engine.Client, plan);
        var seconds = (DateTime.UtcNow - Process.GetCurrentProcess().StartTime.ToUniversalTime()).TotalSeconds;
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"known {known} {seconds:0.000}"));
        if (fire)
        {
            await UntilFiredAsync(engine.Client, plan);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"fired {Process.GetCurrentProcess().PeakWorkingSet64}"));
            return ExitCodes.Ok;
        }

        var moved = await MoveAsync(engine.Client, plan);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"moved {moved}"));
        await Task.Delay(Timeout.Infinite);
        return ExitCodes.Ok;
    }

    /// <summary>Waits until the shards know all deadlines, at most until the first is due: then they leave again.</summary>
    private static async Task<int> KnowAsync(IClusterClient client, DeadlinePlan plan)
    {
        while (true)
        {
            var open = await OpenAsync(client);
            if (open == plan.Orders || TimeProvider.System.GetUtcNow() >= plan.First) return open;
            await Task.Delay(Look);
        }
    }

    private static async Task UntilFiredAsync(IClusterClient client, DeadlinePlan plan)
    {
        while (TimeProvider.System.GetUtcNow() < plan.Last + DeadlinePlan.Patience && await OpenAsync(client) > 0) await Task.Delay(Look * 5);
    }

    /// <summary>
    /// Merchants accept: from then on their customers are waited for, until a time that the time of preparation makes what is wanted.
    /// Says how many deadlines were moved before the first was due.
    /// </summary>
    private static async Task<int> MoveAsync(IClusterClient client, DeadlinePlan plan)
    {
        var (next, moved) = (-1, 0);
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < plan.Moved; i = Interlocked.Increment(ref next))
            {
                var n = i * DeadlinePlan.MovedEvery;
                var now = TimeProvider.System.GetUtcNow();
                if (now >= plan.First) return;
                var readyAt = plan.Due(n) + plan.Shift - WaitingOrders.Policy.Collection;
                var command = new AcceptOrder("accept", new Actor(Role.Merchant, WaitingOrders.Merchant(n)), readyAt - now);
                var reply = await client.GetGrain<IOrderGrain>(DeadlinePlan.Number(n).ToString()).Execute(command);
                if (reply.Refusal is null) Interlocked.Increment(ref moved);
            }
        })));
        return moved;
    }

    private static async Task<int> OpenAsync(IClusterClient client)
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, Shard.Count).Select(shard => client.GetGrain<IDeadlineGrain>(Shard.Key(shard)).Open()));
        return counts.Sum();
    }
}
