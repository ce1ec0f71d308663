using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OrderActors.Client.Api;

/// <summary>Reads server-sent events of one connection, as HTML's standard has them.</summary>
/// <param name="stream">The answer's body.</param>
/// <param name="silence">After how long without a line the connection is taken for lost.</param>
/// <param name="clock">Whose time that is.</param>
internal sealed class EventReader(Stream stream, TimeSpan silence, TimeProvider clock) : IDisposable
{
    private const string End = "feed.";
    private readonly StreamReader _reader = new(stream, Encoding.UTF8);

    /// <summary>Where the stream is; null before it said so.</summary>
    public string? LastId { get; private set; }

    /// <summary>How long to wait before coming back; null when it did not say.</summary>
    public TimeSpan? Retry { get; private set; }

    /// <summary>The next event; null when the connection is at its end, whoever ended it.</summary>
    public async Task<StreamedEvent?> NextAsync(CancellationToken cancellationToken)
    {
        string? name = null;
        StringBuilder? data = null;
        while (await LineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0)
            {
                if (name?.StartsWith(End, StringComparison.Ordinal) == true) return null;
                if (data is not null && LastId is not null) return new(LastId, Read(data.ToString()));
                (name, data) = (null, null);
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var value = colon < 0 ? "" : line[(colon + 1)..];
            if (value.StartsWith(' ')) value = value[1..];
            switch (colon < 0 ? line : line[..colon])
            {
                case "id":
                    LastId = value;
                    break;
                case "event":
                    name = value;
                    break;
                case "data":
                    data = data is null ? new(value) : data.Append('\n').Append(value);
                    break;
                case "retry" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds):
                    Retry = TimeSpan.FromMilliseconds(milliseconds);
                    break;
                default:
                    // A comment, or what a newer API says.
                    break;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static CloudEvent Read(string json) =>
        JsonSerializer.Deserialize(json, ApiJson.Wire.CloudEvent) ?? throw new JsonException("An event is null.");

    private async Task<string?> LineAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadLineAsync(cancellationToken).AsTask().WaitAsync(silence, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException)
        {
            // Lost; the last id says where to go on.
            return null;
        }
    }
}
