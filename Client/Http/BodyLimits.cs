using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace OrderActors.Client.Http;

/// <summary>
/// What no body of any route may have: a text, a name of a member or an array of a length that nothing here has a use for. The routes' own
/// bounds are tighter and their grains'; these are for what nobody thought of.
/// </summary>
internal static class BodyLimits
{
    /// <summary>The longest text, in bytes as it is sent.</summary>
    public const int LongestText = 4_096;

    /// <summary>The longest name of a member, in bytes.</summary>
    public const int LongestName = 128;

    /// <summary>The most elements of one array.</summary>
    public const int MostElements = 2_000;

    // A shorter body has no room for any of them: nearly all are, and are not looked at twice.
    private const int Harmless = 2 * MostElements;

    /// <summary>Why the body is refused; null when it is within the bounds, or no JSON, which is for others to say.</summary>
    public static RequestFault? Refuse(ReadOnlySequence<byte> bytes)
    {
        if (bytes.Length <= Harmless && bytes.Length <= LongestText) return RefuseNames(bytes);
        return Walk(bytes);
    }

    // Only a name is bounded by less than what makes a body worth a walk.
    private static RequestFault? RefuseNames(ReadOnlySequence<byte> bytes) => bytes.Length <= LongestName ? null : HasLongRun(bytes) ? Walk(bytes) : null;

    /// <summary>Whether there may be a name that is too long: this many bytes without a quotation mark.</summary>
    private static bool HasLongRun(ReadOnlySequence<byte> bytes)
    {
        var run = 0L;
        foreach (var segment in bytes)
        {
            var span = segment.Span;
            while (true)
            {
                var quote = span.IndexOf((byte)'"');
                run += quote < 0 ? span.Length : quote;
                if (run > LongestName) return true;
                if (quote < 0) break;
                run = 0;
                span = span[(quote + 1)..];
            }
        }

        return false;
    }

    private static RequestFault? Walk(ReadOnlySequence<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = BodyFaults.MaxDepth });
        var path = new Stack<Level>();
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
                {
                    path.Pop();
                    continue;
                }

                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (Length(reader) > LongestName) return Fault(Place(path, skip: 1), $"has a name longer than {LongestName} bytes");
                    path.Peek().Name = reader.GetString();
                    continue;
                }

                if (path.TryPeek(out var level) && level.IsArray && ++level.Index >= MostElements)
                    return Fault(Place(path, skip: 1), $"has more than {MostElements} elements");
                if (reader.TokenType == JsonTokenType.String && Length(reader) > LongestText)
                    return Fault(Place(path), $"is longer than {LongestText} bytes");
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    path.Push(new Level(reader.TokenType == JsonTokenType.StartArray));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Whoever reads it next says what is wrong with it.
        }

        return null;
    }

    private static long Length(in Utf8JsonReader reader) => reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;

    private static string Place(Stack<Level> path, int skip = 0) =>
        string.Concat(path.Skip(skip).Reverse().Select(level => "/" + (level.IsArray
            ? level.Index.ToString(CultureInfo.InvariantCulture)
            : level.Name?.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal))));

    private static RequestFault Fault(string pointer, string what)
    {
        var detail = $"{(pointer.Length == 0 ? "The body" : pointer)} {what}.";
        return new(ProblemKind.Malformed, detail, new ProblemError("too_long", detail, Pointer: pointer));
    }

    private sealed class Level(bool isArray)
    {
        public bool IsArray { get; } = isArray;

        public string? Name { get; set; }

        public int Index { get; set; } = -1;
    }
}
