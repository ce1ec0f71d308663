using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OrderActors.Client.Api;

/// <summary>
/// The API as C# methods, one for each operation. Safe for use by many at once. What fails for a moment is sent again with the same
/// Idempotency-Key; what is refused is an <see cref="ApiProblemException"/>.
/// </summary>
public sealed partial class OrderActorsClient
{
    private readonly HttpClient _http;
    private readonly OrderActorsClientOptions _options;

    /// <param name="http">Whose base address is the API's. It is not disposed of.</param>
    /// <param name="options">How it asks; null for the defaults.</param>
    /// <exception cref="ArgumentException">The HTTP client has no base address.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public OrderActorsClient(HttpClient http, OrderActorsClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.BaseAddress is null) throw new ArgumentException("BaseAddress is not set; it is where the API is.", nameof(http));
        _http = http;
        _options = options ?? new();
        _options.Validate();
    }

    private async Task SendAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var response = await TryAsync(call, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> SendAsync<T>(ApiCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await TryAsync(call, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException($"{call}: the answer is null.");
    }

    private async Task<string> ReadTextAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var response = await TryAsync(call, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends until there is an answer that settles it. All operations may be sent again: they read, have a key, or do twice what once does.</summary>
    private async Task<HttpResponseMessage> TryAsync(ApiCall call, HttpCompletionOption until, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            TimeSpan? asked = null;
            try
            {
                using var message = call.ToMessage(_options.ApiKey, _options.Deadline);
                var response = await _http.SendAsync(message, until, cancellationToken).ConfigureAwait(false);
                if (response.IsSuccessStatusCode) return response;
                using (response)
                {
                    var problem = await ProblemAsync(call, response, cancellationToken).ConfigureAwait(false);
                    if (tries >= _options.MostTries || !MaySucceed(problem)) throw problem;
                    asked = problem.RetryAfter;
                }
            }
            catch (Exception e) when (IsLost(e, cancellationToken) && tries < _options.MostTries)
            {
                // No answer: it was done or not, and the same key tells.
            }

            await Task.Delay(asked ?? Pause(tries), _options.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the API, or who answers in its place, says that the same request may succeed soon.</summary>
    private bool MaySucceed(ApiProblemException refused)
    {
        var later = refused.Problem?.Retryable ?? refused.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
        return later && (refused.RetryAfter ?? TimeSpan.Zero) <= _options.LongestPause;
    }

    private static bool IsLost(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private TimeSpan Pause(int tries)
    {
        var pause = _options.FirstPause * Math.Pow(2, tries - 1) * (1 + (Random.Shared.NextDouble() / 2));
        return pause < _options.LongestPause ? pause : _options.LongestPause;
    }

    private async Task<ApiProblemException> ProblemAsync(ApiCall call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Problem? problem = null;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            try
            {
                var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
                problem = JsonSerializer.Deserialize(bytes, ApiJson.Wire.Problem);
            }
            catch (JsonException)
            {
                // Not the API's own words after all; the status says what there is to know.
            }
        }

        var after = response.Headers.RetryAfter;
        var retryAfter = after?.Delta ?? (after?.Date is { } date ? Max(date - _options.Clock.GetUtcNow(), TimeSpan.Zero) : null);
        return new(call.ToString(), response.StatusCode, problem, retryAfter);
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static string Escape(string value) => Uri.EscapeDataString(value);

    private static string Escape(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Escape(DateOnly value) => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
