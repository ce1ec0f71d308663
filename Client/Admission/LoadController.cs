namespace OrderActors.Client.Admission;

/// <summary>What was measured during one interval.</summary>
/// <param name="Delay">The shortest delay seen: what every request waited at least. A burst does not raise it, a standing queue does.</param>
/// <param name="Processors">The part of it that is the wait for a processor.</param>
/// <param name="Peak">The most requests that were worked on at once.</param>
/// <param name="Completed">Requests of the upper two classes that were finished.</param>
/// <param name="MeanService">How long they took on average from their admission.</param>
internal readonly record struct LoadSample(TimeSpan Delay, TimeSpan Processors, int Peak, long Completed, TimeSpan MeanService);

/// <summary>
/// Decides, once an interval, how many requests may be worked on at once and what share of the lower classes is shed. Pure: no clock, no
/// threads.
/// </summary>
/// <remarks>
/// Two loops. <b>Shedding</b> follows the delay. While even the shortest delay of an interval is above the target, what is admitted shrinks, first of the
/// non-critical class and then of the secondary one; below the target it grows, the other way round. Both by a factor and not by an amount: with a
/// tenth admitted a step must be a tenth of one with all admitted, or the share swings from nothing to too much.
/// <b>The limit</b> follows what a request takes: many times longer than it does at best, and long by itself, means that work waits inside; then
/// fewer are let in, far fewer when it is processors that they wait for. When the limit was reached and nothing took long, it rises.
/// </remarks>
internal sealed class LoadController(AdmissionOptions options)
{
    /// <summary>The least that is admitted of a class before the next one is touched: some of it must get through to be measured.</summary>
    private const double Least = 0.01;

    private const double ShrinkPerExcess = 0.15;
    private const double MaxExcess = 4;
    private const double GrowthPerRoom = 0.15;
    private const double GrowthWhenIdle = 1.5;

    /// <summary>How many times the best that a request may take.</summary>
    private const double Tolerance = 4;

    /// <summary>
    /// The best is forgotten by a thousandth an interval, so that what was quicker once does not count for ever; under load ten times more
    /// slowly, because what is measured then is the load.
    /// </summary>
    private const double Forgetting = 1.001;

    private const double ForgettingUnderLoad = 1.0001;

    private const int FewestSamples = 10;
    private const double Decrease = 0.95;

    private double _limit = options.InitialConcurrency;
    private double _best = double.MaxValue;
    private double _admitsSecondary = 1;
    private double _admitsNonCritical = 1;

    /// <summary>How many requests may be worked on at once.</summary>
    public int Limit => (int)_limit;

    /// <summary>The part of a class that is shed, 0 to 1.</summary>
    public double ShareShed(Http.Priority priority) => priority switch
    {
        Http.Priority.NonCritical => _admitsNonCritical <= Least ? 1 : 1 - _admitsNonCritical,
        Http.Priority.Secondary => 1 - _admitsSecondary,
        _ => 0,
    };

    /// <summary>An interval is over.</summary>
    public void Step(in LoadSample sample)
    {
        var isLoaded = sample.Peak >= Math.Max(1, options.MinConcurrency / 2);
        var excess = (sample.Delay / options.TargetDelay) - 1;

        // A machine that is busy with something else delays work too; shedding the little that goes on here would not help.
        if (!isLoaded) Grow(GrowthWhenIdle);
        else if (excess > 0) Shrink(1 / (1 + (ShrinkPerExcess * Math.Min(excess, MaxExcess))));
        else Grow(1 - (GrowthPerRoom * excess));
        FollowService(sample);
    }

    private void Shrink(double factor)
    {
        if (_admitsNonCritical > Least) _admitsNonCritical = Math.Max(Least, _admitsNonCritical * factor);
        else _admitsSecondary = Math.Max(Least, _admitsSecondary * factor);
    }

    private void Grow(double factor)
    {
        if (_admitsSecondary < 1) _admitsSecondary = Math.Min(1, _admitsSecondary * factor);
        else _admitsNonCritical = Math.Min(1, _admitsNonCritical * factor);
    }

    private void FollowService(in LoadSample sample)
    {
        if (sample.Completed < FewestSamples) return;
        var took = sample.MeanService.TotalMilliseconds;
        _best = Math.Min(_best * (sample.Peak >= _limit / 2 ? ForgettingUnderLoad : Forgetting), took);
        var isSlow = took > Tolerance * _best && took > options.TargetDelay.TotalMilliseconds;

        // Work waits for processors: the fewer are inside, the sooner each is done, and nothing is lost. From what was really inside, because a
        // limit far above that bounds nothing. What waits for a slow storage is another matter: a group commit wants company.
        if (isSlow && sample.Processors > options.TargetDelay) _limit = Math.Min(_limit, sample.Peak) * Decrease;
        else if (isSlow && sample.Peak >= _limit / 2) _limit = Math.Max(Math.Min(_limit, options.InitialConcurrency), _limit * Decrease);
        else if (!isSlow && sample.Peak >= _limit * 0.8) _limit += Math.Max(1, _limit * 0.02);
        _limit = Math.Clamp(_limit, options.MinConcurrency, options.MaxConcurrency);
    }
}
