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
        private readonly Queue<byte[]> _cache = new();
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
            }
        }

        /// <summary>Appends the next event; its body is kept in memory when it is given.</summary>
        public void Append(Location location, byte[]? body)
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
                    return;
                _cache.Enqueue(body);
                _cached += body.Length;
                while (_cached > cacheBytes && _cache.TryDequeue(out var oldest))
                    _cached -= oldest.Length;
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
                while (_cache.Count > _head + 1 - _first)
                    _cached -= _cache.Dequeue().Length;
                return trimmed;
            }
        }

        /// <summary>Up to so many events after a sequence: each with its body, or with its place.</summary>
        public List<(long Sequence, Location Location, byte[]? Body)> Find(long after, int count)
        {
            lock (_gate)
            {
                var from = Math.Max(after + 1, _first);
                var found = new List<(long, Location, byte[]?)>((int)Math.Clamp(_head + 1 - from, 0, count));
                var cacheFirst = _head + 1 - _cache.Count;
                var bodies = _cache.GetEnumerator();
                var cached = cacheFirst - 1;
                for (var sequence = from; sequence <= _head && found.Count < count; sequence++)
                {
                    byte[]? body = null;
                    if (sequence >= cacheFirst)
                    {
                        for (; cached < sequence; cached++)
                            bodies.MoveNext();
                        body = bodies.Current;
                    }

                    found.Add((sequence, _ring[sequence & (_ring.Length - 1)], body));
                }

                return found;
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
    }
}
