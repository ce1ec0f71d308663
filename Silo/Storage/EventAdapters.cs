using System.Diagnostics;
using System.Text.Json;
using OrderActors.Broadcast;
using OrderActors.Storage;
using OrderActors.Values;

namespace OrderActors.Silo.Storage;

/// <summary>Shows the storage the events that a state raised: the engine knows nothing of orders, the grains nothing of storage.</summary>
public sealed class RaisedEvents : IEventExtractor
{
    /// <inheritdoc/>
    public void Extract(object state, List<PendingEvent> into)
    {
        if (state is not IRaisesEvents { Raised: { IsDefaultOrEmpty: false } raised }) return;

        // Sixty bytes, and only where somebody records the trace: consumers and their calls to the world outside continue it.
        if (Activity.Current is { Recorded: true, Id: { } trace }) raised = [.. raised.Select(e => e with { Trace = trace })];
        foreach (var e in raised) into.Add(new PendingEvent(e.Partition, JsonSerializer.SerializeToUtf8Bytes(e, StoredJson.Options)) { Event = e });
    }

    /// <inheritdoc/>
    public void Committed(object state) => (state as IRaisesEvents)?.ClearRaised();
}

/// <summary>
/// The event log as grains read it, over the storage's bytes. Every consumer reads every event, mostly at the same time, so
/// the newest ones of each partition are kept as objects and shared: those that this process raised are never read from bytes.
/// </summary>
public sealed class StoredEventLog(IEventStore store) : IEventLog
{
    /// <summary>How many events of a partition are kept; a power of two. 120 times this many, about 1 KB each.</summary>
    private const int Kept = 64;

    private readonly LoggedEvent?[][] _newest = [.. Enumerable.Range(0, EventPartitions.Count).Select(_ => new LoggedEvent?[Kept])];

    /// <inheritdoc/>
    public ValueTask<long> HeadAsync(int partition) => new(store.Head(partition));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LoggedEvent>> ReadAsync(int partition, long afterSequence, int maxCount)
    {
        var stored = store.ReadAsync(partition, afterSequence, maxCount);
        return stored.IsCompletedSuccessfully ? new(Read(stored.Result)) : Later(stored);

        async ValueTask<IReadOnlyList<LoggedEvent>> Later(ValueTask<IReadOnlyList<StoredEvent>> later) => Read(await later);
    }

    /// <inheritdoc/>
    public ValueTask<long> GetCursorAsync(string subscriber, int partition) => store.GetCursorAsync(subscriber, partition);

    /// <inheritdoc/>
    public ValueTask SetCursorAsync(string subscriber, int partition, long sequence) => store.SetCursorAsync(subscriber, partition, sequence);

    private LoggedEvent[] Read(IReadOnlyList<StoredEvent> stored)
    {
        var events = new LoggedEvent[stored.Count];
        for (var i = 0; i < events.Length; i++) events[i] = Read(stored[i]);
        return events;
    }

    private LoggedEvent Read(StoredEvent stored)
    {
        ref var place = ref _newest[stored.Partition][stored.Sequence % Kept];
        if (Volatile.Read(ref place) is { } known && known.Sequence == stored.Sequence) return known;
        var read = new LoggedEvent(
            stored.Partition, stored.Sequence,
            stored.Event as DomainEvent ?? JsonSerializer.Deserialize<DomainEvent>(stored.Body.Span, StoredJson.Options)!);
        // Older ones, read by a consumer that is behind, must not push out what the others are about to read.
        if (place is not { } there || there.Sequence < read.Sequence) Volatile.Write(ref place, read);
        return read;
    }
}
