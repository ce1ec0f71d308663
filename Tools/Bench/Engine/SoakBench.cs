using System.Globalization;
using OrderActors.Orders;

namespace OrderActors.Tools.Bench.Engine;

/// <summary>
/// Whole orders for minutes on end. Memory must reach a level and stay there: idle grains are collected, the journal is
/// compacted, caches are bounded.
/// </summary>
internal static class SoakBench
{
    /// <summary>How much more memory the last third may hold than the middle third.</summary>
    private const double Growth = 1.10;

    public static async Task<int> RunAsync(string root, TimeSpan length, TextWriter output)
    {
        var folder = Path.Combine(root, $"soak-{Environment.ProcessId}");
        try
        {
            // Orders complete while others come, as in a platform that has run for days: what is open stays as much as it is.
            await using var engine = await EngineUnderTest.StartAsync(folder, new OrderPolicy { Completion = TimeSpan.FromSeconds(10) });
            await using var bench = await LifecycleBench.CreateAsync(engine.Client, engine.Log);
            var slice = TimeSpan.FromTicks(length.Ticks / 30);
            var samples = new List<double>();
            await output.WriteLineAsync("  minute  orders/s  activations  working set MB  heap MB  journal MB  of it live");
            for (var i = 0; i < 30; i++)
            {
                var round = await bench.RoundAsync(slice);
                var journal = engine.Journal.Statistics;
                var workingSet = Environment.WorkingSet / 1e6;
                samples.Add(workingSet);
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(i + 1) * slice.TotalMinutes,8:0.0}{round.PerSecond,10:#,##0}{engine.Activations,13:#,##0}{workingSet,16:#,##0}") +
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{GC.GetTotalMemory(false) / 1e6,9:#,##0}{journal.TotalBytes / 1e6,12:#,##0}{journal.LiveBytes / 1e6,12:#,##0}"));
            }

            var (middle, last) = (samples[10..20].Max(), samples[20..].Max());
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                    $"most memory in the middle third {middle:#,##0} MB, in the last third {last:#,##0} MB: {last / middle:0.00}, at most {Growth:0.00}"));
            return last <= middle * Growth ? ExitCodes.Ok : ExitCodes.Failed;
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
