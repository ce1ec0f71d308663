using OrderActors.Storage;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>Where the retained events of each partition are, and the bodies of the newest.</summary>
internal sealed class EventLogIndex(int cacheBytes)
{
    private readonly Partition[] _partitions = [.. Enumerable.Range(0, EventPartitions.Count).Select(_ => new Partition(cacheBytes))];

    public Partition this[int partition] => _partitions[partition];

    /// <summary>One ordered sequence. Each member takes the partition's lock for a few operations.</summary>
    internal sealed class Partition(int cacheBytes)
    {
        private readonly Lock _gate = new();
        private Location[] _ring = [];
        private long _head;
        private long _first = 1;
        private CachedEvent[] _cache = new CachedEvent[16];
        private long _cacheFirst = 1;
        private long _cached;

        /// <summary>The newest sequence.</summary>
        public long Head => Interlocked.Read(ref _head);

        /// <summary>The oldest retained sequence; one above the head when none is.</summary>
        public long First
        {
            get
            {
                lock (_gate)
                    return _first;
            }
        }

        /// <summary>Starts after a sequence, with nothing retained.</summary>
        public void Reset(long head)
        {
            lock (_gate)
            {
                _head = head;
                _first = head + 1;
                _cacheFirst = head + 1;
            }
        }

        /// <summary>Appends the next event; it is kept in memory when its body is given.</summary>
        public void Append(Location location, byte[]? body, object? happened = null)
        {
            lock (_gate)
            {
                var count = _head + 1 - _first;
                if (count == _ring.Length)
                {
                    var larger = new Location[Math.Max(16, _ring.Length * 2)];
                    for (var sequence = _first; sequence <= _head; sequence++)
                        larger[sequence & (larger.Length - 1)] = _ring[sequence & (_ring.Length - 1)];
                    _ring = larger;
                }

                Interlocked.Increment(ref _head);
                _ring[_head & (_ring.Length - 1)] = location;
                if (body is null)
                {
                    while (_cacheFirst <= _head)
                        DropOldest();
                    return;
                }

                if (_head + 1 - _cacheFirst > _cache.Length)
                    Grow();
                _cache[_head & (_cache.Length - 1)] = new(body, happened);
                _cached += body.Length;
                while (_cached > cacheBytes)
                    DropOldest();
            }
        }

        /// <summary>Forgets the events up to a sequence; returns where the forgotten ones are.</summary>
        public List<Location>? Trim(long through)
        {
            lock (_gate)
            {
                through = Math.Min(through, _head);
                if (through < _first)
                    return null;
                List<Location> trimmed = [];
                for (; _first <= through; _first++)
                    trimmed.Add(_ring[_first & (_ring.Length - 1)]);
                while (_cacheFirst < _first)
                    DropOldest();
                return trimmed;
            }
        }

        /// <summary>Up to so many events after a sequence: each with what is kept of it, or with its place.</summary>
        public (long First, FoundEvent[] Events) Find(long after, int count)
        {
            lock (_gate)
            {
                var from = Math.Max(after + 1, _first);
                var found = new FoundEvent[(int)Math.Clamp(_head + 1 - from, 0, count)];
                for (var i = 0; i < found.Length; i++)
                {
                    var sequence = from + i;
                    var kept = sequence >= _cacheFirst ? _cache[sequence & (_cache.Length - 1)] : default;
                    found[i] = new(_ring[sequence & (_ring.Length - 1)], kept.Body, kept.Event);
                }

                return (from, found);
            }
        }

        /// <summary>The place of a retained event.</summary>
        public bool TryGet(long sequence, out Location location)
        {
            lock (_gate)
            {
                var known = sequence >= _first && sequence <= _head;
                location = known ? _ring[sequence & (_ring.Length - 1)] : default;
                return known;
            }
        }

        /// <summary>Points an event at its copy, if it is retained and still points at the original.</summary>
        public bool Relocate(long sequence, Location from, Location to)
        {
            lock (_gate)
            {
                if (sequence < _first || sequence > _head || _ring[sequence & (_ring.Length - 1)] != from)
                    return false;
                _ring[sequence & (_ring.Length - 1)] = to;
                return true;
            }
        }

        /// <summary>The first retained sequence and the places of all retained events, at one moment.</summary>
        public (long First, Location[] Events) Copy()
        {
            lock (_gate)
            {
                var copy = new Location[_head + 1 - _first];
                for (var i = 0; i < copy.Length; i++)
                    copy[i] = _ring[(_first + i) & (_ring.Length - 1)];
                return (_first, copy);
            }
        }

        private void DropOldest()
        {
            ref var oldest = ref _cache[_cacheFirst++ & (_cache.Length - 1)];
            _cached -= oldest.Body?.Length ?? 0;
            oldest = default;
        }

        private void Grow()
        {
            var larger = new CachedEvent[_cache.Length * 2];
            for (var sequence = _cacheFirst; sequence < _head; sequence++)
                larger[sequence & (larger.Length - 1)] = _cache[sequence & (_cache.Length - 1)];
            _cache = larger;
        }

        private readonly record struct CachedEvent(byte[]? Body, object? Event);
    }

    /// <summary>An event that was looked up.</summary>
    /// <param name="Location">Its place in the log.</param>
    /// <param name="Body">Its body; null when it is not in memory.</param>
    /// <param name="Event">The event as it was given; null when it is not in memory.</param>
    internal readonly record struct FoundEvent(Location Location, byte[]? Body, object? Event);
}
