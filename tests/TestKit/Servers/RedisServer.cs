using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace OrderActors.TestKit.Servers;

/// <summary>A Redis server of the tests' own, from the installed binary, on a free port of the loopback.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly ServerProcess _process = new();
    private readonly string _folder;
    private readonly int _port;
    private readonly bool _persistent;

    private RedisServer(string folder, int port, bool persistent) => (_folder, _port, _persistent) = (folder, port, persistent);

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Absent => Binary is null ? "redis-server is not installed: nothing that needs a real Redis was tested." : null;

    /// <summary>How to reach it.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    private static string? Binary => ServerProcess.Find(ServerProcess.OnPath("redis-server"));

    /// <summary>Starts a server that keeps what it is told, or one that forgets it.</summary>
    public static async Task<RedisServer> StartAsync(bool persistent = true)
    {
        var folder = Directory.CreateTempSubdirectory("orderactors-redis-").FullName;
        var server = new RedisServer(folder, ServerProcess.FreePort(), persistent);
        await server.RestartAsync();
        return server;
    }

    /// <summary>Stops it at once.</summary>
    public async Task CrashAsync()
    {
        _process.Kill();
        await _process.Exit();
    }

    /// <summary>Starts it again on the same data and port.</summary>
    public async Task RestartAsync()
    {
        var port = _port.ToString(CultureInfo.InvariantCulture);
        string[] keep = _persistent ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no", "--save", ""];
        _process.Start(Binary ?? throw new InvalidOperationException(Absent), ["--port", port, "--bind", "127.0.0.1", "--dir", _folder, .. keep]);
        await _process.WaitUntil(Answers, "Redis");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process.IsRunning) await CrashAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> Answers()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", _port);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[16];
            var length = await stream.ReadAsync(answer);
            return Encoding.ASCII.GetString(answer, 0, length).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
