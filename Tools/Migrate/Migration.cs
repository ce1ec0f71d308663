using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Tools.Migrate;

/// <summary>What was moved: the last line of the command.</summary>
internal sealed record MigrationResult(
    [property: JsonPropertyName("states")] long States,
    [property: JsonPropertyName("events")] long Events,
    [property: JsonPropertyName("cursors")] int Cursors,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("verified")] bool Verified)
{
    /// <summary>As one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);
}

/// <summary>Copies a storage to an empty one, reads both again, compares, and only then lets the new one be used.</summary>
internal static class Migration
{
    /// <summary>Runs a migration, or the rest of one that was interrupted.</summary>
    /// <exception cref="BadInputException">The target cannot take it; nothing was written.</exception>
    /// <exception cref="MigrationException">It went wrong; the target stays unusable, and the command can be given again.</exception>
    public static async Task<MigrationResult> RunAsync(
        IMigrationSource source, IMigrationTarget target, TextWriter progress, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var outline = source.Outline;
        var done = await target.BeginAsync(source, cancellationToken);
        var counter = new Counter(progress);
        await progress.WriteLineAsync($"From {source.Name} to {target.Name}: {outline.States} states, {outline.Events} events, {outline.Cursors.Length} cursors.");
        if (done.Resumes) await progress.WriteLineAsync($"An interrupted migration is taken up: {done.States} states are there.");

        counter.Begin("states copied", outline.States, done.States);
        await foreach (var states in source.StatesAsync(done.StatesThroughVersion, cancellationToken))
        {
            await target.AddAsync(states, cancellationToken);
            counter.Add(states.Count);
        }

        counter.Begin("events copied", outline.Events, outline.Ranges.Zip(done.EventsThrough, (range, through) => Math.Max(0, through + 1 - range.First)).Sum());
        await foreach (var events in source.EventsAsync(done.EventsThrough, cancellationToken))
        {
            await target.AddAsync(events, cancellationToken);
            counter.Add(events.Count);
        }

        counter.End();
        await target.FinishCopyAsync(outline, cancellationToken);
        await VerifyAsync(source, target, counter, cancellationToken);
        await source.RequireUnchangedAsync(cancellationToken);
        await target.CompleteAsync(cancellationToken);
        return new MigrationResult(outline.States, outline.Events, outline.Cursors.Length, Math.Round(clock.Elapsed.TotalSeconds, 3), Verified: true);
    }

    private static async Task VerifyAsync(IMigrationSource source, IMigrationTarget target, Counter counter, CancellationToken cancellationToken)
    {
        await using var written = await target.ReadBackAsync(cancellationToken);
        counter.Begin("records read back on either side", 2 * (source.Outline.States + source.Outline.Events), 0);

        // Both at once: one side waits for a disk, the other for a server.
        var digests = await Task.WhenAll(
            Task.Run(() => ContentDigest.OfAsync(source, counter.Add, cancellationToken), cancellationToken),
            Task.Run(() => ContentDigest.OfAsync(written, counter.Add, cancellationToken), cancellationToken));
        counter.End();
        if (digests[0].Difference(digests[1]) is { } difference)
            throw new MigrationException($"The target is not what the source is: {difference}. It was not released for use; empty it and start again.");
    }

    /// <summary>Says now and then how far it is.</summary>
    private sealed class Counter(TextWriter output)
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
        private readonly Lock _gate = new();
        private readonly Stopwatch _since = new();
        private string _what = "";
        private long _total;
        private long _count;
        private long _begunAt;
        private TimeSpan _spokeAt;

        public void Begin(string what, long total, long count)
        {
            End();
            (_what, _total, _count, _begunAt, _spokeAt) = (what, total, count, count, TimeSpan.Zero);
            _since.Restart();
        }

        public void Add(long count)
        {
            lock (_gate)
            {
                _count += count;
                if (_since.Elapsed - _spokeAt < Pause) return;
                _spokeAt = _since.Elapsed;
                Say();
            }
        }

        public void End()
        {
            if (_what.Length == 0) return;
            Say();
            _what = "";
        }

        private void Say()
        {
            var rate = (_count - _begunAt) / Math.Max(0.001, _since.Elapsed.TotalSeconds);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_what}: {_count} of {_total} ({rate:0} a second)"));
        }
    }
}
