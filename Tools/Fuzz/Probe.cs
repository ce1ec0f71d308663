using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OrderActors.Client.Http;
using OrderActors.Tools.Load.Http;

namespace OrderActors.Tools.Fuzz;

/// <summary>What became of a bad request.</summary>
/// <param name="Status">The answer's status; null when the connection was closed without one.</param>
/// <param name="Fault">What is wrong with that; null when it is as it should be.</param>
/// <param name="IsShed">Whether it was turned away unread because too much was going on.</param>
internal readonly record struct Verdict(int? Status, string? Fault, bool IsShed = false);

/// <summary>Sends bad requests over one connection after the other, and judges the answers.</summary>
/// <param name="address">Where to.</param>
/// <param name="patience">How long an answer may take.</param>
internal sealed class Probe(IPEndPoint address, TimeSpan patience) : IDisposable
{
    private const int LargestAnswer = 16 * 1024 * 1024;

    /// <summary>How often a request that is turned away for load is sent again; a platform that is busy for longer is not itself any more.</summary>
    private const int MostTries = 60;

    private static readonly string Shed = $"\"code\":\"{ProblemKind.ReducedCapacity.Code}\"";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private byte[] _buffer = new byte[64 * 1024];
    private Socket? _socket;

    /// <summary>Sends a request and judges its answer. One that is to come again later does: nobody has looked at it yet.</summary>
    public async Task<Verdict> SendAsync(RawRequest request, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var verdict = await SendOnceAsync(request, cancellationToken);
            if (!verdict.IsShed || tries == MostTries) return verdict;
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private async Task<Verdict> SendOnceAsync(RawRequest request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            var verdict = await ExchangeAsync(request, limit.Token);
            if (verdict.Status is null || request.CutAt is not null || request.MayEndUnanswered) Close();
            return verdict;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Close();
            return new(null, $"no whole answer within {patience.TotalSeconds:0.#} s");
        }
        catch (FormatException e)
        {
            Close();
            return new(null, $"the answer is no HTTP: {e.Message}");
        }
    }

    public void Dispose() => Close();

    private async Task<Verdict> ExchangeAsync(RawRequest request, CancellationToken cancellationToken)
    {
        var bytes = request.ToBytes();
        for (var first = true; ; first = false)
        {
            var reused = _socket is not null;
            _socket ??= await ConnectAsync(cancellationToken);
            var read = 0;
            try
            {
                read = await TransferAsync(_socket, bytes, request, cancellationToken);
            }
            catch (SocketException)
            {
                // Closed while we were still sending, or before we began.
            }

            if (read > 0) return Judge(request, read);
            Close();

            // A connection that was kept may have been closed by now; on a new one it is the request's own doing.
            if (reused && first) continue;
            return new(null, request.MayEndUnanswered || request.CutAt is not null ? null : "the connection was closed without an answer");
        }
    }

    /// <summary>Sends, and reads what comes meanwhile; returns how many bytes came. A server may refuse before it has read everything.</summary>
    private async Task<int> TransferAsync(Socket socket, byte[] bytes, RawRequest request, CancellationToken cancellationToken)
    {
        var sending = SendAsync(socket, bytes, request.CutAt is not null, cancellationToken);
        var read = 0;
        try
        {
            while (!IsWhole(read, request.Method == "HEAD"))
            {
                if (read == _buffer.Length)
                {
                    if (read >= LargestAnswer) break;
                    Array.Resize(ref _buffer, read * 2);
                }

                var more = await socket.ReceiveAsync(_buffer.AsMemory(read), cancellationToken);
                if (more == 0) break;
                read += more;
            }
        }
        catch (SocketException) when (read > 0)
        {
            // What came is looked at.
        }

        await sending;
        return read;
    }

    private static async Task SendAsync(Socket socket, byte[] bytes, bool thenEnd, CancellationToken cancellationToken)
    {
        try
        {
            for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent), cancellationToken);
            if (thenEnd) socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The answer, or its lack, says why.
        }
    }

    private bool IsWhole(int read, bool withoutBody) =>
        Response.TryRead(_buffer.AsSpan(0, read), withoutBody, ended: false, out _)
        || IsStream(_buffer.AsSpan(0, read));

    // A stream has no end to wait for. Its headers say that it is one; a document may well speak of streams.
    private static bool IsStream(ReadOnlySpan<byte> answer)
    {
        var headers = answer.IndexOf("\r\n\r\n"u8);
        return headers >= 0 && answer[..headers].IndexOf("text/event-stream"u8) >= 0;
    }

    private Verdict Judge(RawRequest request, int read)
    {
        var bytes = _buffer.AsSpan(0, read);
        if (IsStream(bytes))
        {
            Close();
            return new(200, null);
        }

        if (!Response.TryRead(bytes, request.Method == "HEAD", ended: true, out var response))
        {
            Close();
            return new(null, "the connection was closed in the middle of an answer: " + Encoding.Latin1.GetString(bytes[..Math.Min(200, read)]));
        }

        if (response.Closes) Close();
        if (response.Status >= 500 && response.Status != request.RightStatus)
        {
            var text = Text(response);
            return new(response.Status, $"{response.Status}: {text}", response.Status == 503 && text.Contains(Shed, StringComparison.Ordinal));
        }

        return new(response.Status, response.Status >= 400 ? ProblemFault(response) : null);
    }

    /// <summary>A refusal with a body has a problem with a code; what the HTTP server itself refuses has none.</summary>
    private string? ProblemFault(Response response)
    {
        if (response.BodyLength == 0) return null;
        try
        {
            using var problem = JsonDocument.Parse(_buffer.AsMemory(response.BodyStart, response.BodyLength));
            return problem.RootElement.TryGetProperty("code", out _) ? null : $"{response.Status} without a code: {Text(response)}";
        }
        catch (JsonException)
        {
            return $"{response.Status} with a body that is no problem: {Text(response)}";
        }
    }

    private string Text(Response response) => Encoding.UTF8.GetString(_buffer, response.BodyStart, Math.Min(400, response.BodyLength));

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        // Without lingering: a hundred thousand closed connections must not use up the ports.
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new(enable: true, seconds: 0) };
        await socket.ConnectAsync(address, cancellationToken);
        return socket;
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
