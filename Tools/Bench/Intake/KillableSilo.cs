using System.Diagnostics;
using OrderActors.Silo.Hosting;
using OrderActors.Tools.Load;

namespace OrderActors.Tools.Bench.Intake;

/// <summary>The platform as a process of its own, which can be killed and started again on its data. It ends with the bench.</summary>
/// <param name="data">Where its data is.</param>
/// <param name="options">More of its options.</param>
internal sealed class KillableSilo(string data, params string[] options) : IDisposable
{
    /// <summary>The operator's key that the platform is started with; it listens on this machine only, and ends with the bench.</summary>
    public const string OperatorKey = "bench-intake-operator";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private Process? _process;

    /// <summary>Where its API listens.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>The most memory that any of its processes had, in millions of bytes.</summary>
    public double PeakMegabytes { get; private set; }

    /// <summary>Starts it; returns when it is ready.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(SiloApp).Assembly.Location, "--Data", data, "--Urls", "http://127.0.0.1:0", .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        SocketTuning.Remove(start.Environment);
        start.Environment["OperatorKey"] = OperatorKey;
        _process = Process.Start(start) ?? throw new InvalidOperationException("The platform did not start.");
        var errors = _process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (!line.StartsWith("OrderActors ready on ", StringComparison.Ordinal)) continue;
            Url = new Uri(line.Split(' ')[3]);
            // What it says later is read away, so that it never waits for a reader.
            _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            return;
        }

        throw new InvalidOperationException($"The platform ended before it was ready: {await errors}");
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        if (_process is not { HasExited: false } process) return;
        process.Refresh();
        PeakMegabytes = Math.Max(PeakMegabytes, process.PeakWorkingSet64 / 1e6);
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process?.Dispose();
    }
}
