using System.Net;
using System.Text.Json;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>One answer of the API.</summary>
public sealed class Answer(HttpStatusCode status, IReadOnlyDictionary<string, string> headers, string text)
{
    public int Status => (int)status;

    public string Text => text;

    public JsonElement Json { get; } = text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();

    public string? Header(string name) => headers.GetValueOrDefault(name.ToLowerInvariant());

    /// <summary>A member of the body as text; null when it is absent.</summary>
    public string? this[string member] => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(member, out var value) ? value.ToString() : null;

    /// <summary>The first of the problem's errors.</summary>
    public JsonElement Error => Json.GetProperty("errors")[0];

    /// <summary>The answer, which must have this status.</summary>
    public Answer Expect(int expected)
    {
        Assert.True(Status == expected, $"Expected {expected}, got {Status}: {text}");
        return this;
    }

    /// <summary>The answer, which must be problem details of this kind in every respect.</summary>
    public Answer ExpectProblem(int expectedStatus, string code)
    {
        Expect(expectedStatus);
        Assert.Equal("application/problem+json", Header("content-type"));
        Assert.Equal(code, this["code"]);
        Assert.Equal("https://orderactors.dev/problems/" + code.Replace('_', '-'), this["type"]);
        Assert.Equal(expectedStatus, Json.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(this["title"]));
        Assert.False(string.IsNullOrEmpty(this["detail"]));
        Assert.StartsWith("/", this["instance"], StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(this["trace_id"]));
        Assert.Equal(Json.GetProperty("retryable").GetBoolean(), Header("retry-after") is not null);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("OrderActors.", text, StringComparison.Ordinal);
        return this;
    }

    /// <summary>A problem that points at one fault.</summary>
    public Answer ExpectFault(string errorCode, string? pointer = null, string? value = null, params string[] allowed)
    {
        if (pointer is not null) Assert.Equal(pointer, Error.GetProperty("pointer").GetString());
        Assert.Equal(errorCode, Error.GetProperty("code").GetString());
        if (value is not null) Assert.Equal(value, Error.GetProperty("value").GetString());
        if (allowed.Length > 0) Assert.Equal(allowed, Error.GetProperty("allowed").EnumerateArray().Select(a => a.GetString()));
        return this;
    }
}
