using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Embedded.Runtime;

/// <summary>
/// One grain in memory. It is its own mailbox, its own scheduler entry and its own synchronization context: whatever its
/// requests do between awaits runs here, one thing at a time.
/// </summary>
/// <remarks>
/// The mailbox is a stack of links. Its head is null while the activation is idle, and ends in <see cref="BusyMarker"/>
/// while it runs or is about to: whoever pushes onto null schedules it, so that one compare-and-swap both delivers and
/// wakes. The runner takes the whole stack at once and turns it round.
/// </remarks>
internal sealed partial class Activation : SynchronizationContext, IGrainContext, IThreadPoolWorkItem
{
    /// <summary>How many items one turn of the thread may take before others get theirs.</summary>
    private const int Quantum = 128;

    [ThreadStatic]
    private static Activation? _current;

    [ThreadStatic]
    private static Activation? _creating;

    private readonly GrainRuntime _runtime;
    private readonly TaskCompletionSource _deactivated = new();
    private readonly Queue<GrainCall> _waiting = new();

    private MailboxItem? _mailbox;
    private MailboxItem? _batch;
    private SleepingCall? _sleeping;
    private GrainCall? _present;
    private List<GrainTimer>? _timers;
    private DeactivationReason _deactivateFor;
    private bool _deactivate;
    private bool _blocked;
    private bool _starting;
    private int _readers;
    private int _runningCount;
    private int _waitingCount;
    private int _started;
    private int _stageTick;
    private volatile Stage _stage;

    internal Activation(GrainRuntime runtime, GrainClass grainClass, GrainId id)
    {
        _runtime = runtime;
        Class = grainClass;
        GrainId = id;
        LastUsedTick = runtime.Tick;
    }

    private enum Stage
    {
        New,
        Activating,
        Active,
        Deactivating,
        Gone,
    }

    /// <summary>The activation whose turn this thread runs.</summary>
    internal static new Activation? Current => _current;

    /// <summary>The activation whose grain instance this thread constructs.</summary>
    internal static Activation? Creating => _creating;

    public GrainId GrainId { get; }

    public object? GrainInstance => Volatile.Read(ref _instance);

    public IServiceProvider ActivationServices => _runtime.Services;

    public Task Deactivated => _deactivated.Task;

    internal GrainClass Class { get; }

    internal GrainRuntime Runtime => _runtime;

    internal object Instance => _instance!;

    internal bool IsGone => _stage == Stage.Gone;

    /// <summary>Whether nothing is on its way here that has not been looked at.</summary>
    internal bool IsDrained => Volatile.Read(ref _mailbox) is null;

    internal bool HasIncomingFilters => _runtime.HasIncomingFilters;

    internal int LastUsedTick { get; private set; }

    /// <summary>Names the activation in a simulation's trace; 0 elsewhere.</summary>
    internal int TraceKey { get; init; }

    /// <summary>Whether nothing runs, waits or is on its way here.</summary>
    internal bool IsIdle => Volatile.Read(ref _mailbox) is null && _stage == Stage.Active && _runningCount == 0;

    /// <summary>Requests that wait here for their turn, as far as can be seen from outside.</summary>
    internal int QueueLength => Volatile.Read(ref _waitingCount) + (Volatile.Read(ref _mailbox)?.Depth ?? 0);

    private object? _instance;

    public override void Post(SendOrPostCallback d, object? state) => Push(new Continuation(d, state));

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("A grain's turn is never waited for by blocking a thread; use Post or await.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Puts a request into the mailbox, or refuses it when the mailbox is full.</summary>
    internal bool TryDeliver(GrainCall call, int limit)
    {
        var head = Volatile.Read(ref _mailbox);
        var waiting = Volatile.Read(ref _waitingCount) + (head is null ? 0 : head.Depth);
        if (waiting >= limit) return false;
        if (!Enlist(call, head)) return true;

        // A tick or a wake-up has nobody who waits for it, and comes from threads that have better things to do.
        if (call is EngineCall || call.Method.IsOneWay) _runtime.Scheduler.Schedule(this);
        else _runtime.Scheduler.ScheduleAwaited(this);
        return true;
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        if (ReferenceEquals(_current, this)) RequestDeactivation(deactivationReason);
        else Push(new Continuation(_ => RequestDeactivation(deactivationReason), null));
    }

    void IThreadPoolWorkItem.Execute()
    {
        var outerContext = SynchronizationContext.Current;
        var outer = _current;
        SetSynchronizationContext(this);
        _current = this;
        try
        {
            if (RunQuantum()) return;
        }
        finally
        {
            // Once per turn of the thread and not per request: the class's count is shared by all cores.
            if (_started > 0) Class.CountCalls(_started);
            _started = 0;
            _current = outer;
            SetSynchronizationContext(outerContext);
        }

        _runtime.Scheduler.Schedule(this);
    }

    /// <summary>Runs what is in the mailbox; true when the activation came to rest, false when there is more.</summary>
    private bool RunQuantum()
    {
        for (var left = Quantum; left > 0; left--)
        {
            var item = _batch ?? TakeMailbox();
            if (item is null)
            {
                if (Rest()) return true;
                continue;
            }

            _batch = item.Next;
            item.Next = null;
            try
            {
                item.Process(this);
            }
            catch (Exception exception)
            {
                // Requests catch their own; what comes here is a continuation without anybody who waits for it (async void).
                _runtime.Log.UnhandledInTurn(exception, GrainId);
            }
        }

        return false;
    }

    private bool Rest()
    {
        if (_deactivate && _runningCount == 0 && _stage == Stage.Active)
        {
            StartDeactivation();
            return false;
        }

        return Interlocked.CompareExchange(ref _mailbox, null, BusyMarker.Instance) == BusyMarker.Instance;
    }

    private MailboxItem? TakeMailbox()
    {
        var head = Interlocked.Exchange(ref _mailbox, BusyMarker.Instance);
        MailboxItem? first = null;
        while (head is not null && head != BusyMarker.Instance)
        {
            var next = head.Next;
            head.Next = first;
            first = head;
            head = next;
        }

        return first;
    }

    private void Push(MailboxItem item) => Push(item, Volatile.Read(ref _mailbox));

    private void Push(MailboxItem item, MailboxItem? head)
    {
        if (Enlist(item, head)) _runtime.Scheduler.Schedule(this);
    }

    /// <summary>Puts an item into the mailbox; true when the activation was at rest, and whoever put it there has to wake it.</summary>
    private bool Enlist(MailboxItem item, MailboxItem? head)
    {
        while (true)
        {
            item.Next = head;
            item.Depth = head is null ? 1 : head.Depth + 1;
            var seen = Interlocked.CompareExchange(ref _mailbox, item, head);
            if (seen == head) return head is null;
            head = seen;
        }
    }

    /// <summary>A request came: starts it, or lets it wait for its turn.</summary>
    internal void Admit(GrainCall call)
    {
        switch (_stage)
        {
            case Stage.Active when MayStart(call):
                Start(call);
                return;
            case Stage.Gone:
                _runtime.Redeliver(this, call);
                return;
            case Stage.New:
                Enqueue(call);
                StartActivation();
                return;
            default:
                Enqueue(call);
                return;
        }
    }

    private void Enqueue(GrainCall call)
    {
        lock (_waiting) _waiting.Enqueue(call);
        _waitingCount++;
    }

    private bool MayStart(GrainCall call)
    {
        if (call.Kind == CallKind.Interleaving || Class.IsReentrant) return true;
        if (_deactivate) return false;
        if (_blocked) return false;
        // A reader may join readers, but not overtake a writer that already waits.
        return _readers == 0 || (call.Kind == CallKind.ReadOnly && _waitingCount == 0);
    }

    private void Start(GrainCall call)
    {
        if (call.IsAnswered) return;
        if (call.IsUse)
        {
            LastUsedTick = _runtime.Tick;
            _started++;
        }

        _runningCount++;
        if (call.Kind != CallKind.Interleaving && !Class.IsReentrant)
        {
            if (call.Kind == CallKind.ReadOnly) _readers++;
            else _blocked = true;
        }

        if (call.Context is not null || CallContext.Values is not null) CallContext.Values = call.Context;
        if (call.Activity is not null || Activity.Current is not null) CallSpans.Enter(call);
        _present = call;
        call.Start(this);
        _present = null;
    }

    internal async Task<object?> InvokeFiltered(GrainCall call)
    {
        var context = new IncomingCallContext(this, call, _runtime.IncomingFilters);
        await context.Invoke();
        return context.Result;
    }

    /// <summary>A request went to sleep at an await: now the watchdog has to know of it.</summary>
    internal void Track(SleepingCall sleeping)
    {
        lock (_waiting)
        {
            sleeping.Next = _sleeping;
            if (_sleeping is not null) _sleeping.Previous = sleeping;
            _sleeping = sleeping;
        }
    }

    internal void Untrack(SleepingCall awake)
    {
        lock (_waiting)
        {
            if (awake.Previous is { } previous) previous.Next = awake.Next;
            else _sleeping = awake.Next;
            if (awake.Next is { } next) next.Previous = awake.Previous;
        }
    }

    /// <summary>A request ended. Called in the turn, or from wherever a method that left the turn completed.</summary>
    internal void Ended(GrainCall call, Exception? exception)
    {
        if (!ReferenceEquals(_current, this))
        {
            Push(new Continuation(_ => Ended(call, exception), null));
            return;
        }

        _runningCount--;
        if (call.Activity is not null) CallSpans.Leave(call, exception);
        if (call.Kind != CallKind.Interleaving && !Class.IsReentrant)
        {
            if (call.Kind == CallKind.ReadOnly) _readers--;
            else _blocked = false;
        }

        if (exception is not null)
        {
            Class.CountFailure();
            if (call is EngineCall) _runtime.Log.EngineCallFailed(exception, call.Method.Name, GrainId);
            // The state in memory is not the stored one: nothing may be decided on it any more.
            if (exception is InconsistentStateException)
                RequestDeactivation(new(DeactivationReasonCode.ApplicationRequested, exception, "The stored state is another one."));
        }

        if (_waitingCount > 0) StartWaiting();
    }

    private void StartWaiting()
    {
        // A request that ends at once comes back here; the loop below goes on, instead of one stack frame per request.
        if (_starting) return;
        _starting = true;
        while (_waitingCount > 0 && _stage == Stage.Active && !_deactivate)
        {
            var next = _waiting.Peek();
            var free = next.Kind == CallKind.Interleaving || Class.IsReentrant ||
                (!_blocked && (next.Kind == CallKind.ReadOnly || _readers == 0));
            if (!free) break;
            lock (_waiting) _waiting.Dequeue();
            _waitingCount--;
            Start(next);
        }

        _starting = false;
    }

    /// <summary>The time-outs of this activation's requests. Runs on the watchdog's thread, also while a turn is stuck.</summary>
    internal void Expire(int tick, int timeoutTicks, int stuckTicks)
    {
        // Neither a start nor an end is a request, and either can hang as well.
        var stuck = _stage is Stage.Activating or Stage.Deactivating && tick - _stageTick > stuckTicks;
        for (var item = Volatile.Read(ref _mailbox); item is not null; item = item.Next) Check(item as GrainCall, runs: false);
        Check(Volatile.Read(ref _present), runs: true);
        lock (_waiting)
        {
            foreach (var call in _waiting) Check(call, runs: false);
            for (var sleeping = _sleeping; sleeping is not null; sleeping = sleeping.Next) Check(sleeping.Call, runs: true);
        }

        if (stuck && _stage != Stage.Gone) _runtime.Abandon(this);

        void Check(GrainCall? call, bool runs)
        {
            if (call is null) return;
            var age = tick - call.StartTick;
            if (age > stuckTicks && runs) stuck = true;
            if (age <= timeoutTicks || call.IsAnswered) return;
            call.TryFail(TimedOut(call, $"within {_runtime.Options.ResponseTimeout}"));
        }
    }
    private TimeoutException TimedOut(GrainCall call, string when) => new(
        $"{call.Method} of {GrainId} did not answer {when}. Its outcome is unknown: it may still be done. Repeat it with the same command id.");
}
