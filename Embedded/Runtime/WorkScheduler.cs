namespace OrderActors.Embedded.Runtime;

/// <summary>Where turns run. The seam between the thread pool and the simulator.</summary>
public interface IWorkScheduler
{
    /// <summary>Runs the item once, later, on a thread of the scheduler's choice.</summary>
    void Schedule(IThreadPoolWorkItem item);

    /// <summary>
    /// Runs the item once, later or before this returns: somebody on this thread is about to wait for what it does. Never before, unless a
    /// scheduler says so.
    /// </summary>
    void ScheduleAwaited(IThreadPoolWorkItem item) => Schedule(item);
}

/// <summary>Turns run on the thread pool.</summary>
public sealed class ThreadPoolScheduler : IWorkScheduler
{
    /// <summary>The one instance.</summary>
    public static readonly ThreadPoolScheduler Instance = new();

    /// <summary>How deep turns may stand on one another's stacks; a chain of calls that is longer goes on by the pool.</summary>
    private const int MaxDepth = 6;

    // What a turn leaves in the air (a timer's or a task's context) must not hold on to whoever's thread it ran on.
    private static readonly ExecutionContext Clean = CleanContext();

    [ThreadStatic]
    private static int _depth;

    private ThreadPoolScheduler()
    {
    }

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item) =>
        // The local queue keeps caller and callee on one core while that core has nothing better to do; others steal.
        ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: true);

    /// <summary>
    /// Runs the item here and now. Its sender would only put it into a line, end its own turn, and be woken by the answer: three passes
    /// through the pool, of which most calls need none.
    /// </summary>
    public void ScheduleAwaited(IThreadPoolWorkItem item)
    {
        ArgumentNullException.ThrowIfNull(item);

        // Not on a thread of somebody's own, who may not expect to be kept busy by grains.
        if (_depth >= MaxDepth || !Thread.CurrentThread.IsThreadPoolThread || ExecutionContext.Capture() is not { } context)
        {
            Schedule(item);
            return;
        }

        _depth++;
        try
        {
            ExecutionContext.Restore(Clean);
            item.Execute();
        }
        finally
        {
            ExecutionContext.Restore(context);
            _depth--;
        }
    }

    private static ExecutionContext CleanContext()
    {
        ExecutionContext? clean = null;
        var thread = new Thread(() => clean = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return clean!;
    }
}
