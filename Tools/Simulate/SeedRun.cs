using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Deadlines;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Simulation;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Tools.Simulate.Checks;
using OrderActors.Tools.Simulate.World;

namespace OrderActors.Tools.Simulate;

/// <summary>One world from its first order to its last check.</summary>
internal static class SeedRun
{
    /// <summary>Lives a seed's world under these faults, on what it draws or on this kind of storage. Everything happens on the calling thread.</summary>
    public static SeedOutcome Run(long seed, int orders, FaultPlan faults, Coverage coverage, StorageKind? storage = null)
    {
        var plan = WorldPlan.Draw(seed, orders);
        var dice = new Dice(seed, "engine");
        var options = new SimulationOptions
        {
            Seed = seed,
            Start = plan.Start,
            Faults = faults,
            Storage = storage,
            Engine = new EngineOptions { CollectionAge = TimeSpan.FromSeconds(dice.Happens(0.2) ? 30 + dice.Next(300) : 900) },
        };
        var outside = new Outside(plan);
        var host = SimulatedPlatform.Host(options.Engine, services => Configure(services, outside), typeof(World.ProbeGrain));
        var cluster = SimulatedPlatform.Cluster(options, host);
        SeedFailure? failure = null;
        try
        {
            cluster.Run(c => WorldRun.RunAsync(plan, outside, new ClusterPlatform(c), coverage));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failure = Judge(e);
        }

        foreach (var fault in faults.Injected) coverage.Reached(CoverageOf(fault.Id.Kind));
        return new SeedOutcome(seed, cluster.Trace.Hash, orders, failure, faults.Injected, failure is null ? [] : [.. cluster.Trace.Last()]);
    }

    /// <summary>The name under which a kind of fault is covered.</summary>
    public static string CoverageOf(FaultKind kind) => $"fault:{kind}";

    /// <summary>Nothing sets the wall clock here, and a doorbell that is lost may be heard of later: what looks every few seconds only in case rests.</summary>
    private static void Configure(IServiceCollection services, Outside outside)
    {
        outside.Configure(services);
        services.Configure<DeadlineOptions>(o => o.LongestRest = TimeSpan.FromMinutes(10));
        services.Configure<SubscriberOptions>(o => o.PollInterval = TimeSpan.FromMinutes(5));
    }

    private static SeedFailure Judge(Exception e) => e switch
    {
        LostWriteException or JournalCorruptException => new SeedFailure(FailureKind.Correctness, "durability", e.Message, e.ToString()),
        BrokenPromiseException { Invariant: not BrokenPromiseException.Liveness } broken =>
            new SeedFailure(FailureKind.Correctness, broken.Invariant, e.Message, e.ToString()),
        BrokenPromiseException or StuckWorldException => new SeedFailure(FailureKind.Liveness, BrokenPromiseException.Liveness, e.Message, e.ToString()),
        _ => new SeedFailure(FailureKind.Crash, e.GetType().Name, e.Message, e.ToString()),
    };
}
