namespace OrderActors.Client.Admission;

/// <summary>What was measured during one interval.</summary>
/// <param name="Delay">The shortest delay seen: what every request waited at least. A burst does not raise it, a standing queue does.</param>
/// <param name="Peak">The most requests that were worked on at once.</param>
/// <param name="Completed">Requests of the upper two classes that were finished.</param>
/// <param name="MeanService">How long they took on average from their admission.</param>
internal readonly record struct LoadSample(TimeSpan Delay, int Peak, long Completed, TimeSpan MeanService);

/// <summary>
/// Decides, once an interval, how many requests may be worked on at once and what share of the lower classes is shed. Pure: no clock, no
/// threads.
/// </summary>
/// <remarks>
/// Two loops. <b>Shedding</b> follows the delay: while even the shortest delay of an interval is above the target, the share grows in
/// proportion to the excess; below the target it shrinks in proportion to the room. So it settles where the delay is about the target, whatever a
/// request costs. The share runs from 0 to 2: up to 1 it is the part of the non-critical class, above 1 that of the secondary one.
/// <b>The limit</b> follows what a request takes: many times longer than it does at best, and long by itself, means that work waits inside; then
/// fewer are let in. When the limit was reached and nothing took long, it rises.
/// </remarks>
internal sealed class LoadController(AdmissionOptions options)
{
    /// <summary>The largest part of the secondary class that is shed: some must get through to be measured.</summary>
    private const double MostShed = 1.98;

    private const double GrowthPerExcess = 0.1;
    private const double MaxExcess = 3;
    private const double ShrinkPerRoom = 0.06;
    private const double ShrinkWhenIdle = 0.1;

    /// <summary>How many times the best that a request may take.</summary>
    private const double Tolerance = 4;

    /// <summary>The best is forgotten by a thousandth an interval, so that what was quicker once does not count for ever.</summary>
    private const double Forgetting = 1.001;

    private const int FewestSamples = 10;

    private double _limit = options.InitialConcurrency;
    private double _best = double.MaxValue;

    /// <summary>How many requests may be worked on at once.</summary>
    public int Limit => (int)_limit;

    /// <summary>0 to 2: how much is shed.</summary>
    public double Shed { get; private set; }

    /// <summary>The part of a class that is shed, 0 to 1.</summary>
    public double ShareShed(Http.Priority priority) => priority switch
    {
        Http.Priority.NonCritical => Math.Min(1, Shed),
        Http.Priority.Secondary => Math.Max(0, Shed - 1),
        _ => 0,
    };

    /// <summary>An interval is over.</summary>
    public void Step(in LoadSample sample)
    {
        var isLoaded = sample.Peak >= Math.Max(1, options.MinConcurrency / 2);
        var excess = (sample.Delay / options.TargetDelay) - 1;

        // A machine that is busy with something else delays work too; shedding the little that goes on here would not help.
        if (!isLoaded) Shed -= ShrinkWhenIdle;
        else if (excess > 0) Shed += GrowthPerExcess * Math.Min(excess, MaxExcess);
        else Shed += ShrinkPerRoom * excess;
        Shed = Math.Clamp(Shed, 0, MostShed);
        FollowService(sample);
    }

    private void FollowService(in LoadSample sample)
    {
        if (sample.Completed < FewestSamples) return;
        var took = sample.MeanService.TotalMilliseconds;
        _best = Math.Min(_best * Forgetting, took);
        var isSlow = took > Tolerance * _best && took > 2 * options.TargetDelay.TotalMilliseconds;
        if (isSlow && sample.Peak >= _limit / 2) _limit *= 0.95;
        else if (!isSlow && sample.Peak >= _limit * 0.8) _limit += Math.Max(1, _limit * 0.02);
        _limit = Math.Clamp(_limit, options.MinConcurrency, options.MaxConcurrency);
    }
}
