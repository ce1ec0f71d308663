using System.Collections.Immutable;
using OrderActors.Embedded.Runtime;
using Orleans.Runtime;

namespace OrderActors.Embedded.Streams;

/// <summary>An explicit subscription of a grain, which outlives the process.</summary>
internal sealed record DurableSubscription(Guid Id, string StreamKey, string GrainType, string GrainKey);

/// <summary>The stored explicit subscriptions: few, so one record holds them all.</summary>
internal sealed class DurableSubscriptions(GrainRuntime runtime)
{
    /// <summary>The most that one record should hold.</summary>
    private const int Limit = 10_000;

    private readonly EngineRecord<SubscriptionList> _record = new(runtime, GrainId.Create("stream-subscriptions", "all"));

    private ImmutableList<DurableSubscription> All => _record.Value.Subscriptions;

    internal async Task<ImmutableList<DurableSubscription>> LoadAsync()
    {
        await _record.LoadAsync();
        return All;
    }

    internal IEnumerable<DurableSubscription> Of(GrainId grain, string streamKey) => All.Where(s =>
        s.StreamKey == streamKey && s.GrainType == grain.Type.ToString() && s.GrainKey == grain.Key.ToString());

    internal Task AddAsync(DurableSubscription subscription)
    {
        if (All.Count >= Limit)
        {
            throw new LimitExceededException($"There are {Limit} explicit stream subscriptions, which is the limit. Unsubscribe those that are not needed.");
        }

        return _record.ChangeAsync(list => new SubscriptionList { Subscriptions = list.Subscriptions.Add(subscription) });
    }

    internal Task RemoveAsync(Guid id) => All.Exists(s => s.Id == id)
        ? _record.ChangeAsync(list => new SubscriptionList { Subscriptions = list.Subscriptions.RemoveAll(s => s.Id == id) })
        : Task.CompletedTask;

    internal sealed class SubscriptionList
    {
        public ImmutableList<DurableSubscription> Subscriptions { get; init; } = [];
    }
}
