namespace OrderActors.Client.Hosting.Calls;

/// <summary>What became of one try of a call.</summary>
internal enum CallFailure
{
    /// <summary>The callee's own answer: the same call would meet it again.</summary>
    Answer,

    /// <summary>The way to the callee broke, or its silo went. It may or may not have been done.</summary>
    WayLost,

    /// <summary>No answer in time. It may or may not have been done.</summary>
    Unanswered,

    /// <summary>A queue on the way was full. It was not done.</summary>
    TooBusy,

    /// <summary>The storage did not take the write.</summary>
    Storage,
}

/// <summary>The cluster could not be asked, however often it was tried.</summary>
internal sealed class ClusterUnavailableException(string message, Exception innerException) : Exception(message, innerException);

/// <summary>
/// Sends a call again while that can help: after a lost way or a missing answer, until the time for it is over. Only for
/// calls that may arrive twice; who calls this has made sure of that.
/// </summary>
/// <param name="options">How long and how often.</param>
/// <param name="clock">The time.</param>
/// <param name="draw">Draws a number from 0 to 1, so that callers who failed together do not come back together.</param>
internal sealed class RetryPolicy(CallOptions options, TimeProvider clock, Func<double> draw)
{
    private int _retrying;

    /// <summary>How many calls are between two tries.</summary>
    public int Retrying => Volatile.Read(ref _retrying);

    /// <summary>Tries until it succeeds, fails for good, or the time is over; then the last failure is thrown.</summary>
    /// <param name="attempt">One try.</param>
    /// <param name="judge">What a failure says.</param>
    public async Task Run(Func<Task> attempt, Func<Exception, CallFailure> judge)
    {
        var began = clock.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            TimeSpan pause;
            try
            {
                await attempt();
                return;
            }
            catch (Exception e) when (judge(e) is CallFailure.WayLost or CallFailure.Unanswered && MayRetry(began, tries, out pause))
            {
                GatewayInstruments.Retried(judge(e));
            }

            try
            {
                await Task.Delay(pause, clock);
            }
            finally
            {
                Interlocked.Decrement(ref _retrying);
            }
        }
    }

    private bool MayRetry(long began, int tries, out TimeSpan pause)
    {
        // Half fixed, half drawn. The shift is bounded long before it could overflow.
        var backoff = Math.Min(options.FirstBackoff.TotalMilliseconds * (1L << Math.Min(tries - 1, 20)), options.MaxBackoff.TotalMilliseconds);
        pause = TimeSpan.FromMilliseconds(backoff * (0.5 + (0.5 * draw())));
        if (clock.GetElapsedTime(began) + pause >= options.RetryFor) return false;
        if (Interlocked.Increment(ref _retrying) <= options.MaxRetrying) return true;
        Interlocked.Decrement(ref _retrying);
        return false;
    }
}
