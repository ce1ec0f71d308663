using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>A folder on a real disk.</summary>
internal sealed partial class DiskFiles : IJournalFiles
{
    private const int MostTries = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private readonly string _folder;

    public DiskFiles(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(_folder);
    }

    public string Name => _folder;

    public IDisposable Lock()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream(Path.Combine(_folder, "LOCK"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (tries == MostTries)
            {
                throw new JournalLockedException($"The journal in {_folder} is open in another process; stop that one or choose another folder.", e);
            }
            catch (IOException)
            {
                // A child process that is just being started holds what its parent had open, until it is a program of its own.
                Thread.Sleep(Pause);
            }
        }
    }

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(_folder).Select(path => Path.GetFileName(path))];

    public IJournalFile Create(string name, long reservedBytes)
    {
        var handle = File.OpenHandle(Path.Combine(_folder, name), FileMode.Create, FileAccess.ReadWrite, FileShare.Read, FileOptions.None, reservedBytes);
        try
        {
            // Reserving does not move the end of the file; a sync after an append is cheap only when the end stays where it is.
            if (reservedBytes > 0)
                RandomAccess.SetLength(handle, reservedBytes);
            return new DiskFile(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public IJournalFile Open(string name) =>
        new DiskFile(File.OpenHandle(Path.Combine(_folder, name), FileMode.Open, FileAccess.ReadWrite, FileShare.Read));

    public void Rename(string from, string to) => File.Move(Path.Combine(_folder, from), Path.Combine(_folder, to), overwrite: true);

    public void Delete(string name) => File.Delete(Path.Combine(_folder, name));

    public void SyncFolder()
    {
        // Only Unix has folders that can be synced; .NET has no call for it.
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = open(_folder, 0);
        if (descriptor < 0)
            throw new IOException($"The folder {_folder} cannot be opened for a sync: {Marshal.GetLastPInvokeErrorMessage()}");
        var result = fsync(descriptor);
        var message = Marshal.GetLastPInvokeErrorMessage();
        _ = close(descriptor);
        if (result != 0)
            throw new IOException($"The folder {_folder} cannot be synced: {message}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle descriptor);

    private sealed class DiskFile(SafeFileHandle handle) : IJournalFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> destination, long offset)
        {
            var total = 0;
            while (total < destination.Length)
            {
                var read = RandomAccess.Read(handle, destination[total..], offset + total);
                if (read == 0)
                    break;
                total += read;
            }

            return total;
        }

        public void Write(ReadOnlySpan<byte> source, long offset) => RandomAccess.Write(handle, source, offset);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Sync()
        {
            // .NET's own flush is fsync, which also writes the time of change: one more disk write every time.
            if (!OperatingSystem.IsLinux())
            {
                RandomAccess.FlushToDisk(handle);
                return;
            }

            const int Interrupted = 4;
            while (fdatasync(handle) != 0)
            {
                if (Marshal.GetLastPInvokeError() != Interrupted)
                    throw new IOException($"fdatasync: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }

        public void Dispose() => handle.Dispose();
    }
}
