using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tools.Chaos;

/// <summary>How long after a fault everything is as before the first one. Pure.</summary>
internal static class FaultRecovery
{
    /// <summary>A second is normal when its p90 is at most so many times that of the time before the first fault.</summary>
    public const double NormalFactor = 3;

    /// <summary>So many normal seconds in a row are the end of it.</summary>
    public const int InARow = 3;

    /// <summary>Below this nobody complains, whatever it was before: a calm platform's times are too short to multiply.</summary>
    private static readonly TimeSpan AlwaysNormal = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest p90 of a normal second, in microseconds.</summary>
    /// <param name="samples">All seconds.</param>
    /// <param name="first">When the first fault began.</param>
    public static double Normal(IReadOnlyList<Sample> samples, double first)
    {
        var calm = Tally.Sum(samples.Where(sample => sample.Seconds <= first).Select(sample => sample.Ended));
        return Math.Max(AlwaysNormal.TotalMicroseconds, NormalFactor * calm.Admitted.Percentile(0.9));
    }

    /// <summary>Seconds from a fault's end to the first of the normal seconds; null when there are none before the next fault or the end.</summary>
    /// <param name="samples">All seconds.</param>
    /// <param name="normal">The longest p90 of a normal second, in microseconds.</param>
    /// <param name="ended">When the fault was over.</param>
    /// <param name="next">When the next one began.</param>
    public static double? Of(IReadOnlyList<Sample> samples, double normal, double ended, double next)
    {
        var after = samples.Where(sample => sample.Seconds > ended && sample.Seconds <= next).ToList();
        for (var i = 0; i + InARow <= after.Count; i++)
        {
            // The second that was normal began at the end of the one before it.
            if (after.Skip(i).Take(InARow).All(sample => IsNormal(sample, normal))) return i == 0 ? 0 : after[i - 1].Seconds - ended;
        }

        return null;
    }

    private static bool IsNormal(Sample sample, double micros) =>
        sample.Ended[Outcome.Shed] + sample.Ended[Outcome.Failed] + sample.Ended[Outcome.Dropped] == 0
        && sample.Ended[Outcome.Ok] > 0 && sample.Ended.Admitted.Percentile(0.9) <= micros;
}
