using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace OrderActors.Tests.Cluster;

/// <summary>A silo or a gateway as a process of its own.</summary>
internal sealed partial class ClusterProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _out = new();
    private readonly ConcurrentQueue<string> _error = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ClusterProcess(Process process) => _process = process;

    /// <summary>What it said on standard output.</summary>
    public IReadOnlyCollection<string> Out => _out;

    /// <summary>What it said on standard error: its log, and why it ended.</summary>
    public IReadOnlyCollection<string> Error => _error;

    /// <summary>Where it listens for HTTP, once it is ready.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Starts a program; neither its ready line nor its end is waited for.</summary>
    public static ClusterProcess Launch(string assembly, params IEnumerable<string> args)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };

        // What is measured is a cluster on a machine that also runs the tests: leave it some of the cores.
        start.Environment["DOTNET_gcServer"] = "0";
        foreach (var arg in args.Prepend(assembly)) start.ArgumentList.Add(arg);
        var launched = new ClusterProcess(new Process { StartInfo = start });
        launched._process.OutputDataReceived += (_, e) => launched.Heard(e.Data);
        launched._process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is not null) launched._error.Enqueue(e.Data);
        };
        launched._process.Start();
        launched._process.BeginOutputReadLine();
        launched._process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => launched.End();
        return launched;
    }

    /// <summary>Waits until it has said that it is ready.</summary>
    public async Task<ClusterProcess> Ready()
    {
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(_ready.Task, ended).WaitAsync(Patience) == ended)
            throw new InvalidOperationException($"The program ended with {_process.ExitCode}: {string.Join(" | ", _error)}");
        Url = UrlInLine().Match(await _ready.Task).Value;
        return this;
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Asks it to stop, as orchestrators do; returns its exit code.</summary>
    public async Task<int> Drain()
    {
        Assert.Equal(0, NativeKill(_process.Id, 15));
        return await Exit();
    }

    /// <summary>Waits for its end; returns its exit code.</summary>
    public async Task<int> Exit()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>The last words of both outputs, for a failed test's message.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Url}: {string.Join(" | ", _out.TakeLast(3))} / {string.Join(" | ", _error.TakeLast(10))}");

    public async ValueTask DisposeAsync()
    {
        End();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void End()
    {
        try
        {
            if (!_process.HasExited) _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // Disposed meanwhile.
        }
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        _out.Enqueue(line);
        if (line.Contains(" ready on ", StringComparison.Ordinal)) _ready.TrySetResult(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int NativeKill(int processId, int signal);

    [GeneratedRegex(@"http://[^\s·]+")]
    private static partial Regex UrlInLine();
}
