using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace OrderActors.Client.Http;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="Limit">How many at most, 1 to 200.</param>
/// <param name="Cursor">Where to go on, as an earlier page said; null for the newest.</param>
internal readonly record struct PageRequest(int Limit, string? Cursor)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;
    private const int LongestCursor = 200;
    private const int LongestInstant = 40;

    /// <summary>Reads limit and cursor, and refuses parameters that the route does not have.</summary>
    public static PageRequest Read(HttpContext context, params ReadOnlySpan<string> others)
    {
        foreach (var name in context.Request.Query.Keys)
        {
            if (name is "limit" or "cursor" || others.Contains(name)) continue;
            string[] known = [.. others, "limit", "cursor"];
            throw Fault("unknown_parameter", $"'{name}' is not a parameter of this list. Parameters are: {string.Join(", ", known)}.", name, null, known);
        }

        var limit = DefaultLimit;
        if (Single(context, "limit") is { } text &&
            (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
        {
            throw Fault("out_of_range", $"limit is '{text}'; it must be a whole number, 1 to {MaxLimit}.", "limit", text, [$"1 to {MaxLimit}"]);
        }

        var cursor = Single(context, "cursor");
        if (cursor is not null && (cursor.Length is 0 or > LongestCursor || cursor.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            throw BadCursor(cursor);
        }

        return new(limit, cursor);
    }

    /// <summary>A parameter that may be there once; null when it is not.</summary>
    public static string? Single(HttpContext context, string name)
    {
        var values = context.Request.Query[name];
        return values.Count switch
        {
            0 => null,
            1 => values[0] ?? "",
            _ => throw Fault("duplicate_parameter", $"{name} is given {values.Count} times; give it once.", name, values.ToString(), null),
        };
    }

    /// <summary>A moment that may be given, with an offset; null when it is not.</summary>
    public static DateTimeOffset? Instant(HttpContext context, string name)
    {
        if (Single(context, name) is not { } text) return null;
        // A plus that was not escaped is a space by the rules of query strings.
        const string Rule = "an RFC 3339 time with its offset, such as 2026-11-21T09:00:00Z";
        return text.Length <= LongestInstant && (text.EndsWith('Z') || (text.Length > 6 && text[^3] == ':' && text[^6] is '+' or '-' or ' '))
            && DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.None, out var value)
            ? value.ToUniversalTime()
            : throw Fault("wrong_type", $"{name} is '{text}'; it must be {Rule}.", name, text, [Rule]);
    }

    public static RequestFault BadCursor(string cursor) =>
        Fault("invalid_cursor", "The cursor is not one that this list gave out. Start again without a cursor.", "cursor", cursor, null);

    public static RequestFault Fault(string code, string detail, string parameter, string? value, IReadOnlyList<string>? allowed) =>
        new(ProblemKind.Malformed, detail, new ProblemError(code, detail, Parameter: parameter, Value: value, Allowed: allowed));
}
