using System.Net.Sockets;
using System.Text;

namespace OrderActors.Tests.Gateway;

/// <summary>One connection whose bytes a test writes and reads itself, to see what an HTTP client would hide.</summary>
public sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _client = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    public static async Task<RawConnection> Open(string url)
    {
        var connection = new RawConnection();
        var uri = new Uri(url);
        await connection._client.ConnectAsync(uri.Host, uri.Port);
        return connection;
    }

    public async Task Send(string text) => await _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>One answer, head and body; it must have a Content-Length.</summary>
    public async Task<string> ReadAnswer()
    {
        var answer = new StringBuilder();
        while (!IsWhole(answer.ToString()))
        {
            var read = await _client.GetStream().ReadAsync(_buffer);
            if (read == 0) throw new EndOfStreamException($"The connection closed after: {answer}");
            answer.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        }

        return answer.ToString();
    }

    /// <summary>Whether the other side has closed it: waits for its end or for more bytes.</summary>
    public async Task<bool> IsClosed()
    {
        try
        {
            return await _client.GetStream().ReadAsync(_buffer) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsWhole(string answer)
    {
        const string Length = "Content-Length: ";
        var head = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (head < 0) return false;
        var start = answer.IndexOf(Length, StringComparison.OrdinalIgnoreCase) + Length.Length;
        var length = int.Parse(answer.AsSpan(start, answer.IndexOf('\r', start) - start), System.Globalization.CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetByteCount(answer.AsSpan(head + 4)) >= length;
    }
}
