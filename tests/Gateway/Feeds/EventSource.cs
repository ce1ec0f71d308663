using System.Globalization;
using System.Net;
using System.Text.Json;

namespace OrderActors.Tests.Gateway.Feeds;

/// <summary>One event of a stream, as a browser would hand it on.</summary>
/// <param name="Id">The last id that was seen with it or before it.</param>
/// <param name="Type">Its type.</param>
/// <param name="Data">Its data.</param>
public sealed record Streamed(string Id, string Type, string Data)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Data).RootElement.Clone();

    public string EventId => Json.GetProperty("id").GetString()!;

    public string Source => Json.GetProperty("source").GetString()!;

    public string Sequence => Json.GetProperty("sequence").GetString()!;
}

/// <summary>Reads server-sent events as a browser does: it remembers the last id, and gives it back when it comes again.</summary>
public sealed class EventSource(string url, string? secret = null) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private HttpResponseMessage? _response;
    private StreamReader? _lines;

    /// <summary>What is given back to go on.</summary>
    public string LastId { get; private set; } = "";

    /// <summary>How many comments were seen.</summary>
    public int Comments { get; private set; }

    /// <summary>Connects, with the last id if there is one.</summary>
    public async Task<HttpStatusCode> Connect(string query = "")
    {
        Close();
        using var request = new HttpRequestMessage(HttpMethod.Get, url.TrimEnd('/') + "/v1/events" + query);
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + (secret ?? Api.OperatorKey));
        if (LastId.Length > 0) request.Headers.TryAddWithoutValidation("Last-Event-ID", LastId);
        _response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        _lines = new StreamReader(await _response.Content.ReadAsStreamAsync());
        return _response.StatusCode;
    }

    /// <summary>The next event; null at the end.</summary>
    public async Task<Streamed?> Next(CancellationToken cancellation = default)
    {
        var (type, data) = ("message", (string?)null);
        while (await _lines!.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Length == 0)
            {
                if (data is not null) return new(LastId, type, data);
                (type, data) = ("message", null);
            }
            else if (line[0] == ':')
            {
                Comments++;
            }
            else
            {
                var colon = line.IndexOf(": ", StringComparison.Ordinal);
                var value = line[(colon + 2)..];
                if (line.StartsWith("id", StringComparison.Ordinal)) LastId = value;
                else if (line.StartsWith("event", StringComparison.Ordinal)) type = value;
                else if (line.StartsWith("data", StringComparison.Ordinal)) data = value;
                else if (line.StartsWith("retry", StringComparison.Ordinal)) _ = int.Parse(value, CultureInfo.InvariantCulture);
                else throw new InvalidDataException("Not of a stream of events: " + line);
            }
        }

        return null;
    }

    /// <summary>A line as it is.</summary>
    public async Task<string?> Line() => await _lines!.ReadLineAsync();

    public void Close()
    {
        _lines?.Dispose();
        _response?.Dispose();
    }

    public void Dispose()
    {
        Close();
        _http.Dispose();
    }
}
