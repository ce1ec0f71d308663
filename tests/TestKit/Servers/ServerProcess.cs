using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrderActors.TestKit.Servers;

/// <summary>A server that a test starts from installed binaries, in a folder of its own, and that ends with the test process.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly StringBuilder _said = new();
    private Process? _process;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it wrote.</summary>
    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The first of these that is there and can be run; null when none is.</summary>
    public static string? Find(params IEnumerable<string> candidates) => candidates.FirstOrDefault(File.Exists);

    /// <summary>The places of the search path, for a program's name.</summary>
    public static IEnumerable<string> OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program));

    /// <summary>Runs a program to its end; throws with what it said when it fails.</summary>
    public static async Task Run(string program, params string[] args)
    {
        using var run = new ServerProcess();
        run.Start(program, args);
        await run._process!.WaitForExitAsync();
        if (run._process.ExitCode == 0) return;
        throw new InvalidOperationException($"{program} {string.Join(' ', args)} ended with {run._process.ExitCode}: {run.Said}");
    }

    /// <summary>Starts a program.</summary>
    public void Start(string program, params string[] args)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var arg in args) start.ArgumentList.Add(arg);
        start.Environment["LC_ALL"] = "C.UTF-8";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Heard(e.Data);
        _process.ErrorDataReceived += (_, e) => Heard(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        // There is a tenth of a second for this, too little to look for children; a server's children end when it is gone.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill(entireTree: false);
    }

    /// <summary>Asks whether it is up until it is; fails with what it said when it ended or does not come up within a minute.</summary>
    public async Task WaitUntil(Func<Task<bool>> up, string name)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await up())
        {
            if (!IsRunning) throw new InvalidOperationException($"{name} ended: {Said}");
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(1)) throw new TimeoutException($"{name} did not come up: {Said}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Sends a signal to the program (not to what started it) and waits for its end.</summary>
    public async Task Signal(string signal, int processId)
    {
        await Run("/bin/kill", $"-{signal}", processId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await _process!.WaitForExitAsync();
    }

    /// <summary>Ends it, and its children, now.</summary>
    public void Kill(bool entireTree = true)
    {
        try
        {
            if (IsRunning) _process!.Kill(entireTree);
        }
        catch (InvalidOperationException)
        {
            // It ended meanwhile.
        }
    }

    /// <summary>Waits for its end.</summary>
    public Task Exit() => _process!.WaitForExitAsync();

    /// <summary>Ends it, if it still runs.</summary>
    public void Dispose()
    {
        Kill();
        _process?.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        lock (_said) _said.AppendLine(line);
    }
}
