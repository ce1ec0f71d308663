using System.Collections.Immutable;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Broadcast;

/// <summary>Reads the log for a gateway, which may be a process without one. It keeps nothing but where it looked last.</summary>
[GrainType("event-feed"), WorkClass(WorkClass.NonCritical)]
internal sealed class EventFeedGrain(IEventLog log, TimeProvider clock) : Grain, IEventFeedGrain
{
    private const int MostEvents = 500;

    /// <summary>Events of one partition in a page: while one is read after a long absence, the others are not kept waiting.</summary>
    private const int MostOfPartition = 128;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // The heads are numbers in memory: looking is cheap, and this is how late an event is told at most.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private Emissions? _emissions;
    private int _first;

    private Emissions Emissions => _emissions ??= new(GrainFactory, clock);

    public async Task<ImmutableArray<long>> Heads()
    {
        var heads = ImmutableArray.CreateBuilder<long>(Shard.Count);
        for (var partition = 0; partition < Shard.Count; partition++) heads.Add(await log.HeadAsync(partition));
        return heads.MoveToImmutable();
    }

    public async Task<ImmutableArray<long>> Oldest()
    {
        var oldest = ImmutableArray.CreateBuilder<long>(Shard.Count);
        for (var partition = 0; partition < Shard.Count; partition++)
        {
            var first = await log.ReadAsync(partition, 0, 1);
            oldest.Add(first.Count > 0 ? first[0].Sequence - 1 : await log.HeadAsync(partition));
        }

        return oldest.MoveToImmutable();
    }

    public async Task<FeedPage> Read(FeedQuery query)
    {
        if (query.After.IsDefault || query.After.Length != Shard.Count) throw new ArgumentException($"A position has {Shard.Count} parts.");
        var wait = query.Wait < LongestWait ? query.Wait : LongestWait;
        for (var began = clock.GetTimestamp(); ;)
        {
            var page = await ReadNow(query);
            if (!page.Events.IsEmpty || !page.Oldest.IsEmpty || page.More || clock.GetElapsedTime(began) >= wait) return page;
            query = query with { After = page.Position };
            await Task.Delay(LookEvery, clock);
        }
    }

    private async Task<FeedPage> ReadNow(FeedQuery query)
    {
        var position = query.After.ToBuilder();
        var events = ImmutableArray.CreateBuilder<FeedEvent>();
        var (room, more) = (Math.Clamp(query.Max, 1, MostEvents), false);

        // Each time from another partition, so that a busy one does not keep those behind it waiting.
        var start = query.Partition ?? (_first = (_first + 1) % Shard.Count);
        for (var i = 0; i < (query.Partition is null ? Shard.Count : 1); i++)
        {
            var partition = (start + i) % Shard.Count;
            if (await log.HeadAsync(partition) is var head && head <= position[partition]) continue;
            if (room == 0)
            {
                more = true;
                break;
            }

            var found = await log.ReadAsync(partition, position[partition], Math.Min(room, MostOfPartition));
            var isGap = found.Count == 0 || found[0].Sequence != position[partition] + 1;
            if (isGap) return new([], query.After, false, await Oldest());
            await Take(found, events);
            room -= found.Count;
            position[partition] = found[^1].Sequence;
            more |= position[partition] < head;
        }

        return new(events.DrainToImmutable(), position.DrainToImmutable(), more, []);
    }

    private async ValueTask Take(IReadOnlyList<LoggedEvent> found, ImmutableArray<FeedEvent>.Builder events)
    {
        var off = await Emissions.Off();
        foreach (var logged in found)
        {
            if (!off.Contains(logged.Event.Type)) events.Add(CloudEvents.Of(logged));
        }
    }
}
