using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Client.Hosting;
using Xunit;

namespace OrderActors.Tests.Gateway.Telemetry;

/// <summary>The log as JSON: every line an object, with the trace that it belongs to.</summary>
public sealed class LogTests
{
    [Fact]
    public void A_line_is_an_object_with_its_trace_and_its_named_values()
    {
        using var activity = new Activity("request").Start();
        var line = Write("Order {Number} failed\n\"twice\"", new InvalidOperationException("It is so."), ("Number", 7));
        Assert.Equal(activity.TraceId.ToHexString(), line.GetProperty("trace_id").GetString());
        Assert.Equal(activity.SpanId.ToHexString(), line.GetProperty("span_id").GetString());
        Assert.Equal("error", line.GetProperty("level").GetString());
        Assert.Equal("a.category", line.GetProperty("category").GetString());
        Assert.Equal("7", line.GetProperty("values").GetProperty("number").GetString());
        Assert.Contains("It is so.", line.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("Z", line.GetProperty("time").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Outside_a_trace_there_is_none()
    {
        Activity.Current = null;
        var line = Write("Nothing happened", null);
        Assert.False(line.TryGetProperty("trace_id", out _));
        Assert.False(line.TryGetProperty("exception", out _));
    }

    [Fact]
    public void Another_format_than_the_two_is_refused()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Logging:Console:FormatterName", "xml")]).Build();
        var refused = Assert.Throws<StartupException>(() => ProgramLogging.Create(configuration));
        Assert.Equal("Logging:Console:FormatterName is 'xml'; it must be simple or json.", refused.Message);
    }

    private static JsonElement Write(string message, Exception? exception, params (string Name, object Value)[] values)
    {
        KeyValuePair<string, object?>[] state = [.. values.Select(v => new KeyValuePair<string, object?>(v.Name, v.Value)), new("{OriginalFormat}", message)];
        using var text = new StringWriter();
        new JsonLines().Write(
            new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(LogLevel.Error, "a.category", new EventId(3), state, exception, (_, _) => message),
            null, text);
        var line = text.ToString();
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        return JsonSerializer.Deserialize<JsonElement>(line);
    }
}
