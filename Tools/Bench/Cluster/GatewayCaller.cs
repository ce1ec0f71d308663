using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace OrderActors.Tools.Bench.Cluster;

/// <summary>An answer that settles a request.</summary>
/// <param name="Status">The HTTP status, never one that asks for another try.</param>
/// <param name="Body">The body.</param>
internal readonly record struct Answer(int Status, byte[] Body)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>The problem's words, for the person who looks for the cause.</summary>
    public string Problem => $"{Status} {System.Text.Encoding.UTF8.GetString(Body)}";

    public T Read<T>() => JsonSerializer.Deserialize<T>(Body, Json) ?? throw new JsonException("The answer is null.");

    public static byte[] Write<T>(T body) => JsonSerializer.SerializeToUtf8Bytes(body, Json);
}

/// <summary>No gateway settled a request within the time there was: whether it was done is not known.</summary>
internal sealed class UnsettledException(string message) : Exception(message);

/// <summary>The gateways' connections, shared by the callers.</summary>
internal sealed class Gateways : IDisposable
{
    private readonly HttpClient[] _clients;

    public Gateways(ClusterPlan plan, Func<HttpMessageHandler> connect) => _clients =
    [
        .. plan.Urls.Select(url => new HttpClient(connect())
        {
            BaseAddress = url,
            Timeout = plan.TryTimeout,
            DefaultRequestHeaders = { Authorization = plan.Key.Length == 0 ? null : new("Bearer", plan.Key) },
        }),
    ];

    public HttpClient this[int index] => _clients[index % _clients.Length];

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
    }
}

/// <summary>
/// One caller: sends a request until it is settled, with the same Idempotency-Key each time, and counts what it sees. Used by
/// one task at a time.
/// </summary>
internal sealed class GatewayCaller(Gateways gateways, TimeSpan patience, int first)
{
    // Short, although a gateway may ask for a second: what is measured is when it answers again.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private int _gateway = first;

    /// <summary>Requests sent, every try counted.</summary>
    public long Requests { get; private set; }

    /// <summary>Tries that settled nothing: no connection, no answer in time, 429 or 5xx.</summary>
    public long Errors { get; private set; }

    /// <summary>The longest time from the first try to the answer, among commands that needed more than one.</summary>
    public TimeSpan LongestGap { get; private set; }

    /// <summary>How long each command took, all its tries together.</summary>
    public List<TimeSpan> Commands { get; } = [];

    public Task<Answer> Get(string path, CancellationToken cancellationToken) => Send(HttpMethod.Get, path, null, null, cancellationToken);

    public Task<Answer> Put<T>(string path, T body, CancellationToken cancellationToken) =>
        Send(HttpMethod.Put, path, Answer.Write(body), null, cancellationToken);

    public Task<Answer> Post<T>(string path, T body, string key, CancellationToken cancellationToken) =>
        Send(HttpMethod.Post, path, Answer.Write(body), key, cancellationToken);

    /// <exception cref="UnsettledException">The patience is over.</exception>
    private async Task<Answer> Send(HttpMethod method, string path, byte[]? body, string? key, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            Requests++;
            var (answer, failure) = await Try(method, path, body, key, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (answer is { } settled)
            {
                if (method == HttpMethod.Get) return settled;
                Commands.Add(elapsed);
                if (tries > 1) NoteGap(elapsed);
                return settled;
            }

            Errors++;
            _gateway++;
            if (elapsed >= patience)
            {
                if (method != HttpMethod.Get) NoteGap(elapsed);
                throw new UnsettledException($"{method} {path} was not settled in {tries} tries over {elapsed.TotalSeconds:0.0} s; the last: {failure}");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private async Task<(Answer? Answer, string? Failure)> Try(
        HttpMethod method, string path, byte[]? body, string? key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        try
        {
            using var response = await gateways[_gateway].SendAsync(request, cancellationToken);
            var answer = new Answer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return answer.Status is 429 or >= 500 ? (null, answer.Problem) : (answer, null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, e.Message);
        }
    }

    private void NoteGap(TimeSpan gap) => LongestGap = gap > LongestGap ? gap : LongestGap;
}
