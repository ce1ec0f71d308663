using System.Globalization;
using Npgsql;

namespace OrderActors.TestKit.Servers;

/// <summary>A PostgreSQL server of the tests' own, from the installed binaries, on a free port of the loopback.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "orderactors";
    private static readonly Lazy<Task<PostgresServer>> SharedServer = new(() => StartAsync());
    private static int databases;

    private readonly ServerProcess _process = new();
    private readonly string _binaries;
    private readonly string _folder;
    private readonly int _port;

    private PostgresServer(string binaries, string folder, int port) => (_binaries, _folder, _port) = (binaries, folder, port);

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Absent => Binaries is null
        ? "PostgreSQL's server binaries (initdb, postgres) are not installed: nothing that needs a real PostgreSQL was tested."
        : null;

    /// <summary>The port it listens on.</summary>
    public int Port => _port;

    private static string? Binaries => Path.GetDirectoryName(ServerProcess.Find(
        [
            .. ServerProcess.OnPath("initdb"),
            .. Directory.Exists("/usr/lib/postgresql")
                ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(v => Path.Combine(v, "bin", "initdb"))
                : [],
        ]));

    /// <summary>One server for all tests of this process that share it: each takes a database of its own.</summary>
    public static Task<PostgresServer> Shared => SharedServer.Value;

    /// <summary>Starts a server; more settings are given as for <c>postgres -c</c>.</summary>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var binaries = Binaries ?? throw new InvalidOperationException(Absent);
        var folder = Directory.CreateTempSubdirectory("orderactors-postgres-").FullName;
        if (Environment.IsPrivilegedProcess) await ServerProcess.Run("/bin/chown", "postgres:", folder);
        await RunAs(Path.Combine(binaries, "initdb"), "-D", Path.Combine(folder, "data"), "-U", User, "-A", "trust", "-E", "UTF8", "--locale", "C", "-N");
        var server = new PostgresServer(binaries, folder, ServerProcess.FreePort());
        await server.Launch(settings);

        // After the handler that ends the server: the runner waits a moment for this process and no longer, and the folder is the slow part.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove(folder);
        return server;
    }

    /// <summary>How to reach a database.</summary>
    public string ConnectionString(string database) => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Database={database};Username={User}");

    /// <summary>Makes an empty database; returns how to reach it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"db{Interlocked.Increment(ref databases)}";
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false");
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <summary>Stops it at once, as a crash of its machine would; nothing it confirmed may be lost.</summary>
    public async Task CrashAsync() => await _process.Signal("QUIT", await ProcessId());

    /// <summary>Starts it again on the same data and port.</summary>
    public Task RestartAsync(params string[] settings) => Launch(settings);

    /// <summary>Holds it where it is: it neither answers nor closes a connection.</summary>
    public async Task PauseAsync() => await SignalAll("STOP");

    /// <summary>Lets it go on.</summary>
    public async Task ResumeAsync() => await SignalAll("CONT");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process.IsRunning)
        {
            // Also where a test left it paused: then nothing but this is heard.
            await SignalAll("KILL");
            await _process.Exit();
        }

        _process.Dispose();
        Remove(_folder);
    }

    private async Task Launch(string[] settings)
    {
        string[] args = ["-D", Path.Combine(_folder, "data"), "-k", "", "-h", "127.0.0.1", "-p", _port.ToString(CultureInfo.InvariantCulture)];
        string[] more = [.. args, "-c", "max_connections=200", "-c", "shared_buffers=256MB", .. settings.SelectMany(s => new[] { "-c", s })];
        var (program, all) = AsUser(Path.Combine(_binaries, "postgres"), more);
        _process.Start(program, all);
        await _process.WaitUntil(Answers, "PostgreSQL");
    }

    private async Task<bool> Answers()
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false;Timeout=2");
            await using var command = source.CreateCommand("SELECT 1");
            return await command.ExecuteScalarAsync() is 1;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }

    private async Task<int> ProcessId()
    {
        var first = (await File.ReadAllLinesAsync(Path.Combine(_folder, "data", "postmaster.pid")))[0];
        return int.Parse(first, CultureInfo.InvariantCulture);
    }

    private async Task SignalAll(string signal)
    {
        var postmaster = await ProcessId();
        var first = postmaster.ToString(CultureInfo.InvariantCulture);

        // Held first, so that it starts no child that nobody would see; its own signal comes last.
        await Send("STOP", first);
        // The signal is only on its way when it was sent: until it is heard, one more child may come.
        while (StatOf(postmaster) is [not "T", ..]) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        var children = Directory.GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ParentOf(id) == postmaster)
            .ToArray();
        foreach (var id in children) await Send(signal, id!);
        await Send(signal, first);

        // A child may have ended meanwhile, which is no fault.
        static Task Send(string signal, string id) => Directory.Exists($"/proc/{id}")
            ? ServerProcess.Run("/bin/sh", "-c", $"kill -{signal} {id} || true")
            : Task.CompletedTask;
    }

    private static int ParentOf(int processId) =>
        StatOf(processId) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : 0;

    /// <summary>A process's state, parent and the rest of what the kernel says of it; nothing when it has ended.</summary>
    private static string[] StatOf(int processId)
    {
        try
        {
            // "pid (name) state parent …"; the name may hold anything.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static Task RunAs(string program, params string[] args)
    {
        var (run, all) = AsUser(program, args);
        return ServerProcess.Run(run, all);
    }

    // The server refuses to run as root.
    private static (string Program, string[] Args) AsUser(string program, string[] args) => Environment.IsPrivilegedProcess
        ? ("/usr/bin/setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", program, .. args])
        : (program, args);

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Left to whoever cleans the temporary folder.
        }
    }
}
