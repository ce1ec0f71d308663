using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrderActors.Tools.Bench;

/// <summary>
/// What a durable write costs at least: one loop that appends groups of ready-made records to a file that has its length
/// already, as a journal's segment has, with one write and one <c>fdatasync</c> per group. No checksum, no index, no queue,
/// no acknowledgement.
/// </summary>
internal static partial class RawAppendPeer
{
    /// <summary>A state of 400 bytes with the journal's frame, key and version around it.</summary>
    public const int RecordBytes = 464;

    // A journal's segment.
    private const int FileBytes = 128 << 20;

    /// <summary>Records a second: the median of some rounds.</summary>
    /// <param name="folder">Where the file is made and removed again; it must be on the disk that is to be measured.</param>
    /// <param name="groupSize">Records per <c>fdatasync</c>.</param>
    /// <param name="rounds">How many rounds count.</param>
    /// <param name="round">How long one is.</param>
    /// <param name="recordBytes">Bytes of one record.</param>
    public static double Measure(string folder, int groupSize, int rounds, TimeSpan round, int recordBytes = RecordBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groupSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)groupSize * recordBytes, FileBytes);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"raw-append-{Environment.ProcessId}.tmp");
        try
        {
            var group = new byte[groupSize * recordBytes];
            Random.Shared.NextBytes(group);
            var rates = new List<double>();
            for (var i = 0; i < rounds; i++) rates.Add(Round(path, group, groupSize, round));
            return Rounds.Median(rates);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double Round(string path, byte[] group, int groupSize, TimeSpan round)
    {
        var start = Stopwatch.GetTimestamp();
        long records = 0;
        do
        {
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);
            RandomAccess.SetLength(file, FileBytes);

            // One group at least, however long it took to make the file.
            long offset = 0;
            do
            {
                RandomAccess.Write(file, group, offset);
                Sync(file);
                records += groupSize;
                offset += group.Length;
            }
            while (offset + group.Length <= FileBytes && Stopwatch.GetElapsedTime(start) < round);
        }
        while (Stopwatch.GetElapsedTime(start) < round);
        return records / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Sync(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
        {
            if (FDataSync(file) != 0) throw new IOException($"fdatasync failed with error {Marshal.GetLastPInvokeError()}.");
        }
        else
        {
            RandomAccess.FlushToDisk(file);
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);
}
