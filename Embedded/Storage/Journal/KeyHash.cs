using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// A 128-bit hash of a record's key, which stands for the key in memory. Multiply-and-fold over 16 bytes at a time (the
/// scheme of wyhash), in two lanes that pair the words differently. The seed is drawn when a journal is made, so that
/// nobody can prepare two keys that collide; by chance, a million keys collide with probability below 10⁻²⁶.
/// </summary>
internal readonly record struct KeyHash(ulong Low, ulong High)
{
    private const ulong P0 = 0xa0761d6478bd642f;
    private const ulong P1 = 0xe7037ed1a0b428db;
    private const ulong P2 = 0x8ebc6af09c88c6e3;
    private const ulong P3 = 0x589965cc75374cc3;

    public static KeyHash Compute(ReadOnlySpan<byte> key, ulong seed)
    {
        var a = seed ^ P0;
        var b = BitOperations.RotateLeft(seed, 32) ^ P1 ^ (ulong)key.Length;
        while (key.Length >= 16)
        {
            Mix(ref a, ref b, BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key[8..]));
            key = key[16..];
        }

        if (key.Length > 0)
        {
            Span<byte> last = stackalloc byte[16];
            last.Clear();
            key.CopyTo(last);
            Mix(ref a, ref b, BinaryPrimitives.ReadUInt64LittleEndian(last), BinaryPrimitives.ReadUInt64LittleEndian(last[8..]));
        }

        return new KeyHash(Fold(a ^ P2, b ^ P1), Fold(BitOperations.RotateLeft(b, 29) ^ P3, a ^ P0));
    }

    private static void Mix(ref ulong a, ref ulong b, ulong x, ulong y)
    {
        // The rotated term keeps what the lane held even where a product folds to nothing.
        a = Fold(x ^ a, y ^ P2) + BitOperations.RotateLeft(a, 23);
        b = Fold(y ^ b, x ^ P3) + BitOperations.RotateLeft(b, 41);
    }

    private static ulong Fold(ulong x, ulong y)
    {
        var high = Math.BigMul(x, y, out var low);
        return high ^ low;
    }
}

/// <summary>CRC-32C (Castagnoli), eight bytes an instruction.</summary>
internal static class Crc
{
    public static uint Compute(ReadOnlySpan<byte> data, uint seed = 0)
    {
        var crc = ~seed;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(data))
            crc = BitOperations.Crc32C(crc, word);
        foreach (var last in data[(data.Length & ~7)..])
            crc = BitOperations.Crc32C(crc, last);
        return ~crc;
    }
}
