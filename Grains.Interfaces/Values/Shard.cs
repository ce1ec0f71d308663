namespace OrderActors.Values;

/// <summary>
/// Customers and merchants are spread over 120 shards each; the event log has the same 120 partitions. The number is part
/// of every order number and of the stored log, so it never changes.
/// </summary>
public static class Shard
{
    /// <summary>How many shards there are.</summary>
    public const int Count = 120;

    /// <summary>The shard of an id, 0 to 119: the same in every process, for ever (FNV-1a with a final mix).</summary>
    public static int Of(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var hash = 14695981039346656037UL;
        foreach (var c in id)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        // FNV's low bits follow the last characters; the mix spreads ids such as m1, m2, m3.
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccdUL;
        hash ^= hash >> 33;
        return (int)(hash % Count);
    }

    /// <summary>The key of the grain that serves a shard: three digits, "000" to "119".</summary>
    public static string Key(int shard) => shard.ToString("D3", System.Globalization.CultureInfo.InvariantCulture);
}
