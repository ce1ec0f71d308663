using System.Collections.Concurrent;

namespace OrderActors.Client.Admission;

/// <summary>A limit, in clock ticks.</summary>
/// <param name="TicksPerToken">How long a token takes to come.</param>
/// <param name="Burst">How many there are at most.</param>
internal sealed record BucketTerms(long TicksPerToken, int Burst)
{
    /// <summary>The terms of a limit, or of a gateway's share of it; null for no limit.</summary>
    /// <param name="rate">Tokens a second.</param>
    /// <param name="burst">Tokens at most.</param>
    /// <param name="gateways">How many gateways share it.</param>
    /// <param name="frequency">Clock ticks a second.</param>
    public static BucketTerms? Of(double rate, int burst, int gateways, long frequency) => rate <= 0
        ? null
        : new((long)Math.Max(1, Math.Round(frequency / (rate / gateways))), Math.Max(1, (burst + gateways - 1) / gateways));

    /// <summary>How long an empty bucket takes to be full again.</summary>
    public long Window => TicksPerToken * Burst;
}

/// <summary>What is left in a bucket.</summary>
/// <param name="Taken">Whether there was a token.</param>
/// <param name="Left">Tokens left.</param>
/// <param name="Wait">Clock ticks until there is a token; 0 when there is one.</param>
/// <param name="Full">Clock ticks until the bucket is full again.</param>
internal readonly record struct BucketAnswer(bool Taken, int Left, long Wait, long Full);

/// <summary>
/// A token bucket in one number, the time at which it will be full (the generic cell rate algorithm): taking a token is one
/// compare-and-swap, and nothing has to fill it.
/// </summary>
internal sealed class TokenBucket
{
    private long _fullAt;

    /// <summary>When it was used last; who was idle longest is forgotten first.</summary>
    public long FullAt => Volatile.Read(ref _fullAt);

    /// <summary>Takes a token, if there is one.</summary>
    public BucketAnswer Take(BucketTerms terms, long now)
    {
        var seen = Volatile.Read(ref _fullAt);
        while (true)
        {
            var after = Math.Max(seen, now) + terms.TicksPerToken;
            if (after - now > terms.Window)
            {
                return new(false, 0, after - now - terms.Window, Math.Max(0, seen - now));
            }

            var was = Interlocked.CompareExchange(ref _fullAt, after, seen);
            if (was == seen) return new(true, (int)((terms.Window - (after - now)) / terms.TicksPerToken), 0, after - now);
            seen = was;
        }
    }
}

/// <summary>The buckets of many keys; bounded.</summary>
/// <param name="most">How many there are at most.</param>
internal sealed class BucketTable(int most)
{
    private readonly ConcurrentDictionary<string, TokenBucket> _buckets = new(StringComparer.Ordinal);
    private int _count;
    private int _sweeping;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The bucket of a key.</summary>
    public TokenBucket this[string key]
    {
        get
        {
            if (_buckets.TryGetValue(key, out var known)) return known;
            var fresh = new TokenBucket();
            var bucket = _buckets.GetOrAdd(key, fresh);
            if (ReferenceEquals(bucket, fresh) && Interlocked.Increment(ref _count) > most) ForgetSoon();
            return bucket;
        }
    }

    // Sorting takes milliseconds, which is nobody's request.
    private void ForgetSoon()
    {
        if (Interlocked.CompareExchange(ref _sweeping, 1, 0) == 0) ThreadPool.UnsafeQueueUserWorkItem(static table => table.Forget(), this, preferLocal: false);
    }

    /// <summary>Forgets an eighth: the ones that were, or will be, full first. Those nobody misses.</summary>
    private void Forget()
    {
        try
        {
            // As many as these are too many, and not those that come meanwhile: a flood of keys must not empty the buckets of others.
            var known = _buckets.ToArray();
            foreach (var (key, _) in known.OrderBy(b => b.Value.FullAt).Take(Math.Max(1, known.Length - most + (most / 8))))
            {
                if (_buckets.TryRemove(key, out _)) Interlocked.Decrement(ref _count);
            }
        }
        finally
        {
            Volatile.Write(ref _sweeping, 0);
        }

        // More may have come meanwhile, and nobody may come again.
        if (Count > most) ForgetSoon();
    }
}
