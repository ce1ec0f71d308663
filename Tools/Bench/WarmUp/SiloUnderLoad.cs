using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using OrderActors.Silo.Hosting;

namespace OrderActors.Tools.Bench.WarmUp;

/// <summary>The host as a process on a data folder, which ends with the bench, whatever happens.</summary>
internal sealed partial class SiloUnderLoad : IDisposable
{
    private const int Terminate = 15;
    private const string ReadyLine = "OrderActors ready on ";

    /// <summary>The key that it takes for an operator's.</summary>
    public static readonly string Key = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    private readonly Process _process;

    private SiloUnderLoad(Process process, string url, TimeSpan startTime) => (_process, Url, StartTime) = (process, url, startTime);

    /// <summary>Where it listens.</summary>
    public string Url { get; }

    /// <summary>From the process's start until it was ready.</summary>
    public TimeSpan StartTime { get; }

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<SiloUnderLoad> StartAsync(string folder, params string[] more)
    {
        var began = Stopwatch.GetTimestamp();
        string[] arguments = [typeof(SiloApp).Assembly.Location, "--Urls", "http://127.0.0.1:0", "--Data", folder, .. more];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ORDERACTORS_OperatorKey"] = Key;
        var process = Process.Start(start) ?? throw new InvalidOperationException("The host did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(ReadyLine, StringComparison.Ordinal)) continue;
            return new SiloUnderLoad(process, line[ReadyLine.Length..].Split(' ')[0], Stopwatch.GetElapsedTime(began));
        }

        throw new InvalidOperationException($"The host did not become ready: {await errors}");
    }

    /// <summary>Stops it as an orchestrator does, with everything stored.</summary>
    public async Task StopAsync()
    {
        _ = Kill(_process.Id, Terminate);
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
