using Microsoft.Extensions.Logging;

namespace OrderActors.Broadcast;

/// <content>What consumers say.</content>
public abstract partial class SubscriberGrain
{
    [LoggerMessage(1, LogLevel.Warning, "{Subscriber}/{Partition}: the doorbell stream failed; reading on from the log")]
    private partial void LogDoorbellFailed(Exception failure, string subscriber, int partition);

    [LoggerMessage(2, LogLevel.Warning, "{Subscriber}/{Partition}: could not read after {Position}; trying again")]
    private partial void LogReadFailed(Exception failure, string subscriber, int partition, long position);

    [LoggerMessage(3, LogLevel.Error,
        "{Subscriber}/{Partition}: events are missing: expected sequence {Expected}, the log goes on at {Found}. What lies " +
            "between was trimmed before it was handled")]
    private partial void LogGap(string subscriber, int partition, long expected, long found);

    [LoggerMessage(4, LogLevel.Error,
        "{Subscriber}/{Partition}: the cursor {Position} is ahead of the log, which ends at {Head}; was an older log restored? " +
            "Nothing is handled until it has grown past the cursor")]
    private partial void LogBehind(string subscriber, int partition, long position, long head);

    [LoggerMessage(5, LogLevel.Warning, "{Subscriber}/{Partition}: events {First} to {Last} failed together; trying them one by one")]
    private partial void LogBatchFailed(Exception failure, string subscriber, int partition, long first, long last);

    [LoggerMessage(6, LogLevel.Warning, "{Subscriber}/{Partition}: event {Sequence} ({Type}) failed, attempt {Attempts}; trying again")]
    private partial void LogEventFailed(Exception failure, string subscriber, int partition, long sequence, string type, int attempts);

    [LoggerMessage(7, LogLevel.Error, "{Subscriber}/{Partition}: event {Sequence} ({Type}) is a dead letter after {Attempts} attempts; replay or discard it")]
    private partial void LogGivenUp(Exception failure, string subscriber, int partition, long sequence, string type, int attempts);

    [LoggerMessage(8, LogLevel.Critical,
        "{Subscriber}/{Partition}: stopped at event {Sequence}: all {Max} dead letters are taken. It goes on once one is replayed or discarded")]
    private partial void LogFull(Exception failure, string subscriber, int partition, long sequence, int max);

    [LoggerMessage(9, LogLevel.Warning, "{Subscriber}/{Partition}: the replay of dead letter {Sequence} failed")]
    private partial void LogReplayFailed(Exception failure, string subscriber, int partition, long sequence);

    [LoggerMessage(10, LogLevel.Warning, "{Subscriber}/{Partition}: dead letter {Sequence} was discarded")]
    private partial void LogDiscarded(string subscriber, int partition, long sequence);
}
