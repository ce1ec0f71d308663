using System.Globalization;
using Orleans.Runtime;

namespace OrderActors.Governance;

/// <summary>
/// The time until which a request's sender waits, as it travels with the request. The grain that takes a command in looks at it
/// before it begins, and takes it off: what has begun is finished, because half a saga costs more than a whole one.
/// </summary>
public static class RequestBudget
{
    private const string Key = "orderactors.until";

    // Clocks of two machines differ by a little; what is late by less is not late.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    /// <summary>From here on calls carry this time.</summary>
    public static void Set(DateTimeOffset until) =>
        RequestContext.Set(Key, until.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    /// <summary>Refuses what nobody waits for any more, before anything is done.</summary>
    /// <exception cref="LimitExceededException">The time is over. Nothing was done.</exception>
    public static void Begin(DateTimeOffset now)
    {
        if (RequestContext.Get(Key) is not string text) return;
        RequestContext.Remove(Key);
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var until)) return;
        if (now - Grace > DateTimeOffset.FromUnixTimeMilliseconds(until))
            throw new LimitExceededException("The request waited longer than its sender does. Nothing was done.");
    }
}
