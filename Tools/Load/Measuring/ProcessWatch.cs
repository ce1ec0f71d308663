using System.Diagnostics;

namespace OrderActors.Tools.Load.Measuring;

/// <summary>A process of this machine, whose memory and processor time are watched.</summary>
internal sealed class ProcessWatch : IDisposable
{
    private readonly Process _process;
    private long _at = Stopwatch.GetTimestamp();
    private TimeSpan _used;

    /// <exception cref="BadInputException">There is no such process.</exception>
    public ProcessWatch(int id)
    {
        try
        {
            _process = Process.GetProcessById(id);
            _used = _process.TotalProcessorTime;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new BadInputException($"There is no process {id}.");
        }
    }

    /// <summary>Its resident memory in millions of bytes, and how many processors it kept busy since the last look; nulls when it has ended.</summary>
    public (double? Megabytes, double? Cores) Look()
    {
        try
        {
            _process.Refresh();
            var (now, used) = (Stopwatch.GetTimestamp(), _process.TotalProcessorTime);
            var cores = (used - _used) / Stopwatch.GetElapsedTime(_at, now);
            (_at, _used) = (now, used);
            return (_process.WorkingSet64 / 1e6, cores);
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }

    public void Dispose() => _process.Dispose();
}
