using System.CommandLine;
using OrderActors.Tools.Bench.Deadlines;
using OrderActors.Tools.Bench.Engine;
using OrderActors.Tools.Bench.Http;
using OrderActors.Tools.Bench.Intake;
using OrderActors.Tools.Bench.WarmUp;
using OrderActors.Tools.Migrate;
using OrderActors.Tools.OpenApi;
using OrderActors.Tools.Replay;
using OrderActors.Tools.Simulate;

namespace OrderActors.Tools;

/// <summary>The verbs that need the embedded engine or its journal.</summary>
internal static class EngineVerbs
{
    /// <summary>Whether the Silo's program that was built with this command is a whole platform by itself.</summary>
    public static bool HasWholeSilo => true;

    public static IEnumerable<Command> Create() =>
    [
        ReplayCommand.Create((instance, policy, seed, progress) => VirtualDay.RunAsync(instance, policy, seed, progress)),
        MigrateCommand.Create(),
        OpenApiCommand.Create(),
        SimulateCommand.Create(),
    ];

    /// <summary>Those of <c>bench</c>.</summary>
    public static IEnumerable<Command> Benches() =>
        [.. EngineBenchCommands.Create(), DeadlineBench.Create(), WarmUpBench.Create(), IntakeBench.Create(), HttpBench.Create(), HttpBench.CreatePeer()];
}
