using System.Globalization;
using OrderActors.Embedded.Storage.Journal;

namespace OrderActors.Silo.Hosting;

/// <summary>What is wrong with a disk.</summary>
/// <param name="Delay">How much longer each sync takes.</param>
/// <param name="Full">Whether nothing can be made or grow: what was reserved before can still be written, as on a real full disk.</param>
internal readonly record struct DiskFault(TimeSpan Delay, bool Full)
{
    private const int MostDelayMilliseconds = 60_000;

    /// <summary>Reads a control file's text; null and what is wrong with it when it cannot be read.</summary>
    public static DiskFault? Parse(string text, out string? wrong)
    {
        var fault = default(DiskFault);
        wrong = null;
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line == "full") fault = fault with { Full = true };
            else if (DelayIn(line) is { } delay) fault = fault with { Delay = delay };
            else wrong = $"'{line}' is not understood; a line is 'full', or 'delay' with 1ms to 60000ms, such as 'delay 200ms'";
            if (wrong is not null) return null;
        }

        return fault;
    }

    private static TimeSpan? DelayIn(string line) =>
        line.Split(' ') is ["delay", [.. var digits, 'm', 's']]
        && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is > 0 and <= MostDelayMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
}

/// <summary>
/// A journal's folder on a disk that is as bad as a control file says. The faults sit below everything the journal does, so that it
/// meets them as if the disk had them.
/// </summary>
/// <param name="files">The real folder.</param>
/// <param name="control">The control file.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where changes are told.</param>
internal sealed partial class HinderedFiles(IJournalFiles files, string control, TimeProvider time, ILogger logger) : IJournalFiles
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private long? _looked;
    private string _text = "";
    private DiskFault _fault;

    public string Name => files.Name;

    public IDisposable Lock() => files.Lock();

    public IReadOnlyList<string> List() => files.List();

    public IJournalFile Create(string name, long reservedBytes)
    {
        ThrowIfFull();
        return new HinderedFile(this, files.Create(name, reservedBytes));
    }

    public IJournalFile Open(string name) => new HinderedFile(this, files.Open(name));

    public void Rename(string from, string to) => files.Rename(from, to);

    public void Delete(string name) => files.Delete(name);

    public void SyncFolder()
    {
        Wait();
        files.SyncFolder();
    }

    // The journal's own threads come here, never a request's: they may be held.
    private void Wait()
    {
        if (Fault().Delay is var delay && delay > TimeSpan.Zero) Task.Delay(delay, time).GetAwaiter().GetResult();
    }

    private void ThrowIfFull()
    {
        if (Fault().Full) throw new IOException($"No space left on device (the control file {control} says so).");
    }

    private DiskFault Fault()
    {
        lock (_lock)
        {
            if (_looked is { } before && time.GetElapsedTime(before) < LookEvery) return _fault;
            _looked = time.GetTimestamp();
            var text = Read();
            if (text == _text) return _fault;
            _text = text;
            if (DiskFault.Parse(text, out var wrong) is { } fault)
            {
                _fault = fault;
                Changed(logger, control, fault.Delay.TotalMilliseconds, fault.Full);
            }
            else
            {
                NotUnderstood(logger, control, wrong!);
            }

            return _fault;
        }
    }

    private string Read()
    {
        try
        {
            return File.Exists(control) ? File.ReadAllText(control) : "";
        }
        catch (IOException)
        {
            // It is being written: the next look sees it.
            return _text;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Chaos: {Control} makes each sync of the journal take {Milliseconds} ms longer, and the disk full: {Full}.")]
    private static partial void Changed(ILogger logger, string control, double milliseconds, bool full);

    [LoggerMessage(LogLevel.Error, "Chaos: {Control}: {Wrong}. What it said before stays.")]
    private static partial void NotUnderstood(ILogger logger, string control, string wrong);

    /// <summary>A file on that disk.</summary>
    private sealed class HinderedFile(HinderedFiles disk, IJournalFile file) : IJournalFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> destination, long offset) => file.Read(destination, offset);

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            if (offset + source.Length > file.Length) disk.ThrowIfFull();
            file.Write(source, offset);
        }

        public void SetLength(long length)
        {
            if (length > file.Length) disk.ThrowIfFull();
            file.SetLength(length);
        }

        public void Sync()
        {
            disk.Wait();
            file.Sync();
        }

        public void Dispose() => file.Dispose();
    }
}
