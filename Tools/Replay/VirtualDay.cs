using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrderActors.Broadcast;
using OrderActors.Deadlines;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Embedded.Hosting;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Simulation;
using OrderActors.Embedded.Storage;
using OrderActors.Orders;
using OrderActors.Silo.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Tools.Replay;

/// <summary>A fresh platform on the embedded engine's virtual clock, for one day.</summary>
internal static class VirtualDay
{
    /// <summary>Minute 0. Any midnight would do; it stays the same so that two runs write the same.</summary>
    private static readonly DateTimeOffset DayStart = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Time before minute 0 in which merchants and couriers are made.</summary>
    private static readonly TimeSpan SetUp = TimeSpan.FromHours(1);

    /// <summary>
    /// The day's rules know no deadlines: an order waits for its courier until the shifts are over, and a courier for the
    /// goods as long as it takes.
    /// </summary>
    private static readonly OrderPolicy Patient = new() { CourierSearch = TimeSpan.FromDays(1), Pickup = TimeSpan.FromDays(1) };

    /// <summary>Starts the platform, lives the day on it and stops it.</summary>
    /// <param name="instance">The day.</param>
    /// <param name="policy">Who decides who carries what.</param>
    /// <param name="seed">Draws the order of what happens at one instant; the same seed gives the same day.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="dispatch">Sets what is to be otherwise in the zone.</param>
    public static Task<DaySolution> RunAsync(
        Instance instance, IDispatchPolicy policy, int seed, IProgress<ReplayProgress> progress, Action<DispatchOptions>? dispatch = null)
    {
        var world = new VirtualWorld(seed, DayStart - SetUp);
        return Task.FromResult(world.Run(async () =>
        {
            await using var services = Build(world, instance, policy, dispatch);
            var engine = services.GetRequiredService<EmbeddedEngine>();
            await engine.StartAsync();
            var client = services.GetRequiredService<IClusterClient>();
            var follower = new StreamLogFollower(client, services.GetRequiredService<IEventLog>());
            var day = await ReplayDriver.RunAsync(instance, client, follower, world.Clock, DayStart, progress);
            await engine.StopAsync();
            return day;
        }));
    }

    private static ServiceProvider Build(VirtualWorld world, Instance instance, IDispatchPolicy policy, Action<DispatchOptions>? dispatch)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        services.AddSingleton(world.Clock);
        services.AddSingleton<IWorkScheduler>(world);
        services.AddSingleton(Patient);
        // A day has 50,000 seconds in which nothing is due: looking less often changes nothing that the day records.
        services.Configure<DeadlineOptions>(o => o.Tick = TimeSpan.FromMinutes(1));
        services.Configure<SubscriberOptions>(o => o.PollInterval = TimeSpan.FromHours(1));
        services.AddSingleton(policy);
        if (dispatch is not null) services.Configure(dispatch);
        services.AddSingleton<ITravelModel>(new PlanarTravel(instance.Parameters));
        services.AddPlatform(new EngineOptions(), new MemoryStore(new JsonStateSerializer(StoredJson.Options), new RaisedEvents()));
        return services.BuildServiceProvider();
    }
}
