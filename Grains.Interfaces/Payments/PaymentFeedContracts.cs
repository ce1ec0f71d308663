using OrderActors.Broadcast;
using Orleans;

namespace OrderActors.Payments;

/// <summary>
/// Tells payments what their orders want of them, and orders and refunds what became of the money. The key is the partition.
/// </summary>
[Alias("orderactors.IPaymentFeedGrain")]
public interface IPaymentFeedGrain : ISubscriberGrain;
