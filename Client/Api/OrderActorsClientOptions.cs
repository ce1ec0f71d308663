namespace OrderActors.Client.Api;

/// <summary>How a client asks.</summary>
public sealed record OrderActorsClientOptions
{
    /// <summary>The API key, <c>oa_live_…</c> or <c>oa_test_…</c>; null to send none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>
    /// How often a request is sent at most, 1 to 10; 4 when not set. Again is only sent what may succeed the second time: what the API calls
    /// retryable, such as 429, 503 and 504, and what got no answer. The Idempotency-Key stays the same, so nothing is done twice.
    /// </summary>
    public int MostTries { get; init; } = 4;

    /// <summary>
    /// The pause after the first try when the API names none, 1 ms to 1 minute; 200 ms when not set. It doubles from try to try, and up to half
    /// of it is added by chance.
    /// </summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause between two tries, up to 10 minutes; 10 s when not set. When the API asks for a longer one, the client gives up.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whose time the pauses are; the system's when not set.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">One is outside its range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MostTries, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MostTries, 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstPause, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FirstPause, TimeSpan.FromMinutes(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(LongestPause, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LongestPause, TimeSpan.FromMinutes(10));
    }
}
