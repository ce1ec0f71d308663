using Orleans;

namespace OrderActors.Deadlines;

/// <summary>
/// The deadlines of one partition's orders. It learns them from the event log and fires each at least once; the order
/// decides whether it still matters. The key is the partition, "000" to "119".
/// </summary>
[Alias("orderactors.IDeadlineGrain")]
public interface IDeadlineGrain : Broadcast.ISubscriberGrain
{
    /// <summary>How many deadlines are open.</summary>
    [Alias("open")]
    Task<int> Open();
}
