using Orleans.Runtime;

namespace OrderActors.Embedded.Runtime;

/// <summary>A grain's timer. A tick is a request of the grain; the next one is set when it has ended.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly bool _interleave;
    private readonly bool _keepAlive;
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private TimeSpan _period;
    private bool _changed;
    private volatile bool _stopped;

    internal GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        _activation = activation;
        _callback = callback;
        _interleave = options.Interleave;
        _keepAlive = options.KeepAlive;
        _period = options.Period;
        _timer = activation.Runtime.Time.CreateTimer(
            static timer => ((GrainTimer)timer!).Due(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        _period = period;
        _changed = true;
        if (!_stopped) _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        if (_stopped) return;
        _stopped = true;
        _timer.Dispose();
        _stop.Cancel();
        _activation.Forget(this);
    }

    private void Due()
    {
        if (_stopped) return;
        var tick = new TickCall(this) { StartTick = _activation.Runtime.Tick, IsUse = _keepAlive };
        // A full mailbox drops no tick for good, not even the only one of a timer without a period.
        if (!_activation.TryDeliver(tick, _activation.Runtime.Options.MailboxLimit)) _timer.Change(RetryDelay, Timeout.InfiniteTimeSpan);
    }

    private async Task Tick()
    {
        if (_stopped) return;
        _changed = false;
        try
        {
            await _callback(_stop.Token);
        }
        finally
        {
            // A callback that set a new due time by itself keeps it.
            if (!_changed) Rearm();
        }
    }

    private void Rearm()
    {
        if (!_stopped && _period != Timeout.InfiniteTimeSpan) _timer.Change(_period, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A tick on its way. Nobody waits for its answer, so it cannot come too late: a tick that timed out would be the timer's last.</summary>
    private sealed class TickCall(GrainTimer timer) : EngineCall("timer", _ => timer.Tick(), timer._interleave)
    {
        private volatile bool _began;

        internal override bool IsTick => true;

        public override ValueTask Invoke(object target)
        {
            _began = true;
            return base.Invoke(target);
        }

        internal override bool TryFail(Exception exception) => _began && base.TryFail(exception);
    }
}
