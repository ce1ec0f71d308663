using OrderActors.Embedded.Runtime;
using Orleans.Runtime;

namespace OrderActors.Embedded.Streams;

/// <summary>
/// Wakes one subscriber of one partition. However often it is rung, one wake-up is under way at a time and at most one
/// more is due: a subscriber that is slow, or never returns, costs no memory.
/// </summary>
internal abstract class Bell(GrainRuntime runtime)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private long _head;
    private long _sent;
    private int _underWay;
    private ITimer? _retry;

    protected GrainRuntime Runtime => runtime;

    internal void Ring(long head)
    {
        InterlockedMax(ref _head, head);
        SendIfIdle();
    }

    /// <summary>Sends one wake-up, which ends with <see cref="Delivered"/> or <see cref="Failed"/>.</summary>
    protected abstract void Send(long head);

    protected abstract GrainId Subscriber { get; }

    internal void Delivered()
    {
        Volatile.Write(ref _underWay, 0);
        if (Volatile.Read(ref _head) > Volatile.Read(ref _sent)) SendIfIdle();
    }

    internal void Failed(Exception exception)
    {
        runtime.Log.WakeUpFailed(exception, Subscriber, RetryDelay);
        // Still under way: nothing else is sent until the delay is over.
        _retry ??= runtime.Time.CreateTimer(static bell => ((Bell)bell!).SendNow(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _retry.Change(RetryDelay, Timeout.InfiniteTimeSpan);
    }

    private void SendIfIdle()
    {
        if (Interlocked.CompareExchange(ref _underWay, 1, 0) == 0) SendNow();
    }

    private void SendNow()
    {
        var head = Volatile.Read(ref _head);
        Volatile.Write(ref _sent, head);
        Send(head);
    }

    private static void InterlockedMax(ref long target, long value)
    {
        var seen = Volatile.Read(ref target);
        while (seen < value)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}

/// <summary>Wakes a grain.</summary>
internal sealed class GrainBell(GrainRuntime runtime, GrainClass grainClass, GrainId grain, Guid subscription, Func<long, object> item) : Bell(runtime)
{
    protected override GrainId Subscriber => grain;

    protected override void Send(long head)
    {
        var call = new StreamCall(this, activation => activation.DeliverStreamItem(subscription, item(head), new LogToken(head)))
        {
            StartTick = Runtime.Tick,
        };
        Runtime.Send(grainClass, grain, call);
    }
}

/// <summary>Wakes an observer outside of the grains, in the context it subscribed from.</summary>
internal sealed class ObserverBell(GrainRuntime runtime, SynchronizationContext? context, Func<long, Task> observe) : Bell(runtime), IThreadPoolWorkItem
{
    private long _next;

    protected override GrainId Subscriber => GrainId.Create("observer", "host");

    public void Execute() => _ = Observe();

    protected override void Send(long head)
    {
        _next = head;
        if (context is null) Runtime.Scheduler.Schedule(this);
        else context.Post(static bell => ((ObserverBell)bell!).Execute(), this);
    }

    private async Task Observe()
    {
        try
        {
            await observe(_next);
        }
        catch (Exception exception)
        {
            Failed(exception);
            return;
        }

        Delivered();
    }
}

/// <summary>A stream's item on its way to a grain.</summary>
internal sealed class StreamCall(Bell bell, Func<Activation, Task> deliver)
    : EngineCall("stream", async activation =>
    {
        await deliver(activation);
        bell.Delivered();
    })
{
    internal override bool TryFail(Exception exception)
    {
        if (!base.TryFail(exception)) return false;
        bell.Failed(exception);
        return true;
    }
}
