using System.Diagnostics;

namespace OrderActors.Tools.Replay;

/// <summary>
/// Shows how far a replay is: one line that is overwritten four times a second on a terminal, a line a second elsewhere.
/// Reports are dropped in between, so that a fast replay is not slowed down by its own progress.
/// </summary>
internal sealed class ConsoleProgress(TextWriter output, bool terminal) : IProgress<ReplayProgress>
{
    private readonly TimeSpan _interval = terminal ? TimeSpan.FromMilliseconds(250) : TimeSpan.FromSeconds(1);
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private bool _shown;

    /// <inheritdoc/>
    public void Report(ReplayProgress value)
    {
        if (_since.Elapsed < _interval) return;
        _since.Restart();
        _shown = true;
        var line = $"minute {SolutionWriter.Minute(decimal.Truncate(value.Minute))}: {value.Placed} of {value.Total} orders placed, {value.Ended} ended";
        if (terminal) output.Write($"\r{line,-60}");
        else output.WriteLine(line);
    }

    /// <summary>Leaves the overwritten line behind.</summary>
    public void End()
    {
        if (terminal && _shown) output.WriteLine();
    }
}
