using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Http;

/// <summary>A request to the API, before it has its key.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path.</param>
/// <param name="Scope">What the gateway calls the route in the command ids that it makes.</param>
/// <param name="By">Who sends it.</param>
/// <param name="Body">The body; empty for none.</param>
internal sealed record ApiRequest(string Method, string Path, string Scope, Actor By, byte[] Body)
{
    /// <summary>Its Idempotency-Key; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>Its header Authorization.</summary>
    public string Authorization { get; init; } = "";

    /// <summary>How long its sender says to wait; null for not saying.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>What its key is of: whose, and of what.</summary>
    public (Actor By, string Method, string Path) Address => (By, Method, Path);

    /// <summary>A request with a body.</summary>
    public static ApiRequest Of<T>(string method, string path, string scope, Actor by, T body, JsonTypeInfo<T> type) =>
        new(method, path, scope, by, JsonSerializer.SerializeToUtf8Bytes(body, type));

    /// <summary>The command id that the gateway makes of it.</summary>
    public string CommandId(string key) => $"http:{Scope}:{By.Role}/{By.Id}:{key}";

    /// <summary>As a server reads it off the wire.</summary>
    public HttpRequestFeature ToFeature()
    {
        var feature = new HttpRequestFeature { Method = Method, Path = Path, RawTarget = Path, Protocol = "HTTP/1.1", Scheme = "http" };
        var headers = feature.Headers;
        headers.Host = "gateway";
        headers.Authorization = Authorization;
        if (Key is not null) headers["Idempotency-Key"] = Key;
        if (Deadline is { } wait) headers["X-Deadline-Ms"] = ((long)wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        if (Body.Length == 0) return feature;
        headers.ContentType = (StringValues)"application/json";
        headers.ContentLength = Body.Length;
        return feature;
    }
}
