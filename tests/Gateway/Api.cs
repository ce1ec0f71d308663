using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace OrderActors.Tests.Gateway;

/// <summary>Speaks to the API as an integrator would.</summary>
/// <param name="url">Where the API listens.</param>
/// <param name="secret">The API key; empty for none.</param>
public sealed class Api(string url, string secret = Api.OperatorKey) : IDisposable
{
    /// <summary>The operator's key that hosts under test are given.</summary>
    public const string OperatorKey = "an-operator-key-for-tests";

    private static int keys;
    private List<string>? _texts;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(40) };

    /// <summary>Where the API listens.</summary>
    public string Url => url;

    /// <summary>The same API as another caller.</summary>
    public Api As(string other) => new(url, other);

    /// <summary>The same API, keeping every answer's text and headers.</summary>
    public Api Recording(List<string> texts) => new(url, secret) { _texts = texts };

    /// <summary>A key that no other request of this run has.</summary>
    public static string NewKey() => $"key-{Environment.ProcessId}-{Interlocked.Increment(ref keys)}";

    public Task<Answer> Get(string path) => Send(HttpMethod.Get, path);

    public Task<Answer> Post(string path, object? body = null, string? key = null) => Send(HttpMethod.Post, path, body, key ?? NewKey());

    public Task<Answer> Put(string path, object body) => Send(HttpMethod.Put, path, body);

    public Task<Answer> Delete(string path) => Send(HttpMethod.Delete, path);

    /// <summary>Sends text as it is.</summary>
    public Task<Answer> PostText(string path, string text, string contentType = "application/json") =>
        SendContent(HttpMethod.Post, path, TextContent(text, contentType), NewKey());

    /// <summary>Sends text with a key as it is.</summary>
    public Task<Answer> PostRaw(string path, string text, string key) =>
        SendContent(HttpMethod.Post, path, TextContent(text, "application/json"), key);

    public Task<Answer> Send(HttpMethod method, string path, object? body = null, string? key = null, params (string Name, string Value)[] headers) =>
        SendContent(method, path, body is null ? null : TextContent(JsonSerializer.Serialize(body), "application/json"), key, headers);

    public async Task<Answer> SendContent(
        HttpMethod method, string path, HttpContent? content, string? key = null, params (string Name, string Value)[] headers)
    {
        using var response = await SendRaw(method, path, content, key, headers);
        var text = await response.Content.ReadAsStringAsync();
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(", ", h.Value));
        if (_texts is not null) _texts.Add(text + string.Join('\n', all.Values));
        return new Answer(response.StatusCode, all, text);
    }

    /// <summary>Sends anything, and answers with all that came back.</summary>
    public async Task<HttpResponseMessage> SendRaw(
        HttpMethod method, string path, HttpContent? content, string? key, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (secret.Length > 0) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + secret);
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request);
    }

    public void Dispose() => _http.Dispose();

    private static ByteArrayContent TextContent(string text, string contentType)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return content;
    }
}
