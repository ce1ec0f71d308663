using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>
/// The live and the test side, kept apart in one place: ids in path and query get the test side's mark when a test key sends them.
/// A mark that a caller writes is doubled, which makes the id one that nothing has.
/// </summary>
internal static class Sides
{
    // Query parameters that are ids of the platform's grains, wherever they stand.
    private static readonly FrozenSet<string> QueryIds = FrozenSet.ToFrozenSet(["customer", "merchant", "courier", "partner", "zone", "subject"]);

    /// <summary>The path's parameters that are ids which callers choose, as paths are built here.</summary>
    public static ImmutableArray<string> IdsOfPath(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["v1", "merchants" or "couriers" or "customers" or "zones" or "quotes", "{id}", ..] => ["id"],
        ["v1", "promotions", "{code}", ..] => ["code"],
        ["v1", "settlements", "{day}", ..] => ["day"],
        _ => [],
    };

    /// <summary>Puts the ids of a request on the caller's side.</summary>
    public static void Scope(HttpContext context, Operation operation, Caller caller)
    {
        if (!operation.GrainKeys.IsEmpty)
        {
            var route = context.Request.RouteValues;
            foreach (var name in operation.GrainKeys)
            {
                if (route[name] is string id && Inside(id, caller.Live) is var inside && !ReferenceEquals(inside, id)) route[name] = inside;
            }
        }

        if (context.Request.QueryString.HasValue) ScopeQuery(context, caller);
    }

    /// <summary>An id that a caller wrote, as the grains know it.</summary>
    public static string Inside(string id, bool live) => live ? TestMode.IsTest(id) ? TestMode.Mark + id : id : TestMode.Mark + id;

    /// <summary>
    /// A text for a test caller without the marks of the ids in it. A mark counts as one at the beginning of a word.
    /// </summary>
    public static string Shown(string text)
    {
        if (!text.Contains(TestMode.Mark, StringComparison.Ordinal)) return text;
        var shown = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isMark = text[i] == TestMode.Mark && (i == 0 || !char.IsAsciiLetterOrDigit(text[i - 1]))
                && i + 1 < text.Length && (char.IsAsciiLetterOrDigit(text[i + 1]) || text[i + 1] is '-' or '_' or TestMode.Mark);
            if (!isMark) shown.Append(text[i]);
        }

        return shown.ToString();
    }

    private static void ScopeQuery(HttpContext context, Caller caller)
    {
        var query = context.Request.Query;
        Dictionary<string, StringValues>? scoped = null;
        foreach (var (name, values) in query)
        {
            if (values.Count != 1 || values[0] is not { } id || !QueryIds.Contains(name)) continue;
            var inside = Inside(id, caller.Live);
            if (ReferenceEquals(inside, id)) continue;
            scoped ??= query.ToDictionary(StringComparer.OrdinalIgnoreCase);
            scoped[name] = inside;
        }

        if (scoped is not null) context.Request.Query = new QueryCollection(scoped);
    }
}
