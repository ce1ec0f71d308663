using OrderActors.Embedded.Runtime;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// The watchdog of all silos: time-outs, stuck requests, idle collection. It looks as often as a real one while anything happens,
/// and seldom while nothing does.
/// </summary>
internal sealed class SimulatedWatchdog
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private readonly SimulatedCluster _cluster;
    private readonly List<Activation> _looked = [];
    private readonly int _timeoutTicks;
    private readonly int _stuckTicks;
    private readonly int _collectTicks;
    private ITimer? _timer;
    private bool _resting;
    private int _tick;

    internal SimulatedWatchdog(SimulatedCluster cluster)
    {
        _cluster = cluster;
        var options = cluster.Engine;
        _timeoutTicks = (int)(options.ResponseTimeout / Beat);
        _stuckTicks = (int)(options.StuckAfter / Beat);
        _collectTicks = Math.Max(1, (int)(options.CollectionAge / Beat));
    }

    /// <summary>Beats since the start of the world; what requests carry.</summary>
    internal int Tick => _tick;

    internal void Start() => _timer = _cluster.World.Clock.CreateTimer(static w => ((SimulatedWatchdog)w!).Look(), this, Beat, Timeout.InfiniteTimeSpan);

    /// <summary>A request is under way: somebody has to look after it. Returns the beat that it carries.</summary>
    internal int Sent()
    {
        if (!_resting) return _tick;
        _resting = false;
        SetTicks();
        _timer?.Change(Beat, Timeout.InfiniteTimeSpan);
        return _tick;
    }

    private void SetTicks()
    {
        _tick = (int)(_cluster.World.Time.Now / Beat.Ticks);
        _cluster.ClientRuntime.SetTick(_tick);
        foreach (var silo in _cluster.Alive) silo.Runtime.SetTick(_tick);
    }

    private void Look()
    {
        SetTicks();
        var (tick, busy) = (_tick, false);
        for (var i = 0; i < _cluster.Alive.Count; i++)
        {
            var silo = _cluster.Alive[i];
            silo.Activations.RemoveAll(static activation => activation is { IsGone: true, IsDrained: true });
            _looked.Clear();
            _looked.AddRange(silo.Activations);
            foreach (var activation in _looked)
            {
                if (!activation.IsIdle)
                {
                    busy = true;
                    activation.Expire(tick, _timeoutTicks, _stuckTicks);
                }
                else if (tick - activation.LastUsedTick > _collectTicks)
                {
                    activation.Deactivate(new(DeactivationReasonCode.ActivationIdle, "It was idle for the collection age."));
                }
            }
        }

        _resting = !busy;
        _timer!.Change(busy ? Beat : Beat * 12, Timeout.InfiniteTimeSpan);
    }
}
