using System.Diagnostics;
using System.Text.RegularExpressions;

namespace OrderActors.Tools.Load;

/// <summary>A server as a process of its own on a free port of this machine, which ends with the command, whatever happens.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // The same for every silo of this command, so that one which is started again on its data still takes it.
    private static readonly string OperatorKey = "tools-" + Guid.NewGuid().ToString("N");
    private readonly Process _process;
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        SocketTuning.Remove(start.Environment);
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null) Errors = line.Data;
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>The operator's key that it was given; null for what is no silo.</summary>
    public string? Key { get; private set; }

    /// <summary>The process.</summary>
    public int Id => _process.Id;

    /// <summary>The last line that it wrote as an error.</summary>
    public string Errors { get; private set; } = "";

    /// <summary>Whether it is still there.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>The host of the platform, from beside this command or from elsewhere.</summary>
    /// <param name="program">The Silo's program; null for the one that was built with this command.</param>
    /// <param name="data">Its data folder.</param>
    /// <param name="options">More options for it.</param>
    public static async Task<ServerProcess> StartSiloAsync(string? program, string data, IReadOnlyList<string> options)
    {
        var silo = program ?? Path.Combine(AppContext.BaseDirectory, "OrderActors.Silo.dll");
        if (program is null && !EngineVerbs.HasWholeSilo)
            throw new BadInputException("These tools are built for Orleans, whose silos need a cluster. Start one and give its gateway as --url.");
        if (!File.Exists(silo))
            throw new BadInputException($"There is no {silo}. Name the Silo's program, such as Silo/bin/Release/net10.0/OrderActors.Silo.dll.");
        var server = await StartAsync(silo, ["--Urls", "http://127.0.0.1:0", "--Data", data, "--OperatorKey", OperatorKey, .. options]);
        server.Key = OperatorKey;
        return server;
    }

    /// <summary>Starts a program and waits until it says "ready on" and its address.</summary>
    public static async Task<ServerProcess> StartAsync(string program, IEnumerable<string> arguments)
    {
        var server = new ServerProcess(program, arguments);
        try
        {
            var ended = server._process.WaitForExitAsync();
            if (await Task.WhenAny(server._ready.Task, ended).WaitAsync(Patience) == ended)
                throw new BadInputException($"{Path.GetFileName(program)} ended with {server._process.ExitCode}: {server.Errors}");
            server.Url = new(UrlInLine().Match(await server._ready.Task).Value);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>How it ended; only once it has.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Completes when it has ended, for whatever reason.</summary>
    public Task ExitedAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits until it has finished what it does after its answers; returns how long that took.</summary>
    public async Task<TimeSpan> RestAsync(TimeSpan atMost)
    {
        const double Idle = 0.05;
        var look = TimeSpan.FromMilliseconds(200);
        var begin = Stopwatch.GetTimestamp();
        using var watch = new Measuring.ProcessWatch(Id);
        do await Task.Delay(look);
        while (watch.Look().Cores > Idle && Stopwatch.GetElapsedTime(begin) < atMost);
        return Stopwatch.GetElapsedTime(begin) - look;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        if (line.Contains("ready on ", StringComparison.Ordinal)) _ready.TrySetResult(line);
    }

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex UrlInLine();
}

/// <summary>How this process's sockets work; other processes are left as they are.</summary>
internal static class SocketTuning
{
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Lets answers be handled by the thread that hears of them: a generator does so little with each that a hop to another costs more.</summary>
    public static void HandleInline() => Environment.SetEnvironmentVariable(Inline, "1");

    /// <summary>Takes it out of a process's environment.</summary>
    public static void Remove(IDictionary<string, string?> environment) => environment.Remove(Inline);
}
