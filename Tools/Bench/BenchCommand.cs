using System.CommandLine;
using OrderActors.Tools.Bench.Cluster;
using OrderActors.Tools.Bench.Storage;

namespace OrderActors.Tools.Bench;

/// <summary><c>bench</c>: what the platform reaches, beside a peer of the same run where there is one.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var bench = new Command("bench", "Measures, with a peer in the same run.");
        foreach (var measure in EngineVerbs.Benches()) bench.Add(measure);
        bench.Add(StorageBench.Create());
        bench.Add(ClusterBench.Create());
        return bench;
    }
}
