using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OrderActors.Tools.Bench.WarmUp;

/// <summary>
/// <c>bench warmup</c>: the first minute of a host that is ready, with its warm-up and without, on the same data at the same rate.
/// </summary>
internal static class WarmUpBench
{
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var folder = new Option<string>("--dir")
        {
            Description = "Where files are written and removed again: the disk that is measured, so not one in memory.",
            DefaultValueFactory = _ => Path.Combine("data", "bench"),
        };
        var seconds = new Option<double>("--seconds") { Description = "How long each host is sent requests.", DefaultValueFactory = _ => 60 };
        var rate = new Option<double>("--rate") { Description = "Requests per second, half of them placings.", DefaultValueFactory = _ => 300 };
        var merchants = new Option<int>("--merchants") { Description = "Merchants that have orders from before.", DefaultValueFactory = _ => 200 };
        var command = new Command("warmup", "Measures the first minute after ready, with and without warm-up.") { folder, seconds, rate, merchants };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(folder), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rate), parsed.GetValue(merchants),
            Console.Out, Console.Error));
        return command;
    }

    /// <summary>Measures and prints; returns the exit code.</summary>
    internal static async Task<int> RunAsync(string root, TimeSpan time, double rate, int merchants, TextWriter output, TextWriter progress)
    {
        if (!(time.TotalSeconds is >= 1 and <= 3_600 && rate is >= 1 and <= 100_000 && merchants is >= 1 and <= 1_000))
            throw new BadInputException("--seconds is 1 to 3,600, --rate 1 to 100,000, --merchants 1 to 1,000.");
        var folder = Path.Combine(root, $"warmup-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(folder);
            await progress.WriteLineAsync($"{merchants} merchants and their first orders …");
            var prepared = Path.Combine(folder, "prepared");
            await Prepare(prepared, merchants, rate);
            await progress.WriteLineAsync("without warm-up …");
            var without = await Measure(CopyOf(prepared), time, rate, merchants, "--WarmUp:TimeLimit", "00:00:00", "--Ramp:Time", "00:00:00");
            await progress.WriteLineAsync("with warm-up …");
            var with = await Measure(CopyOf(prepared), time, rate, merchants);
            Print(output, without, with);
            return without.Samples.Concat(with.Samples).All(s => s.Succeeded) ? ExitCodes.Ok : ExitCodes.Failed;
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private sealed record Run(TimeSpan StartTime, Sample[] Samples);

    // Also so that the bench itself is warm before it measures anything.
    private static async Task Prepare(string folder, int merchants, double rate)
    {
        using var silo = await SiloUnderLoad.StartAsync(folder);
        using var load = new SteadyLoad(silo.Url, merchants);
        await load.OpenMerchants();
        await load.Run(rate, Slice);
        await silo.StopAsync();
    }

    // Each host begins with the same: what the first one leaves behind would be the second one's burden.
    private static string CopyOf(string prepared)
    {
        var copy = Path.Combine(Path.GetDirectoryName(prepared)!, "measured");
        if (Directory.Exists(copy)) Directory.Delete(copy, recursive: true);
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(prepared)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    private static async Task<Run> Measure(string folder, TimeSpan time, double rate, int merchants, params string[] more)
    {
        using var silo = await SiloUnderLoad.StartAsync(folder, more);
        using var load = new SteadyLoad(silo.Url, merchants);
        var samples = await load.Run(rate, time);
        await silo.StopAsync();
        return new Run(silo.StartTime, samples);
    }

    private static void Print(TextWriter output, Run without, Run with)
    {
        output.WriteLine(Line("seconds", "without p50", "p99", "most", "with p50", "p99", "most", "ms"));
        PrintRow(output, "0-1", Between(without, TimeSpan.Zero, First), Between(with, TimeSpan.Zero, First));
        for (var from = TimeSpan.Zero; from < without.Samples[^1].At; from += Slice)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{from.TotalSeconds:0}-{(from + Slice).TotalSeconds:0}");
            PrintRow(output, name, Between(without, from, from + Slice), Between(with, from, from + Slice));
        }

        var (coldFirst, warmFirst) = (Between(without, TimeSpan.Zero, First), Between(with, TimeSpan.Zero, First));
        var (cold, warm) = (Between(without, TimeSpan.Zero, TimeSpan.MaxValue), Between(with, TimeSpan.Zero, TimeSpan.MaxValue));
        output.WriteLine(JsonSerializer.Serialize(new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["withoutFirstSecondP99Milliseconds"] = At(coldFirst, 0.99),
            ["withFirstSecondP99Milliseconds"] = At(warmFirst, 0.99),
            ["withoutP99Milliseconds"] = At(cold, 0.99),
            ["withP99Milliseconds"] = At(warm, 0.99),
            ["withoutReadySeconds"] = Math.Round(without.StartTime.TotalSeconds, 2),
            ["withReadySeconds"] = Math.Round(with.StartTime.TotalSeconds, 2),
            ["errors"] = without.Samples.Concat(with.Samples).Count(s => !s.Succeeded),
        }));
    }

    private static void PrintRow(TextWriter output, string name, double[] without, double[] with)
    {
        if (without.Length == 0 && with.Length == 0) return;
        output.WriteLine(Line(
            name, Text(At(without, 0.5)), Text(At(without, 0.99)), Text(At(without, 1)), Text(At(with, 0.5)), Text(At(with, 0.99)), Text(At(with, 1)), ""));
    }

    private static double[] Between(Run run, TimeSpan from, TimeSpan until) =>
        [.. run.Samples.Where(s => s.At >= from && s.At < until).Select(s => s.Took.TotalMilliseconds).Order()];

    private static double At(double[] ordered, double part) =>
        ordered.Length == 0 ? 0 : Math.Round(ordered[Math.Max(0, (int)Math.Ceiling(part * ordered.Length) - 1)], 2);

    private static string Text(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Line(params string[] cells) => string.Concat(cells.Select(cell => cell.PadLeft(12))).TrimEnd();
}
