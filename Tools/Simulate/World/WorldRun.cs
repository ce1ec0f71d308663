using OrderActors.Broadcast;
using OrderActors.Broadcast.Webhooks;
using OrderActors.Dispatch;
using OrderActors.Intake;
using OrderActors.Notifications;
using OrderActors.Payments;
using OrderActors.Settlement;
using OrderActors.Simulations;
using OrderActors.Tools.Simulate.Checks;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Tools.Simulate.World;

/// <summary>What a world came to.</summary>
/// <param name="Orders">Orders that the log knows.</param>
/// <param name="Calls">Calls of clients, repeats included.</param>
/// <param name="Events">Events of the log.</param>
/// <param name="Time">How long it lived, in its own time.</param>
internal sealed record WorldReport(int Orders, long Calls, long Events, TimeSpan Time);

/// <summary>Lives a world on a platform: founds the town, lives through its orders with faults, heals, waits for every end, and checks everything.</summary>
internal static class WorldRun
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    /// <summary>How long, after the faults, everything may take to come to its end; far more than all deadlines together.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromHours(30);

    private static readonly (string Name, Func<IGrainFactory, string, ISubscriberGrain> Grain)[] Subscribers =
    [
        ("fulfilment", (grains, key) => grains.GetGrain<IFulfilmentGrain>(key)),
        ("payments", (grains, key) => grains.GetGrain<IPaymentFeedGrain>(key)),
        ("notifications", (grains, key) => grains.GetGrain<INotificationFeedGrain>(key)),
        ("settlement", (grains, key) => grains.GetGrain<ISettlementFeedGrain>(key)),
        ("dispatch-feed", (grains, key) => grains.GetGrain<IDispatchFeedGrain>(key)),
        ("webhooks", (grains, key) => grains.GetGrain<IWebhookFeedGrain>(key)),
        ("simulations", (grains, key) => grains.GetGrain<ISimulationFeedGrain>(key)),
    ];

    /// <summary>Lives a world.</summary>
    /// <exception cref="BrokenPromiseException">A promise was broken.</exception>
    public static async Task<WorldReport> RunAsync(WorldPlan plan, Outside outside, IWorldPlatform platform, Coverage coverage)
    {
        var town = new Town(plan, platform, outside, coverage);
        try
        {
            return await LiveAsync(town, platform);
        }
        catch (BrokenPromiseException e)
        {
            e.Story = Stories.Of(e.Message, town, platform);
            throw;
        }
    }

    private static async Task<WorldReport> LiveAsync(Town town, IWorldPlatform platform)
    {
        var (plan, begin) = (town.Plan, platform.Clock.GetTimestamp());
        await town.Watched(town.Found());
        town.Open();
        await town.Watched(town.Wait(plan.Span + TimeSpan.FromMinutes(10)));
        town.CalmDown();
        await platform.HealAsync();
        await town.Watched(Replay(town, platform));
        await town.Watched(End(town, platform));
        if (plan.ClosesBooks) await town.Watched(CloseBooks(town, platform));
        await Promises.CheckAll(town, platform);
        return new(town.Orders.Count, town.Calls, town.Events, platform.Clock.GetElapsedTime(begin));
    }

    /// <summary>What consumers and the intake gave up while faults lasted an operator gives them again.</summary>
    private static async Task Replay(Town town, IWorldPlatform platform)
    {
        await town.Wait(TimeSpan.FromMinutes(10));
        if (town.Placings.Any(placing => placing.Receipt is not null)) await ReplayIntake(platform);
        foreach (var partition in town.Touched)
        {
            foreach (var (name, grain) in Subscribers)
            {
                var subscriber = grain(platform.Grains, Shard.Key(partition));
                foreach (var letter in await subscriber.DeadLetters())
                {
                    if (!await subscriber.Replay(letter.Sequence))
                        throw new BrokenPromiseException("dead letters", $"{name}/{partition}/{letter.Sequence}", "done when replayed", letter.Error);
                }
            }
        }
    }

    private static async Task ReplayIntake(IWorldPlatform platform)
    {
        var op = new Actor(Role.Operator, "op");
        for (var partition = 0; partition < IntakePartition.Count; partition++)
        {
            var intake = platform.Grains.GetGrain<IIntakePartitionGrain>(IntakePartition.Key(partition));
            foreach (var letter in (await intake.DeadLetters()).Letters)
            {
                var resolved = await intake.Resolve(new(op, letter.Receipt, letter.Index, Retry: true, "after the faults"));
                if (resolved.Outcome is null)
                {
                    throw new BrokenPromiseException(
                        "dead letters", $"{letter.Receipt}/{letter.Index}", "an outcome when tried again", resolved.Error ?? "none");
                }
            }
        }
    }

    /// <summary>Waits until nothing is under way any more.</summary>
    private static async Task End(Town town, IWorldPlatform platform)
    {
        var patience = platform.Clock.GetUtcNow() + LongestEnd;
        for (var quiet = 0; quiet < 3;)
        {
            await town.Wait(town.OpenOrders > 0 ? TimeSpan.FromMinutes(2) : Look);
            quiet = town is { OpenOrders: 0, Running: 0 } && await Behind(town, platform) is null && Leftovers.Find(town, platform) is null ? quiet + 1 : 0;
            if (platform.Clock.GetUtcNow() < patience) continue;
            foreach (var order in town.Orders.Values)
            {
                if (!order.HasEnded) throw Stuck(order.Key, "an end", $"{order.Last.Status} since {order.Last.At:u} ({order.Last.Type})");
            }

            if (await Behind(town, platform) is { } behind) throw Stuck(behind, "all events taken in", "some are not");
            if (Leftovers.Find(town, platform) is { } left) throw left;
            throw Stuck("people", "all calls answered", $"{town.Running} are not");
        }
    }

    private static BrokenPromiseException Stuck(string subject, string expected, string actual) =>
        new(BrokenPromiseException.Liveness, subject, expected, actual);

    /// <summary>A subscriber that has not taken everything in. Its cursor may be lost although it has, so it is asked itself.</summary>
    private static async Task<string?> Behind(Town town, IWorldPlatform platform)
    {
        foreach (var partition in town.Touched)
        {
            var head = platform.Head(partition);
            if (town.Outside.Probe.Seen(partition) < head) return $"probe/{partition} at {town.Outside.Probe.Seen(partition)} of {head}";
            foreach (var (name, grain) in Subscribers)
            {
                if (platform.Cursor(name, partition) == head) continue;
                var position = await grain(platform.Grains, Shard.Key(partition)).Position();
                if (position < head) return $"{name}/{partition} at {position} of {head}";
            }
        }

        return null;
    }

    private static async Task CloseBooks(Town town, IWorldPlatform platform)
    {
        var first = DateOnly.FromDateTime(town.Plan.Start.UtcDateTime);
        var last = DateOnly.FromDateTime(platform.Clock.GetUtcNow().UtcDateTime);
        await town.Wait(last.AddDays(1).ToDateTime(TimeOnly.MinValue) - platform.Clock.GetUtcNow().UtcDateTime + TimeSpan.FromMinutes(1));
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            var key = SettlementDays.Key(day, live: true);
            var reply = await platform.Grains.GetGrain<ISettlementDayGrain>(key).Close(new Actor(Role.Operator, "op"));
            if (reply.Day is not { Status: SettlementDayStatus.Closed })
                throw new BrokenPromiseException("settlement", key, "closed", reply.Refusal?.Detail ?? $"{reply.Day?.Status}");
        }

        await town.Wait(TimeSpan.FromMinutes(5));
        await End(town, platform);
    }

    /// <summary>Waits for something, unless a promise is broken meanwhile.</summary>
    private static async Task Watched(this Town town, Task something)
    {
        if (await Task.WhenAny(town.Broken, something) == town.Broken)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(await town.Broken);
        await something;
        if (town.Broken.IsCompleted) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(await town.Broken);
    }
}
