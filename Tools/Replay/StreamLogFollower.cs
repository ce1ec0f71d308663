using OrderActors.Broadcast;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace OrderActors.Tools.Replay;

/// <summary>
/// Follows the event log by the wake-ups that go over the engine's streams: a wake-up says when to look, the log says
/// what is there. Safe on many threads; on one scheduler everything stays on it.
/// </summary>
internal sealed class StreamLogFollower(IClusterClient client, IEventLog log) : ILogFollower
{
    /// <inheritdoc/>
    public async Task<IAsyncDisposable> FollowAsync(Action<LoggedEvent> onEvent)
    {
        var provider = client.GetStreamProvider(LogAppended.Provider);
        var following = new Following();
        for (var partition = 0; partition < Shard.Count; partition++)
        {
            // Subscribed before the head is read: what is appended in between rings the bell and is read.
            var reader = new PartitionReader(log, partition, onEvent, SynchronizationContext.Current);
            var stream = provider.GetStream<LogAppended>(StreamId.Create(LogAppended.Namespace, Shard.Key(partition)));
            following.Handles.Add(await stream.SubscribeAsync(reader));
            await reader.StartAsync();
        }

        return following;
    }

    private sealed class Following : IAsyncDisposable
    {
        public List<StreamSubscriptionHandle<LogAppended>> Handles { get; } = [];

        public async ValueTask DisposeAsync()
        {
            foreach (var handle in Handles) await handle.UnsubscribeAsync();
        }
    }

    private sealed class PartitionReader(IEventLog log, int partition, Action<LoggedEvent> onEvent, SynchronizationContext? context)
        : IAsyncObserver<LogAppended>
    {
        private const int BatchSize = 1000;

        // Rings that are not answered yet. Whoever makes it 1 reads, for all who ring meanwhile; the start is the first ring,
        // so that nobody reads before it is known from where.
        private int _rings = 1;
        private long _done;

        public async Task StartAsync()
        {
            _done = await log.HeadAsync(partition);
            await ReadAsync();
        }

        /// <summary>A stream may ring from inside somebody's turn; the reading must not stay in there.</summary>
        public Task OnNextAsync(LogAppended item, StreamSequenceToken? token = null)
        {
            if (Interlocked.Increment(ref _rings) != 1) return Task.CompletedTask;
            if (context is null) return ReadAsync();
            context.Post(static reader => _ = ((PartitionReader)reader!).ReadAsync(), this);
            return Task.CompletedTask;
        }

        public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

        private async Task ReadAsync()
        {
            try
            {
                int answered;
                do
                {
                    answered = Volatile.Read(ref _rings);
                    while (await ReadBatchAsync())
                    {
                    }
                }
                while (Interlocked.Add(ref _rings, -answered) != 0);
            }
            catch
            {
                // The next ring reads on; a reader that stayed busy for ever would be deaf.
                Interlocked.Exchange(ref _rings, 0);
                throw;
            }
        }

        private async Task<bool> ReadBatchAsync()
        {
            var events = await log.ReadAsync(partition, _done, BatchSize);
            foreach (var logged in events)
            {
                _done = logged.Sequence;
                onEvent(logged);
            }

            return events.Count == BatchSize;
        }
    }
}
