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

    /// <summary>
    /// How long the API may take for one try, 1 ms to 10 minutes; what it likes when null. It then says what became of it, where a broken
    /// connection would not.
    /// </summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>
    /// After how long without a word a stream of events is taken for lost and begun anew, 1 s to 1 hour; 1 minute when not set. The API says
    /// something every 15 s.
    /// </summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whose time the pauses are; the system's when not set.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">One is outside its range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MostTries, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MostTries, 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstPause, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FirstPause, TimeSpan.FromMinutes(1));
        if (Deadline is { } deadline)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(deadline, TimeSpan.FromMilliseconds(1), nameof(Deadline));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(deadline, TimeSpan.FromMinutes(10), nameof(Deadline));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(LongestSilence, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LongestSilence, TimeSpan.FromHours(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(LongestPause, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LongestPause, TimeSpan.FromMinutes(10));
    }
}
