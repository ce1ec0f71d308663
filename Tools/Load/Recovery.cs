using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tools.Load;

/// <summary>How long after the busiest stage everything was as before it.</summary>
internal static class Recovery
{
    /// <summary>A second is normal when its p99 is at most so many times that of the stage before the busiest.</summary>
    public const double NormalFactor = 3;

    /// <summary>So many normal seconds in a row are the end of it.</summary>
    public const int InARow = 3;

    /// <summary>The time from the busiest stage's end to the first of the normal seconds; null when there is no stage before or after it, or no such seconds.</summary>
    public static TimeSpan? Of(LoadResult result)
    {
        var busiest = result.Stages.Index().Where(at => at.Item.Stage.Kind != StageKind.Max).OrderByDescending(at => at.Item.Rate).Select(at => at.Index).FirstOrDefault(-1);
        if (busiest < 0) return null;
        var before = result.Stages.Index().LastOrDefault(at => at.Index < busiest && at.Item.Stage.Kind != StageKind.Max).Item;
        if (before is null) return null;
        var normal = NormalFactor * result.Measurements.Sum(result.Stages.Index().First(at => at.Item == before).Index).Admitted.Percentile(0.99);
        var end = result.Stages[busiest].End;
        var after = result.Samples.Where(sample => sample.Seconds > end).ToList();
        for (var i = 0; i + InARow <= after.Count; i++)
        {
            if (!after.Skip(i).Take(InARow).All(sample => IsNormal(sample, normal))) continue;

            // The second that was normal began at the end of the one before it.
            return TimeSpan.FromSeconds(i == 0 ? 0 : after[i - 1].Seconds - end);
        }

        return null;
    }

    private static bool IsNormal(Sample sample, double micros) =>
        sample.Ended[Outcome.Shed] + sample.Ended[Outcome.Failed] + sample.Ended[Outcome.Dropped] == 0
        && sample.Ended[Outcome.Ok] > 0 && sample.Ended.Admitted.Percentile(0.99) <= micros;
}
