using System.Runtime.InteropServices;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>Where bytes are: the file's slot, the offset in it, how many.</summary>
internal readonly record struct Location(int Segment, uint Offset, int Length);

/// <summary>What the index knows of a record: 40 bytes, with the hash in place of the key.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct IndexEntry
{
    public const int MaxSegment = (1 << 20) - 1;
    public const int MaxType = (1 << 12) - 1;

    public ulong Low;
    public ulong High;
    /// <summary>0 when the entry is free.</summary>
    public long Version;
    public uint Offset;
    public int Length;
    private uint _segmentAndType;
    /// <summary>The next entry of the same bucket, plus 1.</summary>
    public int Next;

    public readonly int Type => (int)(_segmentAndType & MaxType);

    public readonly Location Location => new((int)(_segmentAndType >> 12), Offset, Length);

    public void Set(Location location, int type)
    {
        Offset = location.Offset;
        Length = location.Length;
        _segmentAndType = ((uint)location.Segment << 12) | (uint)type;
    }
}

/// <summary>
/// Key to newest version and place, for every record that exists. 64 shards, each a dense array of entries with chained
/// buckets (about 46 bytes a record) under its own lock, so that a reader waits for the writer for one entry at most.
/// </summary>
internal sealed class JournalIndex
{
    public const int Shards = 64;
    private readonly Shard[] _shards = [.. Enumerable.Range(0, Shards).Select(_ => new Shard())];
    private readonly long[] _counts = new long[IndexEntry.MaxType + 1];
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public long CountOf(int type) => Interlocked.Read(ref _counts[type]);

    public long Version(KeyHash hash) => TryGet(hash, out var version, out _) ? version : 0;

    public bool TryGet(KeyHash hash, out long version, out Location location)
    {
        var shard = Of(hash);
        lock (shard)
        {
            ref var entry = ref shard.Find(hash);
            if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref entry))
            {
                version = 0;
                location = default;
                return false;
            }

            version = entry.Version;
            location = entry.Location;
            return true;
        }
    }

    /// <summary>
    /// Stores a version unless a newer one is there. Returns whether it did; <paramref name="replaced"/> is what it replaced.
    /// The same version again replaces: it is compaction's copy.
    /// </summary>
    public bool Put(KeyHash hash, long version, Location location, int type, out Location? replaced)
    {
        var shard = Of(hash);
        replaced = null;
        lock (shard)
        {
            ref var entry = ref shard.Find(hash);
            if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref entry))
            {
                if (entry.Version > version)
                    return false;
                replaced = entry.Location;
            }
            else
            {
                entry = ref shard.Add(hash);
                Interlocked.Increment(ref _count);
                Interlocked.Increment(ref _counts[type]);
            }

            entry.Version = version;
            entry.Set(location, type);
            return true;
        }
    }

    /// <summary>Removes a key unless a newer version is there.</summary>
    public bool Remove(KeyHash hash, long version, out Location removed)
    {
        var shard = Of(hash);
        removed = default;
        lock (shard)
        {
            ref var entry = ref shard.Find(hash);
            if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref entry) || entry.Version > version)
                return false;
            removed = entry.Location;
            Interlocked.Decrement(ref _count);
            Interlocked.Decrement(ref _counts[entry.Type]);
            shard.Remove(hash);
            return true;
        }
    }

    /// <summary>Points a key at its copy, if it still points at the original.</summary>
    public bool Relocate(KeyHash hash, Location from, Location to)
    {
        var shard = Of(hash);
        lock (shard)
        {
            ref var entry = ref shard.Find(hash);
            if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref entry) || entry.Location != from)
                return false;
            entry.Set(to, entry.Type);
            return true;
        }
    }

    /// <summary>The entries of one shard at one moment.</summary>
    public IndexEntry[] Copy(int shard)
    {
        lock (_shards[shard])
            return _shards[shard].Copy();
    }

    private Shard Of(KeyHash hash) => _shards[(int)(hash.High >> 58)];

    private sealed class Shard
    {
        private const int ChunkBits = 8;
        private const int ChunkSize = 1 << ChunkBits;
        private IndexEntry[][] _chunks = [];
        private int[] _buckets = new int[ChunkSize];
        private int _used;
        private int _free;
        private int _count;

        public ref IndexEntry Find(KeyHash hash)
        {
            for (var i = _buckets[Bucket(hash)]; i != 0; i = At(i).Next)
            {
                ref var entry = ref At(i);
                if (entry.Low == hash.Low && entry.High == hash.High)
                    return ref entry;
            }

            return ref System.Runtime.CompilerServices.Unsafe.NullRef<IndexEntry>();
        }

        public ref IndexEntry Add(KeyHash hash)
        {
            if (_count >= _buckets.Length)
                Grow();
            int i;
            if (_free != 0)
            {
                i = _free;
                _free = At(i).Next;
            }
            else
            {
                i = ++_used;
                if ((_used - 1) >> ChunkBits == _chunks.Length)
                    _chunks = [.. _chunks, new IndexEntry[ChunkSize]];
            }

            _count++;
            ref var entry = ref At(i);
            ref var bucket = ref _buckets[Bucket(hash)];
            entry = new IndexEntry { Low = hash.Low, High = hash.High, Next = bucket };
            bucket = i;
            return ref entry;
        }

        public void Remove(KeyHash hash)
        {
            ref var link = ref _buckets[Bucket(hash)];
            while (At(link).Low != hash.Low || At(link).High != hash.High)
                link = ref At(link).Next;
            var i = link;
            ref var entry = ref At(i);
            link = entry.Next;
            entry = new IndexEntry { Next = _free };
            _free = i;
            _count--;
        }

        public IndexEntry[] Copy()
        {
            var copy = new IndexEntry[_count];
            var n = 0;
            for (var i = 1; i <= _used; i++)
            {
                if (At(i).Version != 0)
                    copy[n++] = At(i);
            }

            return copy;
        }

        private ref IndexEntry At(int i) => ref _chunks[(i - 1) >> ChunkBits][(i - 1) & (ChunkSize - 1)];

        private int Bucket(KeyHash hash) => (int)hash.Low & (_buckets.Length - 1);

        private void Grow()
        {
            _buckets = new int[_buckets.Length * 2];
            for (var i = 1; i <= _used; i++)
            {
                ref var entry = ref At(i);
                if (entry.Version == 0)
                    continue;
                ref var bucket = ref _buckets[(int)entry.Low & (_buckets.Length - 1)];
                entry.Next = bucket;
                bucket = i;
            }
        }
    }
}
