using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OrderActors.Broadcast;
using Orleans;

namespace OrderActors.Client.Feeds;

/// <summary>
/// Follows the end of the event log for all readers of this process: one call is under way, however many read. A page of events is one
/// object that they share. It runs only while somebody reads.
/// </summary>
internal sealed partial class FeedTailer(
    IClusterClient grains, GatewayGate gate, FeedOptions options, TimeProvider clock, ILogger<FeedTailer> log)
{
    /// <summary>Events in a page.</summary>
    public const int PageSize = 256;

    // Also how soon readers learn that the process is stopping.
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(500);

    /// <summary>Looks without a reader until it stops: readers that come back at once find it going.</summary>
    private const int MostIdle = 20;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<Subscription> _subscriptions = [];
    private ImmutableArray<long> _position;
    private Task<ImmutableArray<long>>? _starting;
    private int _readers;

    /// <summary>Reads the log for this process.</summary>
    public IEventFeedGrain Feed => field ??= grains.GetGrain<IEventFeedGrain>("gateway-" + Guid.NewGuid().ToString("N"));

    /// <summary>How many readers there are.</summary>
    public int Readers => Volatile.Read(ref _readers);

    /// <summary>Counts a reader in; false when there are too many.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _readers) <= options.MaxReaders) return true;
        Interlocked.Decrement(ref _readers);
        return false;
    }

    /// <summary>Counts a reader out.</summary>
    public void Leave() => Interlocked.Decrement(ref _readers);

    /// <summary>Pages from now on. Nothing is missing between its position and the first of them.</summary>
    public async Task<Subscription> SubscribeAsync()
    {
        while (true)
        {
            Task<ImmutableArray<long>> starting;
            lock (_gate)
            {
                if (!_position.IsDefault)
                {
                    var subscription = new Subscription(this, _position, options.MaxPages);
                    _subscriptions.Add(subscription);
                    return subscription;
                }

                starting = _starting ??= Start();
            }

            await starting;
        }
    }

    private async Task<ImmutableArray<long>> Start()
    {
        await Task.Yield();
        try
        {
            var heads = await Feed.Heads();
            lock (_gate) _position = heads;
            _ = Task.Run(Follow);
            return heads;
        }
        finally
        {
            lock (_gate) _starting = null;
        }
    }

    private async Task Follow()
    {
        for (var idle = 0; ;)
        {
            ImmutableArray<long> position;
            lock (_gate)
            {
                idle = _subscriptions.Count == 0 ? idle + 1 : 0;
                if (idle > MostIdle)
                {
                    _position = default;
                    return;
                }

                position = _position;
            }

            if (gate.Readiness is Readiness.Draining or Readiness.Failed) End(SubscriptionEnd.Closing);
            try
            {
                var page = await Feed.Read(new FeedQuery(position, PageSize, Wait));
                if (!page.Oldest.IsEmpty)
                {
                    // The log was trimmed under this process, which must have been away for long. Readers find out where they are.
                    End(SubscriptionEnd.Slow);
                    lock (_gate) _position = page.Oldest;
                }
                else if (!page.Position.AsSpan().SequenceEqual(position.AsSpan()))
                {
                    Publish(page);
                }
            }
            catch (Exception e)
            {
                LogFailed(e);
                await Task.Delay(AfterFailure, clock);
            }
        }
    }

    private void Publish(FeedPage page)
    {
        lock (_gate)
        {
            _position = page.Position;
            foreach (var subscription in _subscriptions) subscription.Offer(page);
        }
    }

    private void End(SubscriptionEnd why)
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions) subscription.End(why);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The event log could not be read for the readers of this process; trying again")]
    private partial void LogFailed(Exception failure);

    /// <summary>Why there will be no more pages.</summary>
    internal enum SubscriptionEnd
    {
        None,

        /// <summary>More waited than is kept.</summary>
        Slow,

        /// <summary>The process is stopping.</summary>
        Closing,
    }

    /// <summary>The pages for one reader.</summary>
    /// <param name="tailer">Where they come from.</param>
    /// <param name="position">Where they begin.</param>
    /// <param name="maxPages">How many wait at most.</param>
    internal sealed class Subscription(FeedTailer tailer, ImmutableArray<long> position, int maxPages) : IDisposable
    {
        private readonly Channel<FeedPage> _pages = Channel.CreateBounded<FeedPage>(
            new BoundedChannelOptions(maxPages) { SingleReader = true, SingleWriter = true });

        private int _end;

        /// <summary>Where the pages begin.</summary>
        public ImmutableArray<long> Position => position;

        /// <summary>The pages.</summary>
        public ChannelReader<FeedPage> Pages => _pages.Reader;

        /// <summary>Why there are no more.</summary>
        public SubscriptionEnd Ended => (SubscriptionEnd)Volatile.Read(ref _end);

        public void Offer(FeedPage page)
        {
            if (!_pages.Writer.TryWrite(page)) End(SubscriptionEnd.Slow);
        }

        public void End(SubscriptionEnd why)
        {
            Interlocked.CompareExchange(ref _end, (int)why, (int)SubscriptionEnd.None);
            _pages.Writer.TryComplete();
        }

        public void Dispose()
        {
            lock (tailer._gate) tailer._subscriptions.Remove(this);
        }
    }
}
