using System.Diagnostics;
using OrderActors.Tools.Simulate;

namespace OrderActors.Tests.Simulation;

public sealed class DeterminismTests
{
    [Fact]
    public async Task Worlds_take_the_same_steps_in_another_process_with_other_threads_beside_them()
    {
        var alone = Hashes(threads: 1);
        var beside = Hashes(threads: 3);
        Assert.Equal(await alone, await beside);
    }

    private static async Task<string> Hashes(int threads)
    {
        var file = Path.GetTempFileName();
        try
        {
            // Which promises hold is not asked here, so neither is the exit code.
            using var process = Process.Start(new ProcessStartInfo("dotnet")
            {
                ArgumentList =
                {
                    typeof(SeedRun).Assembly.Location, "simulate", "--seeds", "100", "--orders", "10", "--threads",
                    threads.ToString(System.Globalization.CultureInfo.InvariantCulture), "--hashes", file, "--shrink-seconds", "0", "--all",
                },
                RedirectStandardOutput = true,
                RedirectStandardError = true,

                // As in this process: what runs for so short a time is compiled once, and well.
                Environment = { ["DOTNET_TieredPGO"] = "0", ["DOTNET_TC_QuickJit"] = "0" },
            })!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            var hashes = await File.ReadAllTextAsync(file);
            Assert.True(hashes.Split('\n').Length == 101, $"{await output}\n{await errors}");
            return hashes;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
