using System.Globalization;
using Microsoft.Extensions.Options;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Idempotency;

/// <summary>How far the answers were forgotten.</summary>
[StoredAs("answer-sweep", version: 1)]
internal sealed record AnswerSweepState
{
    /// <summary>The oldest bucket that was not emptied yet; 0 before there was any.</summary>
    public long Oldest { get; init; }
}

/// <summary>
/// Empties the buckets whose time is over, the oldest first, also those of a time at which nothing ran. Buckets are numbered by
/// the clock, so that nobody has to list them.
/// </summary>
[GrainType("answer-sweep")]
internal sealed class AnswerSweepGrain(
    [PersistentState("state")] IPersistentState<AnswerSweepState> storage, IOptions<AnswerOptions> options, TimeProvider clock)
    : Grain, IAnswerSweepGrain, IRemindable
{
    private const string Reminder = "sweep";

    // So much is done before it is written down how far it came.
    private const int BucketsPerWrite = 60;
    private const int WritesPerRound = 10;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    /// <summary>How long a bucket takes answers.</summary>
    public static readonly TimeSpan BucketTime = TimeSpan.FromSeconds(10);

    private bool _sweeping;

    private long Now => clock.GetUtcNow().Ticks / BucketTime.Ticks;

    public async Task<long> Start()
    {
        if (storage.State.Oldest == 0)
        {
            storage.State = new() { Oldest = Now };
            await storage.WriteStateAsync();
            await this.RegisterOrUpdateReminder(Reminder, Period, Period);
        }

        return Now;
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (_sweeping || storage.State.Oldest == 0) return;
        _sweeping = true;
        try
        {
            // One more than the retention, because a bucket's last answer is younger than the bucket.
            var until = Now - (options.Value.Retention.Ticks / BucketTime.Ticks) - 1;
            for (var round = 0; storage.State.Oldest < until && round < WritesPerRound; round++)
            {
                await Sweep(Math.Min(until, storage.State.Oldest + BucketsPerWrite));
            }
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
        finally
        {
            _sweeping = false;
        }
    }

    private async Task Sweep(long until)
    {
        for (var bucket = storage.State.Oldest; bucket < until; bucket++)
        {
            await GrainFactory.GetGrain<IAnswerBucketGrain>(bucket.ToString(CultureInfo.InvariantCulture)).Empty();
        }

        storage.State = new() { Oldest = until };
        await storage.WriteStateAsync();
    }
}
