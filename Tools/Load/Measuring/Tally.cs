namespace OrderActors.Tools.Load.Measuring;

/// <summary>How a request ended.</summary>
internal enum Outcome
{
    /// <summary>2xx.</summary>
    Ok,

    /// <summary>4xx but 429: a rule or the order's state forbids it. Expected now and then.</summary>
    Refused,

    /// <summary>429 or 503: the platform protects itself. Expected under overload.</summary>
    Shed,

    /// <summary>Any other 5xx, no whole answer, or none in time.</summary>
    Failed,

    /// <summary>Never sent: every connection was busy and the waiting line full.</summary>
    Dropped,
}

/// <summary>Counts of how requests ended, and how long those that were let in took. Written by many threads at once.</summary>
internal sealed class Tally
{
    /// <summary>How many outcomes there are.</summary>
    public const int Outcomes = (int)Outcome.Dropped + 1;

    private readonly long[] _counts = new long[Outcomes];
    private long _otherMicros;

    /// <summary>Times of what was let in, so answered with 2xx or with a refusal, from the intended start on.</summary>
    public Histogram Admitted { get; } = new();

    /// <summary>How many ended so.</summary>
    public long this[Outcome outcome] => Interlocked.Read(ref _counts[(int)outcome]);

    /// <summary>All requests that were meant to be sent.</summary>
    public long Total => _counts.Sum();

    /// <summary>Those that were sent.</summary>
    public long Sent => Total - this[Outcome.Dropped];

    /// <summary>The share that succeeded of all that were meant to be sent; 1 when there were none.</summary>
    public double Success => Share(Outcome.Ok, whenNone: 1);

    /// <summary>The mean time of all that were sent, in microseconds.</summary>
    public double MeanMicros => Sent == 0 ? 0 : (double)(Admitted.Sum + Interlocked.Read(ref _otherMicros)) / Sent;

    /// <summary>The share that ended so.</summary>
    public double Share(Outcome outcome, double whenNone = 0) => Total is var total && total == 0 ? whenNone : (double)this[outcome] / total;

    /// <summary>Counts one.</summary>
    public void Add(Outcome outcome, long micros)
    {
        Interlocked.Increment(ref _counts[(int)outcome]);
        if (outcome <= Outcome.Refused) Admitted.Add(micros);
        else Interlocked.Add(ref _otherMicros, micros);
    }

    /// <summary>The sum of some.</summary>
    public static Tally Sum(IEnumerable<Tally> tallies)
    {
        var sum = new Tally();
        foreach (var tally in tallies)
        {
            for (var i = 0; i < Outcomes; i++) sum._counts[i] += tally._counts[i];
            sum._otherMicros += tally._otherMicros;
            sum.Admitted.Add(tally.Admitted);
        }

        return sum;
    }
}
