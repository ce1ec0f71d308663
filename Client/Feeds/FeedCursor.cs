using System.Buffers.Text;
using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Client.Feeds;

/// <summary>
/// A position in all partitions of the event log as a word: what a reader gives back to go on exactly where it was.
/// </summary>
/// <remarks>
/// In base64url: a byte for the form; for all partitions, a bit for each that is not at 0 and its position as a varint; for a single one,
/// its number and its position. At most some 700 characters, mostly half of that.
/// </remarks>
internal static class FeedCursor
{
    /// <summary>The longest cursor in characters.</summary>
    public const int MaxLength = 1_500;

    private const byte AllForm = 1;
    private const byte OneForm = 2;
    private const int MapBytes = Shard.Count / 8;
    private const int LongestVarint = 9;
    private const int MaxBytes = 1 + MapBytes + (Shard.Count * LongestVarint);

    /// <summary>A position as a word.</summary>
    /// <param name="position">A sequence for each partition.</param>
    /// <param name="only">The only partition that is looked at; null for all.</param>
    public static string Write(ReadOnlySpan<long> position, int? only)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        var length = 1;
        if (only is { } one)
        {
            bytes[0] = OneForm;
            bytes[length++] = (byte)one;
            length += WriteVarint(bytes[length..], position[one]);
        }
        else
        {
            bytes[0] = AllForm;
            bytes.Slice(1, MapBytes).Clear();
            length += MapBytes;
            for (var partition = 0; partition < Shard.Count; partition++)
            {
                if (position[partition] == 0) continue;
                bytes[1 + (partition / 8)] |= (byte)(1 << (partition % 8));
                length += WriteVarint(bytes[length..], position[partition]);
            }
        }

        return Base64Url.EncodeToString(bytes[..length]);
    }

    /// <summary>Reads a word; null when it is none of these.</summary>
    /// <param name="text">The word.</param>
    /// <param name="only">The only partition that is looked at: a position in all is one in each.</param>
    public static ImmutableArray<long>? Read(string text, int? only)
    {
        if (text.Length is 0 or > MaxLength || !Base64Url.IsValid(text)) return null;
        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length < 2) return null;
        var position = new long[Shard.Count];
        var rest = bytes[1..];
        if (bytes[0] == OneForm)
        {
            // Of the other partitions it says nothing.
            if (rest[0] != only || !TryReadVarint(ref rest, 1, out position[rest[0]])) return null;
            return rest.IsEmpty ? ImmutableArray.Create(position) : null;
        }

        if (bytes[0] != AllForm || rest.Length < MapBytes) return null;
        var map = rest[..MapBytes];
        rest = rest[MapBytes..];
        for (var partition = 0; partition < Shard.Count; partition++)
        {
            if ((map[partition / 8] & (1 << (partition % 8))) != 0 && !TryReadVarint(ref rest, 0, out position[partition])) return null;
        }

        return rest.IsEmpty ? ImmutableArray.Create(position) : null;
    }

    private static int WriteVarint(Span<byte> bytes, long value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7) bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        return length;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, int skip, out long value)
    {
        value = 0;
        for (var i = 0; i < LongestVarint && skip + i < bytes.Length; i++)
        {
            value |= (long)(bytes[skip + i] & 0x7F) << (7 * i);
            if (bytes[skip + i] >= 0x80) continue;
            bytes = bytes[(skip + i + 1)..];
            return true;
        }

        return false;
    }
}
