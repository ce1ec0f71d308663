using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace OrderActors.Tools.Bench.Intake;

/// <summary>Speaks to the platform's API. What is not answered, or refused for the moment, is sent again with the same key.</summary>
/// <param name="silo">The platform, wherever it listens at the time.</param>
internal sealed class IntakeCaller(KillableSilo silo) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = TimeSpan.FromSeconds(40),
    };

    /// <summary>Answers that were waited for in vain, or that said to come again.</summary>
    public int SentAgain { get; private set; }

    public Task<JsonDocument> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, null);

    public Task<JsonDocument> PostAsync(string path, string key, ReadOnlyMemory<byte> body) => SendAsync(HttpMethod.Post, path, key, body);

    public Task<JsonDocument> PostAsync(string path, string key, object body) => PostAsync(path, key, JsonSerializer.SerializeToUtf8Bytes(body));

    public Task<JsonDocument> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, null, JsonSerializer.SerializeToUtf8Bytes(body));

    public void Dispose() => _http.Dispose();

    private async Task<JsonDocument> SendAsync(HttpMethod method, string path, string? key, ReadOnlyMemory<byte>? body)
    {
        var until = TimeProvider.System.GetUtcNow() + Patience;
        while (true)
        {
            var last = "no answer";
            try
            {
                using var request = new HttpRequestMessage(method, new Uri(silo.Url, path));
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", KillableSilo.OperatorKey);
                if (key is not null) request.Headers.Add("Idempotency-Key", key);
                if (body is { } bytes)
                {
                    request.Content = new ReadOnlyMemoryContent(bytes);
                    request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                }

                using var response = await _http.SendAsync(request);
                var text = await response.Content.ReadAsByteArrayAsync();
                if (response.IsSuccessStatusCode) return JsonDocument.Parse(text);
                last = System.Text.Encoding.UTF8.GetString(text);
                if (response.StatusCode is not (HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError))
                    throw new InvalidOperationException($"{method} {path} was answered with {response.StatusCode}: {last}");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or JsonException)
            {
                last = e.Message;
            }

            SentAgain++;
            if (TimeProvider.System.GetUtcNow() > until) throw new InvalidOperationException($"{method} {path} failed for {Patience}: {last}");
            await Task.Delay(Pause);
        }
    }
}
