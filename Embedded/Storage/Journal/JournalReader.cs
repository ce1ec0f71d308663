using System.Buffers;
using System.Text;
using OrderActors.Storage;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>Reads states and events where the index says they are. Any thread; no lock while the disk is read.</summary>
internal sealed class JournalReader(JournalData data, IStateSerializer serializer)
{
    /// <summary>Reads a state by its key as a record holds it; version 0 when there is none.</summary>
    public (long Version, T? State) Read<T>(ReadOnlySpan<byte> key, KeyHash hash)
    {
        while (data.Index.TryGet(hash, out var version, out var location))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(location.Length);
            try
            {
                var record = buffer.AsSpan(0, location.Length);
                var segment = data.Segments[location.Segment];
                var read = segment.File.Read(record, location.Offset);
                if (RecordFormat.Check(record[..read]) is { } wrong)
                    throw new JournalCorruptException($"{data.Place(segment.Name, location.Offset)}: a record is damaged: {wrong}.");
                // Not this key: another one with the same 128 bits. It has no record of its own.
                return RecordFormat.Key(record).SequenceEqual(key) ? (version, serializer.Deserialize<T>(RecordFormat.Value(record))) : (0, default);
            }
            catch (ObjectDisposedException)
            {
                // The file was compacted away between looking it up and reading; the index knows the copy by now.
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        return (0, default);
    }

    /// <summary>Reads events in order, from memory where it holds them.</summary>
    public IReadOnlyList<StoredEvent> ReadEvents(int partition, long after, int maxCount)
    {
        while (true)
        {
            try
            {
                var (first, found) = data.Events[partition].Find(after, maxCount);
                var events = new StoredEvent[found.Length];
                for (var i = 0; i < events.Length; i++)
                {
                    var body = found[i].Body ?? ReadEvent(partition, first + i, found[i].Location);
                    events[i] = new StoredEvent(partition, first + i, body) { Event = found[i].Event };
                }

                return events;
            }
            catch (ObjectDisposedException)
            {
                // As above: look it up again.
            }
        }
    }

    /// <summary>Reads the state that is at a place, whatever it is. The place comes from the index, and nothing is compacted meanwhile.</summary>
    public StoredState ReadAt(Location location)
    {
        var segment = data.Segments[location.Segment];
        var record = new byte[location.Length];
        var read = segment.File.Read(record, location.Offset);
        if (RecordFormat.Check(record.AsSpan(0, read)) is { } wrong)
            throw new JournalCorruptException($"{data.Place(segment.Name, location.Offset)}: a record is damaged: {wrong}.");
        return new StoredState(
            Encoding.UTF8.GetString(RecordFormat.GrainType(record)),
            Encoding.UTF8.GetString(RecordFormat.GrainKey(record)),
            Encoding.UTF8.GetString(RecordFormat.StateName(record)),
            RecordFormat.Version(record),
            record.AsMemory(record.Length - RecordFormat.Value(record).Length));
    }

    private ReadOnlyMemory<byte> ReadEvent(int partition, long sequence, Location location)
    {
        var segment = data.Segments[location.Segment];
        var entry = new byte[location.Length];
        segment.File.Read(entry, location.Offset);
        if (!RecordFormat.IsEventIntact(entry) || RecordFormat.EventSequence(entry) != sequence || RecordFormat.EventPartition(entry) != partition)
            throw new JournalCorruptException($"{data.Place(segment.Name, location.Offset)}: event {sequence} of partition {partition} is damaged.");
        return entry.AsMemory(RecordFormat.EventHeader);
    }
}
