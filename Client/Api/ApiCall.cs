using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OrderActors.Client.Api;

/// <summary>A request that is ready to be sent, as often as it needs to be.</summary>
/// <param name="method">The method.</param>
/// <param name="address">The path, escaped.</param>
internal sealed class ApiCall(HttpMethod method, string address)
{
    private readonly string _path = address;
    private readonly List<(string Name, string Value)> _headers = [];
    private string _address = address;
    private byte[]? _body;

    /// <summary>The body; null for none.</summary>
    public ApiCall With<T>(T? body, JsonTypeInfo<T> type)
        where T : class
    {
        if (body is not null) _body = JsonSerializer.SerializeToUtf8Bytes(body, type);
        return this;
    }

    /// <summary>The Idempotency-Key: the caller's, or one that nobody else has.</summary>
    public ApiCall Key(string? key) => Header("Idempotency-Key", key ?? Guid.NewGuid().ToString("N"));

    /// <summary>A header; null for none.</summary>
    public ApiCall Header(string name, string? value)
    {
        if (value is not null) _headers.Add((name, value));
        return this;
    }

    /// <summary>A query parameter; null for none.</summary>
    public ApiCall Query(string name, string? value)
    {
        if (value is not null) _address += $"{(_address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}={Uri.EscapeDataString(value)}";
        return this;
    }

    /// <summary>A moment as a query parameter; null for none.</summary>
    public ApiCall Query(string name, DateTimeOffset? value) =>
        Query(name, value?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    /// <summary>A query parameter; null for none.</summary>
    public ApiCall Query(string name, bool? value) => Query(name, value switch { true => "true", false => "false", null => null });

    /// <summary>A query parameter; null for none.</summary>
    public ApiCall Query<T>(string name, T? value)
        where T : struct, IFormattable => Query(name, value?.ToString(null, CultureInfo.InvariantCulture));

    /// <summary>The message of one try.</summary>
    /// <param name="apiKey">The API key; null for none.</param>
    /// <param name="deadline">How long the answer is waited for; null when nobody says.</param>
    public HttpRequestMessage ToMessage(string? apiKey, TimeSpan? deadline)
    {
        var message = new HttpRequestMessage(method, _address);
        if (_body is not null) message.Content = new ByteArrayContent(_body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (apiKey is not null) message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        if (deadline is { } wait)
            message.Headers.TryAddWithoutValidation("X-Deadline-Ms", ((long)wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in _headers) message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    /// <summary>What is asked, for messages to people: no body, no key.</summary>
    public override string ToString() => $"{method} {_path}";
}
