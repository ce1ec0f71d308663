using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using OrderActors.Silo.Hosting;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>The real host as a process of its own, for exit codes, signals and kill -9.</summary>
public sealed partial class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _out = new();
    private readonly ConcurrentQueue<string> _error = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SiloProcess(Process process) => _process = process;

    public IReadOnlyCollection<string> Out => _out;

    public IReadOnlyCollection<string> Error => _error;

    public string Url { get; private set; } = "";

    /// <summary>Starts the program; its end or its ready line is not waited for.</summary>
    public static SiloProcess Launch(string data, params string[] more)
    {
        // A write beyond a file size limit must fail as a full disk does, and not send a signal: see LimitFileSize. An interrupt must arrive although a
        // shell that runs the tests in the background has it ignored by all that it starts.
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        const string Run = "trap '' XFSZ; env --default-signal=INT true 2>/dev/null && exec env --default-signal=INT dotnet \"$@\"; exec dotnet \"$@\"";
        string[] args = ["-c", Run, "sh", typeof(SiloApp).Assembly.Location, "--Data", data, .. more];
        if (!more.Contains("--OperatorKey")) start.Environment["OperatorKey"] = Api.OperatorKey;
        foreach (var arg in args) start.ArgumentList.Add(arg);
        var silo = new SiloProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        silo._process.OutputDataReceived += (_, e) => silo.Heard(e.Data);
        silo._process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is not null) silo._error.Enqueue(e.Data);
        };
        silo._process.Start();
        silo._process.BeginOutputReadLine();
        silo._process.BeginErrorReadLine();
        return silo;
    }

    /// <summary>Starts the program on a free port and waits until it is ready.</summary>
    public static async Task<SiloProcess> Start(string data, params string[] more)
    {
        var silo = Launch(data, ["--Urls", "http://127.0.0.1:0", .. more]);
        var ended = silo._process.WaitForExitAsync();
        if (await Task.WhenAny(silo._ready.Task, ended).WaitAsync(Patience) == ended)
        {
            throw new InvalidOperationException($"The program ended with {silo._process.ExitCode}: {string.Join(" | ", silo._error)}");
        }

        silo.Url = UrlInLine().Match(await silo._ready.Task).Value;
        return silo;
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Sends a signal: 2 is Ctrl-C, 15 is what orchestrators send.</summary>
    public void Signal(int signal) => Assert.Equal(0, NativeKill(_process.Id, signal));

    /// <summary>From now on no file of the process grows beyond this: the disk is full.</summary>
    public void LimitFileSize(ulong bytes)
    {
        const int FileSize = 1;
        Assert.Equal(0, NativeLimit(_process.Id, FileSize, [bytes, bytes], 0));
    }

    /// <summary>Waits for the end; returns the exit code.</summary>
    public async Task<int> Exit()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Kill();
        _process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        _out.Enqueue(line);
        if (line.StartsWith("OrderActors ready on ", StringComparison.Ordinal)) _ready.TrySetResult(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int NativeKill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int NativeLimit(int processId, int resource, ulong[] limits, nint old);

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex UrlInLine();
}
