using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrderActors.Dispatch.Matching;

namespace OrderActors.Tools.Replay;

/// <summary>A day of a set, with its peers.</summary>
internal sealed record SetDay(
    string Instance, Measures Measures, double Bound, Peers Peers, Decision Slowest);

/// <summary><c>replay --all FOLDER --out DIR</c>: all days of a folder through the policy alone, and how they compare.</summary>
internal static class ReplaySet
{
    public const string TableFile = "days.csv";

    /// <summary>Replays, writes, checks and prints; returns the exit code.</summary>
    /// <exception cref="BadInputException">The folder holds no instance, or one that is wrong. Nothing was written.</exception>
    public static int Run(
        string folder, string output, Func<IDispatchPolicy> policy, int threads, TextWriter stdout, TextWriter stderr, ReplayVariants variants = default)
    {
        var wall = Stopwatch.StartNew();
        var instances = Read(folder);
        var peers = PeerTable.Read(folder);
        var days = new ConcurrentBag<SetDay>();
        var broken = new ConcurrentBag<string>();

        // The largest first: the last one to end is then a small one.
        var queue = Partitioner.Create(instances.OrderByDescending(i => i.Orders.Length).ToList(), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(queue, new ParallelOptions { MaxDegreeOfParallelism = threads }, instance =>
        {
            var target = Path.Combine(output, instance.Name);
            var report = RunDay(instance, target, policy(), out var decisions, variants);
            foreach (var breach in report.Breaches) broken.Add($"{instance.Name}: {breach}");
            if (report.Measures is not { } measures || !report.Breaches.IsEmpty) return;
            days.Add(new SetDay(
                instance.Name, measures, Bound.Of(instance), peers.GetValueOrDefault(instance.Name, new Peers(null, null, null)),
                decisions.DefaultIfEmpty().MaxBy(d => d.Elapsed)));
        });

        if (!broken.IsEmpty)
        {
            foreach (var line in broken.Order(StringComparer.Ordinal).Take(ReplayCommand.ListedBreaches)) stderr.WriteLine(line);
            stderr.WriteLine($"The days break the rules in {broken.Count} places.");
            return ExitCodes.Failed;
        }

        var sorted = days.OrderBy(d => d.Instance, StringComparer.Ordinal).ToList();
        var table = Table(sorted);
        File.WriteAllText(Path.Combine(output, TableFile), table);
        stdout.Write(table);
        stdout.WriteLine(SetSummary.Of(sorted, wall.Elapsed).ToJson());
        return ExitCodes.Ok;
    }

    /// <summary>Replays one day through a policy alone, writes it with its picture and its decisions, and checks what was written.</summary>
    public static CheckReport RunDay(
        Instance instance, string output, IDispatchPolicy policy, out IReadOnlyList<Decision> decisions, ReplayVariants variants = default)
    {
        (var day, decisions) = PolicyDay.Run(instance, policy, variants);
        SolutionWriter.Write(output, instance, day);
        DayPicture.Write(output, instance, day);
        DecisionTable.Write(output, decisions);
        return SolutionChecker.Check(instance, output, variants);
    }

    private static List<Instance> Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new BadInputException($"'{folder}' is not a folder.");
        var folders = Directory.GetDirectories(folder).Where(f => File.Exists(Path.Combine(f, InstanceReader.OrdersFile)))
            .Order(StringComparer.Ordinal).ToList();
        if (folders.Count == 0) throw new BadInputException($"'{folder}' holds no instance: none of its folders has an {InstanceReader.OrdersFile}.");
        return [.. folders.Select(InstanceReader.Read)];
    }

    private static string Table(List<SetDay> days)
    {
        var text = new StringBuilder(
            "instance,orders,delivered,click_to_door,above_bound,reyes_above_bound,foodmatch_above_bound,click_to_door_p90,"
            + "cost_per_order,orders_per_bundle,slowest_decision_ms,slowest_decision_minute\n");
        foreach (var d in days)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{d.Instance},{d.Measures.Orders},{d.Measures.Delivered},{d.Measures.ClickToDoorMean:0.000},{d.Measures.ClickToDoorMean - d.Bound:0.000},");
            text.Append(CultureInfo.InvariantCulture,
                $"{d.Peers.Reyes - d.Bound:0.000},{d.Peers.FoodMatch - d.Bound:0.000},{d.Measures.ClickToDoorP90:0.0},{d.Measures.CostPerOrder:0.0000},");
            text.Append(CultureInfo.InvariantCulture,
                $"{d.Measures.OrdersPerBundle:0.000},{d.Slowest.Elapsed.TotalMilliseconds:0.0},{SolutionWriter.Minute(d.Slowest.Minute)}\n");
        }

        return text.ToString();
    }
}
