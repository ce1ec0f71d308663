namespace OrderActors.Intake;

/// <summary>A receipt that is being drained, as its partition has it in memory.</summary>
internal sealed class OpenIntakeBatch(IntakeEntry entry)
{
    public IntakeEntry Entry { get; } = entry;

    /// <summary>Orders that were neither placed nor refused nor given up.</summary>
    public int Open { get; set; }

    /// <summary>Outcomes that are not written yet.</summary>
    public List<IntakeOutcome> Unwritten { get; } = [];

    /// <summary>Whether a write is under way.</summary>
    public bool IsWriting { get; set; }

    /// <summary>When outcomes have waited long enough for company.</summary>
    public DateTimeOffset WriteBy { get; set; } = DateTimeOffset.MaxValue;

    /// <summary>Failures of the write in a row.</summary>
    public int Failures { get; set; }
}

/// <summary>An order that is being drained.</summary>
internal sealed class IntakeItem(OpenIntakeBatch batch, IntakeOrder order)
{
    public OpenIntakeBatch Batch { get; } = batch;

    public IntakeOrder Order { get; } = order;

    /// <summary>Tries that failed.</summary>
    public int Failures { get; private set; }

    private DateTimeOffset? FirstFailure { get; set; }

    private long SettledThen { get; set; }

    /// <summary>
    /// A try failed. True when the order is at fault: it failed often enough, while others came through; or for so long that
    /// it does not matter whose fault it is.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="settled">Orders of the partition that came through so far.</param>
    /// <param name="options">The bounds.</param>
    public bool Failed(DateTimeOffset now, long settled, IntakeOptions options)
    {
        Failures++;
        if (FirstFailure is null) (FirstFailure, SettledThen) = (now, settled);
        return (Failures >= options.MaxAttempts && settled > SettledThen) || IsTooLong(now, options);
    }

    /// <summary>A try was put off, which is nobody's fault. True when it has been so for too long.</summary>
    public bool PutOff(DateTimeOffset now, long settled, IntakeOptions options)
    {
        Failures++;
        if (FirstFailure is null) (FirstFailure, SettledThen) = (now, settled);
        return IsTooLong(now, options);
    }

    private bool IsTooLong(DateTimeOffset now, IntakeOptions options) => now - FirstFailure >= options.Patience;
}
