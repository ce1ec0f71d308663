using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace OrderActors.Tools.Load.Http;

/// <summary>The same by .NET's own HttpClient: what the generator would cost if it were not its own client.</summary>
/// <param name="client">The client, whose handler keeps the connections.</param>
internal sealed class HttpClientRequester(HttpClient client) : IRequester
{
    private byte[] _body = [];
    private CancellationTokenSource _expiry = new();
    private long _since;

    public ReadOnlyMemory<byte> Body => _body;

    public async ValueTask<int> ExchangeAsync(RequestWriter writer, ReadOnlyMemory<byte> authorization)
    {
        if (_expiry.IsCancellationRequested) _expiry = new();
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
        using var request = new HttpRequestMessage(new HttpMethod(writer.Method), Encoding.UTF8.GetString(writer.Path.Bytes.Span));
        if (writer.Body.Length > 0)
        {
            request.Content = new ReadOnlyMemoryContent(writer.Body.Bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (writer.Key.Length > 0) request.Headers.TryAddWithoutValidation("Idempotency-Key", Encoding.UTF8.GetString(writer.Key.Bytes.Span));
        if (Encoding.ASCII.GetString(authorization.Span).Split(": ") is [var name, var value]) request.Headers.TryAddWithoutValidation(name, value.TrimEnd());
        try
        {
            using var response = await client.SendAsync(request, _expiry.Token);
            _body = await response.Content.ReadAsByteArrayAsync(_expiry.Token);
            return (int)response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            _body = [];
            return e is OperationCanceledException ? Connection.TimedOut : Connection.Broken;
        }
        finally
        {
            Volatile.Write(ref _since, 0);
        }
    }

    public void Expire(long before)
    {
        var since = Volatile.Read(ref _since);
        if (since != 0 && since < before) _expiry.Cancel();
    }

    public void Dispose() => _expiry.Dispose();
}
