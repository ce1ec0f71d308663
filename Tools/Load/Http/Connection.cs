using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace OrderActors.Tools.Load.Http;

/// <summary>
/// One kept-alive HTTP/1.1 connection, one request at a time. HttpClient does the same for several times the processor time, which
/// on a shared machine the server is then missing.
/// </summary>
internal sealed class Connection(IPEndPoint address) : IDisposable
{
    /// <summary>Instead of a status: no connection, or it broke before the whole answer.</summary>
    public const int Broken = 0;

    /// <summary>Instead of a status: no whole answer in time.</summary>
    public const int TimedOut = -1;

    private const int LargestResponse = 64 * 1024 * 1024;

    private byte[] _buffer = new byte[16 * 1024];
    private int _read;
    private Socket? _socket;
    private Response _response;
    private long _since;
    private volatile bool _expired;

    /// <summary>The body of the last answer, until the next request.</summary>
    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(_response.BodyStart, _response.BodyLength);

    /// <summary>
    /// Sends a request and waits for its answer; returns the status, or why there is none. On a connection that the other side closed
    /// while nothing was under way it is sent again on a new one.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> request)
    {
        _response = default;
        _expired = false;
        var reused = _socket is not null;
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
        while (true)
        {
            try
            {
                _read = 0;
                if (_socket is null)
                {
                    // In its place before it is connected, so that a connecting without end can be given up too.
                    _socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    await _socket.ConnectAsync(address);
                }

                await SendAsync(_socket, request);
                await ReceiveAsync(_socket);
                Volatile.Write(ref _since, 0);
                if (_response.Closes) Close();
                return _response.Status;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or FormatException)
            {
                Close();
                if (reused && _read == 0 && !_expired)
                {
                    reused = false;
                    continue;
                }

                Volatile.Write(ref _since, 0);
                return _expired ? TimedOut : Broken;
            }
        }
    }

    /// <summary>Gives up an exchange that began before this moment.</summary>
    public void Expire(long before)
    {
        var since = Volatile.Read(ref _since);
        if (since == 0 || since >= before) return;
        _expired = true;
        _socket?.Dispose();
    }

    public void Dispose() => Close();

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> request)
    {
        while (request.Length > 0) request = request[await socket.SendAsync(request)..];
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReceiveAsync(Socket socket)
    {
        do
        {
            if (_read == _buffer.Length)
            {
                if (_read >= LargestResponse) throw new IOException("The response is larger than anybody needs.");
                Array.Resize(ref _buffer, _read * 2);
            }

            var read = await socket.ReceiveAsync(_buffer.AsMemory(_read));
            if (read == 0) throw new IOException("The connection was closed before the whole response had come.");
            _read += read;
        }
        while (!Response.TryRead(_buffer.AsSpan(0, _read), withoutBody: false, out _response));
    }
}
