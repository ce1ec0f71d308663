using OrderActors.Broadcast;
using OrderActors.Governance;

namespace OrderActors.Tests.Lifecycles.Governance;

public class EventLagTests
{
    private static readonly GovernanceOptions Options = new() { MaxEventLag = 1_000 };

    [Fact]
    public void A_consumer_far_behind_is_noticed_until_half_of_it_is_caught_up()
    {
        var (log, clock) = (new Log(), new Clock());
        var lag = new EventLag(log, clock, Options);
        Assert.Null(lag.Notice());
        log.Head = 9;
        Assert.Null(lag.Notice());
        Assert.Equal("fulfilment is 1080 events behind; 1000 are the most.", LaterNotice());
        log.Cursor = 4;
        Assert.NotNull(LaterNotice());
        log.Cursor = 5;
        Assert.NotNull(lag.Notice());
        Assert.Null(LaterNotice());

        // What is not known stays as it was.
        log.Broken = true;
        Assert.Null(LaterNotice());

        string? LaterNotice()
        {
            clock.Ticks += Options.LagInterval.Ticks;
            return lag.Notice();
        }
    }

    private sealed class Clock : TimeProvider
    {
        public long Ticks { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Ticks;
    }

    private sealed class Log : IEventLog
    {
        public long Head { get; set; }

        public long Cursor { get; set; }

        public bool Broken { get; set; }

        public ValueTask<long> HeadAsync(int partition) => Broken ? throw new IOException("away") : new(Head);

        public ValueTask<long> GetCursorAsync(string subscriber, int partition) => new(Cursor);

        public ValueTask<IReadOnlyList<LoggedEvent>> ReadAsync(int partition, long afterSequence, int maxCount) => throw new NotSupportedException();

        public ValueTask SetCursorAsync(string subscriber, int partition, long sequence) => throw new NotSupportedException();
    }
}
