using Orleans;

namespace OrderActors.Embedded.Runtime;

/// <summary>Looks after all activations once per period: time-outs, stuck requests, idle collection.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly GrainRuntime _runtime;
    private readonly ITimer _timer;
    private readonly int _timeoutTicks;
    private readonly int _stuckTicks;
    private readonly int _collectTicks;
    private int _looking;

    internal Watchdog(GrainRuntime runtime)
    {
        _runtime = runtime;
        var options = runtime.Options;
        // A sixth of the time-out keeps an early or late answer within 17 %, and the look at every activation rare.
        var period = TimeSpan.FromTicks(Math.Clamp(
            Math.Min(options.ResponseTimeout.Ticks / 6, options.CollectionAge.Ticks / 4), TimeSpan.TicksPerMillisecond * 10, TimeSpan.TicksPerSecond * 5));
        _timeoutTicks = (int)(options.ResponseTimeout / period);
        _stuckTicks = (int)(options.StuckAfter / period);
        _collectTicks = (int)(options.CollectionAge / period);
        _timer = runtime.Time.CreateTimer(static w => ((Watchdog)w!).Look(), this, period, period);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        // One look at a time: a slow one must not pile up behind itself.
        if (Interlocked.Exchange(ref _looking, 1) != 0) return;
        try
        {
            var tick = _runtime.AdvanceTick();
            var excess = _runtime.ActivationCount - _runtime.Options.MaxActivations;
            List<Activation>? idle = excess > 0 ? [] : null;
            foreach (var activation in _runtime.Activations)
            {
                if (!activation.IsIdle)
                {
                    activation.Expire(tick, _timeoutTicks, _stuckTicks);
                    continue;
                }

                if (tick - activation.LastUsedTick > _collectTicks) Collect(activation, "It was idle for the collection age.");
                else idle?.Add(activation);
            }

            if (idle is null) return;
            // Ids break ties so that the simulator collects the same ones in every run.
            foreach (var activation in idle.OrderBy(a => a.LastUsedTick).ThenBy(a => a.GrainId.ToString(), StringComparer.Ordinal).Take((int)excess))
            {
                Collect(activation, "There are too many activations and it was idle the longest.");
            }
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private static void Collect(Activation activation, string why) => activation.Deactivate(new(DeactivationReasonCode.ActivationIdle, why));
}
