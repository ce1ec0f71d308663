using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Silo.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Tools.Bench.Engine;

/// <summary>What a restart took.</summary>
internal readonly record struct RestartFigures(double Seconds, double SecondsAfterKill, double PeakMegabytes, long JournalBytes);

/// <summary>
/// Fills a journal with completed orders, as the order grain stores them, and starts the real host process on it: once as
/// the journal was closed, and once after the host was killed.
/// </summary>
internal static class RestartBench
{
    /// <summary>Writes under way at the same time while the journal is filled.</summary>
    private const int Concurrency = 2_000;

    public static async Task<RestartFigures> RunAsync(string folder, int orders)
    {
        await FillAsync(folder, orders);
        var bytes = new DirectoryInfo(folder).EnumerateFiles().Sum(f => f.Length);
        var first = await StartHostAsync(folder, kill: true);
        var second = await StartHostAsync(folder, kill: false);
        return new RestartFigures(first.Seconds, second.Seconds, Math.Max(first.PeakMegabytes, second.PeakMegabytes), bytes);
    }

    private static async Task FillAsync(string folder, int orders)
    {
        await using var journal = JournalStore.Open(
            new JournalOptions { Folder = folder }, new JsonStateSerializer(StoredJson.Options), new RaisedEvents(), TimeProvider.System,
            NullLogger<JournalStore>.Instance);
        var pattern = CompletedOrder.Pattern();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => Task.Run(async () =>
        {
            for (var n = Interlocked.Increment(ref next); n < orders; n = Interlocked.Increment(ref next))
            {
                var number = OrderNumber.Create(90_000_000_000 + n, 0, 1, n % Shard.Count, n / 7 % Shard.Count);
                await journal.WriteStateAsync("state", GrainId.Create("order", number.ToString()), CompletedOrder.Of(pattern, number));
            }
        })));
    }

    private static async Task<(double Seconds, double PeakMegabytes)> StartHostAsync(string folder, bool kill)
    {
        var silo = Path.Combine(AppContext.BaseDirectory, "OrderActors.Silo.dll");
        var start = new ProcessStartInfo("dotnet", [silo, "--Urls", "http://127.0.0.1:0", "--Data", folder, "--WarmUp:TimeLimit", "00:00:00"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The host did not start.");
        var ready = await process.StandardOutput.ReadLineAsync();
        var seconds = clock.Elapsed.TotalSeconds;
        if (ready is null) throw new InvalidOperationException($"The host did not come up: {await process.StandardError.ReadToEndAsync()}");
        process.Refresh();
        var peak = process.PeakWorkingSet64 / 1e6;
        if (kill) process.Kill();
        else InterruptedBy(process);
        await process.WaitForExitAsync();
        return (seconds, peak);
    }

    private static void InterruptedBy(Process process)
    {
        using var interrupt = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        interrupt.WaitForExit();
    }
}
