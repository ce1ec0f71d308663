using OrderActors.Embedded.Storage.Journal;
using Orleans.Storage;
using Xunit;

namespace OrderActors.Tests.Engine.Journal;

/// <summary>Random histories with restarts, crashes and rewrites, beside a model that is a dictionary and lists.</summary>
public sealed class ModelTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_journal_does_what_a_dictionary_does(int seed)
    {
        var random = new Random(seed);
        var run = new Run(random, $"seed {seed}");
        // First which kinds of trouble this history has, then how it goes.
        var (crashes, rewrites, scans, clears) = (random.Next(2) == 0, random.Next(2) == 0, random.Next(2) == 0, random.Next(2) == 0);
        // Known from the start: nothing that it has not passed may be trimmed.
        await run.Store.SetCursorAsync("feed", 0, 0);
        for (var step = 0; step < 150; step++)
        {
            switch (random.Next(20))
            {
                case 0 when crashes:
                    await run.Restart(crash: true, scan: scans && random.Next(2) == 0);
                    break;
                case 1:
                    await run.Restart(crash: false, scan: scans && random.Next(2) == 0);
                    break;
                case 2 when rewrites:
                    run.Store.Maintenance.Compact();
                    break;
                case 3:
                    run.Store.Maintenance.Snapshot();
                    break;
                case 4 or 5 when clears:
                    await run.Clear();
                    break;
                case 6:
                    await run.Advance();
                    break;
                case 7:
                    await run.Conflict();
                    break;
                default:
                    await run.Write();
                    break;
            }

            if (step % 10 == 0)
                await run.Check();
        }

        await run.Restart(crash: true, scan: true);
        await run.Check();
        await run.Store.DisposeAsync();
    }

    private sealed class Run(Random random, string what)
    {
        private readonly Dictionary<string, string> _states = [];
        private readonly List<string>[] _events = [.. Enumerable.Range(0, 3).Select(_ => new List<string>())];
        private readonly long[] _cursors = new long[3];
        private readonly JournalOptions _options = Options(random);
        private FaultyFiles _files = new();
        private JournalStore? _store;

        public JournalStore Store => _store ??= World.Open(_files, _options);

        private string Key => $"k{random.Next(12)}";

        public async Task Write()
        {
            // Several grains at once, so that batches hold several records.
            var keys = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Key).Distinct().ToList();
            await Task.WhenAll(keys.Select(key =>
            {
                var text = $"{random.Next()}{new string('.', random.Next(4000))}";
                var partition = random.Next(3);
                var events = Enumerable.Range(0, random.Next(3)).Select(i => (partition, $"{key} {i} {random.Next()}")).ToArray();
                _states[key] = text;
                _events[partition].AddRange(events.Select(e => e.Item2));
                return Store.Put(key, text, events);
            }));
        }

        public async Task Clear()
        {
            var key = Key;
            _states.Remove(key);
            await Store.Clear(key, await Store.Read(key));
        }

        public async Task Conflict()
        {
            var key = Key;
            var stale = await Store.Read(key);
            _states[key] = "newer";
            await Store.Put(key, "newer");
            await Assert.ThrowsAsync<InconsistentStateException>(() => Store.Write(key, stale, "stale", (0, "stale")));
        }

        public async Task Advance()
        {
            var partition = random.Next(3);
            _cursors[partition] = random.NextInt64(_cursors[partition], _events[partition].Count + 1);
            await Store.SetCursorAsync("feed", partition, _cursors[partition]);
        }

        public async Task Restart(bool crash, bool scan)
        {
            await Store.FlushAsync();
            var crashed = _files.Crash();
            await Store.DisposeAsync();
            _files = crash ? crashed : _files.Crash();
            if (scan)
                _files = CompactionTests.WithoutIndex(_files);
            _store = null;
        }

        public async Task Check()
        {
            Assert.True(Store.RecordCount == _states.Count, $"{what}: {Store.RecordCount} records, not {_states.Count}");
            for (var k = 0; k < 12; k++)
                Assert.True(await Store.Text($"k{k}") == _states.GetValueOrDefault($"k{k}"), $"{what}: k{k}");
            for (var partition = 0; partition < 3; partition++)
            {
                Assert.True(Store.Head(partition) == _events[partition].Count, $"{what}: head of {partition}");
                var events = await Store.Events(partition);
                var expected = _events[partition].Select((body, i) => $"{i + 1}:{body}").ToList();
                Assert.True(events.SequenceEqual(expected.TakeLast(events.Length)), $"{what}: events of {partition}");
                Assert.True(events.Length >= Math.Min(expected.Count, _options.RetainedEventsPerPartition), $"{what}: retained in {partition}");
                Assert.True(events.Length >= expected.Count - _cursors[partition], $"{what}: trimmed before the cursor of {partition}");
                Assert.True(await Store.GetCursorAsync("feed", partition) == _cursors[partition], $"{what}: cursor of {partition}");
            }
        }

        private static JournalOptions Options(Random random)
        {
            var options = World.Options();
            options.RetainedEventsPerPartition = random.Next(2) == 0 ? 5 : 10_000;
            options.EventCacheBytesPerPartition = random.Next(2) == 0 ? 0 : 1000;
            return options;
        }
    }
}
