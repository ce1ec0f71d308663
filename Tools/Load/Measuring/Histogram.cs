using System.Numerics;

namespace OrderActors.Tools.Load.Measuring;

/// <summary>
/// Counts times in buckets that grow with the time, so that every percentile is within 0.4 % of the true one at a fixed size. Written by
/// many threads at once.
/// </summary>
internal sealed class Histogram
{
    // 256 buckets for each doubling; times are in microseconds, the longest about nine hours.
    private const int SubBits = 8;
    private const int SubBuckets = 1 << SubBits;
    private const int LongestBits = 35;
    private const long Longest = (1L << LongestBits) - 1;

    private readonly long[] _counts = new long[(LongestBits - SubBits + 2) * (SubBuckets / 2)];
    private long _count;
    private long _sum;
    private long _max;

    /// <summary>How many times were counted.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The sum of all times, in microseconds.</summary>
    public long Sum => Interlocked.Read(ref _sum);

    /// <summary>Their mean in microseconds; 0 when there are none.</summary>
    public double Mean => Count == 0 ? 0 : (double)Sum / Count;

    /// <summary>The longest in microseconds.</summary>
    public long Max => Interlocked.Read(ref _max);

    /// <summary>Counts a time in microseconds.</summary>
    public void Add(long micros)
    {
        var value = Math.Clamp(micros, 0, Longest);
        Interlocked.Increment(ref _counts[IndexOf(value)]);
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _sum, value);
        for (var max = Max; value > max;)
        {
            var seen = Interlocked.CompareExchange(ref _max, value, max);
            if (seen == max) return;
            max = seen;
        }
    }

    /// <summary>Adds all that another one counted.</summary>
    public void Add(Histogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            if (other._counts[i] != 0) Interlocked.Add(ref _counts[i], other._counts[i]);
        }

        Interlocked.Add(ref _count, other.Count);
        Interlocked.Add(ref _sum, other.Sum);
        _max = Math.Max(_max, other.Max);
    }

    /// <summary>The time in microseconds that this part of all, 0 to 1, did not exceed; 0 when there are none.</summary>
    public long Percentile(double part)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(part * Count));
        var passed = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            passed += Interlocked.Read(ref _counts[i]);
            if (passed >= rank) return Math.Min(LastOf(i), Max);
        }

        return Max;
    }

    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - SubBits + 1);

        // From the second doubling on the upper half of the buckets is used: the lower one belongs to the doubling before.
        return (int)((shift * (SubBuckets / 2)) + (value >> shift));
    }

    private static long LastOf(int index)
    {
        if (index < SubBuckets) return index;
        var shift = (index / (SubBuckets / 2)) - 1;
        var first = (long)(index - (shift * (SubBuckets / 2))) << shift;
        return first + (1L << shift) - 1;
    }
}
