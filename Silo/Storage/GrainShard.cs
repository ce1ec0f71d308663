using System.Text;
using OrderActors.Storage;

namespace OrderActors.Silo.Storage;

/// <summary>Which of the 120 shards of the tables a grain's states are in. Part of the stored format.</summary>
public static class GrainShard
{
    /// <summary>0 to 119: FNV-1a over the grain's type, a slash and its key in UTF-8.</summary>
    public static short Of(string grainType, string grainKey)
    {
        var hash = Add(Add(14695981039346656037UL, grainType) * Prime ^ '/', grainKey);

        // The low bits of FNV alone are poor.
        hash ^= hash >> 32;
        return (short)(hash % EventPartitions.Count);
    }

    private const ulong Prime = 1099511628211UL;

    private static ulong Add(ulong hash, string text)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(bytes);
            for (var i = 0; i < length; i++) hash = (hash ^ bytes[i]) * Prime;
        }

        return hash;
    }
}
