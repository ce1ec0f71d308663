namespace OrderActors.Client.Operations.Metrics;

/// <summary>
/// Finds the series of a set of labels without making text of them: a hash table that readers use without a lock. What does
/// not fit is found the long way. Bounded: it is full at <see cref="MostSlots"/>.
/// </summary>
internal sealed class SeriesLookup
{
    private const int FirstSlots = 32;
    private const int MostSlots = 4_096;
    private const int Probes = 8;

    private readonly Lock _growing = new();
    private Entry?[] _slots = new Entry?[FirstSlots];

    /// <summary>The series that these labels were added with; null when they were not.</summary>
    public MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var slots = Volatile.Read(ref _slots);
        var hash = HashOf(tags);
        for (var probe = 0; probe < Probes; probe++)
        {
            if (Volatile.Read(ref slots[(hash + probe) & (slots.Length - 1)]) is not { } entry) return null;
            if (entry.Hash == hash && entry.Has(tags)) return entry.Series;
        }

        return null;
    }

    /// <summary>Adds them, if there is room.</summary>
    public void Add(ReadOnlySpan<KeyValuePair<string, object?>> tags, MetricSeries series)
    {
        var entry = new Entry(HashOf(tags), tags.ToArray(), series);
        lock (_growing)
        {
            var slots = _slots;
            while (!TryPut(slots, entry))
            {
                if (slots.Length == MostSlots) return;
                slots = Grown(slots);
            }

            Volatile.Write(ref _slots, slots);
        }
    }

    private static bool TryPut(Entry?[] slots, Entry entry)
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            ref var slot = ref slots[(entry.Hash + probe) & (slots.Length - 1)];
            if (slot is not null) continue;
            Volatile.Write(ref slot, entry);
            return true;
        }

        return false;
    }

    // An entry that finds no place in the larger one is found the long way and added again.
    private static Entry?[] Grown(Entry?[] slots)
    {
        var larger = new Entry?[slots.Length * 2];
        foreach (var entry in slots)
        {
            if (entry is not null) TryPut(larger, entry);
        }

        return larger;
    }

    // Quick rather than good: labels are few, and short words mostly.
    private static int HashOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = tags.Length;
        foreach (var (_, value) in tags)
        {
            var one = value switch
            {
                null => 0,
                string { Length: 0 } => 1,
                string text => (text.Length << 16) ^ (text[0] << 11) ^ (text[text.Length / 2] << 5) ^ text[^1],
                _ => value.GetHashCode(),
            };
            hash = (hash * 31) + one;
        }

        return (hash ^ (hash >> 15)) & int.MaxValue;
    }

    private sealed class Entry(int hash, KeyValuePair<string, object?>[] tags, MetricSeries series)
    {
        public int Hash => hash;

        public MetricSeries Series => series;

        public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> others)
        {
            if (others.Length != tags.Length) return false;
            for (var i = 0; i < tags.Length; i++)
            {
                if (tags[i].Key != others[i].Key) return false;
                var (mine, other) = (tags[i].Value, others[i].Value);
                if (!ReferenceEquals(mine, other) && !Equals(mine, other)) return false;
            }

            return true;
        }
    }
}
