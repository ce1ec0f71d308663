using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using OrderActors.Storage;

namespace OrderActors.Tools.Migrate;

/// <summary>
/// What a storage holds, in counts and hashes. States: for each grain type the sum, modulo 2²⁵⁶, of the SHA-256 of each state
/// with its key and version, so that two storages need not agree on an order. Events: for each partition the SHA-256 of
/// all of them in order. Cursors and heads as they are.
/// </summary>
internal sealed record ContentDigest(
    ImmutableSortedDictionary<string, (long Count, string Hash)> States,
    ImmutableArray<(long Count, string Hash)> Events,
    MigrationOutline Outline)
{
    /// <summary>Reads a storage from end to end.</summary>
    public static async Task<ContentDigest> OfAsync(IMigrationSource source, Action<long> read, CancellationToken cancellationToken)
    {
        var sums = new Dictionary<string, StateSum>(StringComparer.Ordinal);
        await foreach (var states in source.StatesAsync(0, cancellationToken))
        {
            foreach (var state in states) CollectionsMarshal.GetValueRefOrAddDefault(sums, state.GrainType, out _).Add(state);
            read(states.Count);
        }

        var events = new (long Count, string Hash)[EventPartitions.Count];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (partition, count) = (0, 0L);
        await foreach (var group in source.EventsAsync(MigrationProgress.None.EventsThrough, cancellationToken))
        {
            foreach (var stored in group)
            {
                while (partition < stored.Partition) Close();
                Append(hash, stored);
                count++;
            }

            read(group.Count);
        }

        while (partition < EventPartitions.Count) Close();
        return new ContentDigest(
            sums.ToImmutableSortedDictionary(sum => sum.Key, sum => (sum.Value.Count, sum.Value.ToString()), StringComparer.Ordinal),
            [.. events], source.Outline);

        void Close()
        {
            events[partition++] = (count, Convert.ToHexStringLower(hash.GetHashAndReset()));
            count = 0;
        }
    }

    /// <summary>What differs first, as a line; null when both hold the same.</summary>
    public string? Difference(ContentDigest target)
    {
        foreach (var type in States.Keys.Union(target.States.Keys).Order(StringComparer.Ordinal))
        {
            var (here, there) = (States.GetValueOrDefault(type), target.States.GetValueOrDefault(type));
            if (here.Count != there.Count) return $"the source has {here.Count} states of grain type '{type}', the target {there.Count}";
            if (here.Hash != there.Hash) return $"the {here.Count} states of grain type '{type}' hash to {here.Hash} in the source and {there.Hash} in the target";
        }

        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            var (here, there) = (Events[partition], target.Events[partition]);
            if (here.Count != there.Count) return $"the source has {here.Count} events in partition {partition}, the target {there.Count}";
            if (here.Hash != there.Hash) return $"the events of partition {partition} hash to {here.Hash} in the source and {there.Hash} in the target";
            var (from, to) = (Outline.Ranges[partition], target.Outline.Ranges[partition]);
            if (from != to) return $"partition {partition} is {from} in the source and {to} in the target";
        }

        var (cursors, others) = (Places(Outline), Places(target.Outline));
        var odd = cursors.Except(others).Concat(others.Except(cursors)).FirstOrDefault();
        if (odd != default) return $"the cursor of '{odd.Subscriber}' in partition {odd.Partition}, at {odd.Sequence}, is not in both";
        return Outline.NextVersion <= target.Outline.NextVersion
            ? null
            : $"the source's next version is {Outline.NextVersion}, the target's {target.Outline.NextVersion}: versions would come twice";
    }

    /// <summary>A cursor at 0 only says that its subscriber is known.</summary>
    private static ImmutableHashSet<StoredCursor> Places(MigrationOutline outline) =>
        [.. outline.Cursors.Select(cursor => cursor.Sequence == 0 ? cursor with { Partition = 0 } : cursor)
            .Where(cursor => cursor.Sequence > 0 || !outline.Cursors.Any(c => c.Subscriber == cursor.Subscriber && c.Sequence > 0))];

    private static void Append(IncrementalHash hash, in StoredEvent stored)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(head, stored.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], stored.Body.Length);
        hash.AppendData(head);
        hash.AppendData(stored.Body.Span);
    }

    private struct StateSum
    {
        private UInt128 _low;
        private UInt128 _high;

        public long Count { get; private set; }

        public void Add(in StoredState state)
        {
            var text = Encoding.UTF8;
            var length = 20 + text.GetByteCount(state.GrainType) + text.GetByteCount(state.GrainKey) + text.GetByteCount(state.StateName);
            Span<byte> key = length <= 512 ? stackalloc byte[length] : new byte[length];
            var at = 0;
            Part(state.GrainType, key, ref at);
            Part(state.GrainKey, key, ref at);
            Part(state.StateName, key, ref at);
            BinaryPrimitives.WriteInt64LittleEndian(key[at..], state.Version);
            Span<byte> hashed = stackalloc byte[64];
            SHA256.HashData(key, hashed);
            SHA256.HashData(state.Value.Span, hashed[32..]);
            SHA256.HashData(hashed, hashed);
            var low = BinaryPrimitives.ReadUInt128LittleEndian(hashed);
            _low += low;
            _high += BinaryPrimitives.ReadUInt128LittleEndian(hashed[16..]) + (_low < low ? 1u : 0u);
            Count++;
        }

        public override readonly string ToString() => $"{_high:x32}{_low:x32}";

        private static void Part(string part, Span<byte> into, ref int at)
        {
            var bytes = Encoding.UTF8.GetBytes(part, into[(at + 4)..]);
            BinaryPrimitives.WriteInt32LittleEndian(into[at..], bytes);
            at += 4 + bytes;
        }
    }
}
