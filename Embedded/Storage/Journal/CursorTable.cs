using OrderActors.Storage;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>How far each subscriber is in each partition, and which of these the disk does not know yet.</summary>
internal sealed class CursorTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long[]> _cursors = new(StringComparer.Ordinal);
    private HashSet<(string Subscriber, int Partition)> _dirty = [];
    private volatile bool _anyDirty;

    public bool AnyDirty => _anyDirty;

    public long Get(string subscriber, int partition)
    {
        lock (_gate)
            return _cursors.TryGetValue(subscriber, out var places) ? places[partition] : 0;
    }

    /// <summary>Advances a cursor; returns whether anything changed. A subscriber not seen before becomes known.</summary>
    public bool Set(string subscriber, int partition, long sequence, bool durable)
    {
        lock (_gate)
        {
            if (!_cursors.TryGetValue(subscriber, out var places))
                _cursors.Add(subscriber, places = new long[EventPartitions.Count]);
            else if (places[partition] >= sequence)
                return false;
            places[partition] = Math.Max(places[partition], sequence);
            if (!durable)
            {
                _dirty.Add((subscriber, partition));
                _anyDirty = true;
            }

            return true;
        }
    }

    /// <summary>What every known subscriber is done with; everything, when none is known.</summary>
    public long Done(int partition)
    {
        lock (_gate)
        {
            var done = long.MaxValue;
            foreach (var places in _cursors.Values)
                done = Math.Min(done, places[partition]);
            return done;
        }
    }

    /// <summary>The cursors that changed since the last call, each with its newest place.</summary>
    public List<(string Subscriber, int Partition, long Sequence)> TakeDirty()
    {
        lock (_gate)
        {
            var taken = new List<(string, int, long)>(_dirty.Count);
            foreach (var (subscriber, partition) in _dirty)
                taken.Add((subscriber, partition, _cursors[subscriber][partition]));
            _dirty.Clear();
            _anyDirty = false;
            return taken;
        }
    }

    /// <summary>Every cursor.</summary>
    public List<(string Subscriber, int Partition, long Sequence)> All()
    {
        lock (_gate)
        {
            return [.. from pair in _cursors
                       from partition in Enumerable.Range(0, EventPartitions.Count)
                       where partition == 0 || pair.Value[partition] > 0
                       select (pair.Key, partition, pair.Value[partition])];
        }
    }
}
