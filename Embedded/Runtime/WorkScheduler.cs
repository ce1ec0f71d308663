namespace OrderActors.Embedded.Runtime;

/// <summary>Where turns run. The seam between the thread pool and the simulator.</summary>
public interface IWorkScheduler
{
    /// <summary>Runs the item once, later, on a thread of the scheduler's choice.</summary>
    void Schedule(IThreadPoolWorkItem item);
}

/// <summary>Turns run on the thread pool.</summary>
public sealed class ThreadPoolScheduler : IWorkScheduler
{
    /// <summary>The one instance.</summary>
    public static readonly ThreadPoolScheduler Instance = new();

    private ThreadPoolScheduler()
    {
    }

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item) =>
        // The local queue keeps caller and callee on one core while that core has nothing better to do; others steal.
        ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: true);
}
