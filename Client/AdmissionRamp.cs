namespace OrderActors.Client;

/// <summary>How much of what could be admitted is admitted: less while the host has just become ready, everything after.</summary>
public interface IAdmissionRamp
{
    /// <summary>The share, above 0 and at most 1, at one of the clock's timestamps.</summary>
    double Share(long timestamp);
}

/// <summary>
/// Rises in a straight line from the first share to all of it, from when the host became ready. Caches, connections and compiled
/// code follow what is asked of them: a host that gets its full load in its first second serves that second worst.
/// </summary>
/// <param name="options">How long and from where.</param>
/// <param name="clock">The clock whose timestamps are asked about.</param>
internal sealed class AdmissionRamp(RampOptions options, TimeProvider clock) : IAdmissionRamp
{
    private long _began;
    private volatile bool _over = options.Time <= TimeSpan.Zero;

    /// <summary>The host is ready now. Only the first time counts.</summary>
    public void Begin() => Interlocked.CompareExchange(ref _began, clock.GetTimestamp(), 0);

    /// <inheritdoc/>
    public double Share(long timestamp)
    {
        if (_over) return 1;
        var began = Volatile.Read(ref _began);
        if (began == 0) return options.From;
        var share = Share(clock.GetElapsedTime(began, timestamp), options.Time, options.From);
        if (share >= 1) _over = true;
        return share;
    }

    /// <summary>The share so long after the begin.</summary>
    internal static double Share(TimeSpan elapsed, TimeSpan time, double from) => elapsed <= TimeSpan.Zero ? from
        : elapsed >= time ? 1
        : from + ((1 - from) * (elapsed / time));
}
