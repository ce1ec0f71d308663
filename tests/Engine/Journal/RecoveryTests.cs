using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Storage;
using Xunit;

namespace OrderActors.Tests.Engine.Journal;

/// <summary>What a start makes of a folder that is not as it was left.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task A_damaged_index_falls_back_to_the_one_before_and_then_to_the_log()
    {
        var files = await Fill();
        var names = SnapshotFile.Names(files);
        Assert.Equal(2, names.Count);
        foreach (var damaged in new[] { 1, 2 })
        {
            var copy = files;
            foreach (var name in names.TakeLast(damaged))
            {
                var content = copy.Content(name);
                content[content.Length / 2] ^= 1;
                copy = copy.With(name, content);
            }

            await using var store = World.Open(copy);
            await Check(store);
        }

        await using var cut = World.Open(files.With(names[^1], files.Content(names[^1])[..^20]));
        await Check(cut);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_missing_file_is_named(int id)
    {
        var files = await Fill();
        var name = SegmentHeader.NameOf(false, id);
        Assert.Equal(4, files.List().Count(file => file.EndsWith(".journal", StringComparison.Ordinal)));
        var error = Assert.Throws<JournalCorruptException>(() => World.Open(files.Without(name)));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("missing", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "not a journal file")]
    [InlineData(8, "newer version")]
    [InlineData(30, "checksum")]
    public async Task A_wrong_header_is_refused_in_one_line(int at, string says)
    {
        var files = await Fill();
        var content = files.Content(World.FirstLog);
        content[at] += 1;
        var error = Assert.Throws<JournalCorruptException>(() => World.Open(files.With(World.FirstLog, content)));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains(World.FirstLog, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task Damage_in_a_finished_file_is_reported_even_at_its_end()
    {
        var files = CompactionTests.WithoutIndex(await Fill());
        var content = files.Content(World.FirstLog);
        content[^1] ^= 1;
        var error = Assert.Throws<JournalCorruptException>(() => World.Open(files.With(World.FirstLog, content)));
        Assert.Contains(World.FirstLog, error.Message, StringComparison.Ordinal);

        // Cut between two batches, the file alone looks whole; the next one knows better.
        content = files.Content(World.FirstLog);
        var last = content.AsSpan().LastIndexOf(BitConverter.GetBytes(BatchFormat.Magic));
        error = Assert.Throws<JournalCorruptException>(() => World.Open(files.With(World.FirstLog, content[..last])));
        Assert.Contains("batches at its end are missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_shorter_than_the_index_says_is_reported()
    {
        var files = await Fill();
        var name = SegmentHeader.NameOf(false, 4);
        var error = Assert.Throws<JournalCorruptException>(() => World.Open(files.With(name, files.Content(name)[..500])));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damage_behind_the_index_is_met_by_the_read_and_named()
    {
        var files = await Fill();
        var content = files.Content(World.FirstLog);
        content[200] ^= 1;
        await using var store = World.Open(files.With(World.FirstLog, content));
        var error = await Assert.ThrowsAsync<JournalCorruptException>(() => store.Read("early"));
        Assert.Contains(World.FirstLog, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_folder_is_locked_reopened_and_survives()
    {
        var folder = Directory.CreateTempSubdirectory("journal-").FullName;
        try
        {
            var options = new JournalOptions { Folder = folder, SegmentBytes = 64 * 1024 };
            var store = Open();
            for (var i = 0; i < 60; i++)
                await store.Put($"k{i % 5}", $"{i}{new string('.', 3000)}", (i % 3, $"e{i}"));
            var locked = Assert.Throws<JournalLockedException>(Open);
            Assert.Contains(folder, locked.Message, StringComparison.Ordinal);
            await store.DisposeAsync();
            await using var reopened = Open();
            Assert.Equal($"59{new string('.', 3000)}", await reopened.Text("k4"));
            Assert.Equal(20, reopened.Head(2));

            JournalStore Open() =>
                JournalStore.Open(options, new JsonStateSerializer(), new ParcelEvents(), TimeProvider.System, NullLogger<JournalStore>.Instance);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(nameof(JournalOptions.SegmentBytes), 1)]
    [InlineData(nameof(JournalOptions.MaxQueuedWrites), 0)]
    [InlineData(nameof(JournalOptions.MaxQueuedBytes), 1)]
    [InlineData(nameof(JournalOptions.MaxRecordBytes), 1)]
    [InlineData(nameof(JournalOptions.MaxBatchBytes), 1)]
    [InlineData(nameof(JournalOptions.RetainedEventsPerPartition), -1)]
    [InlineData(nameof(JournalOptions.EventCacheBytesPerPartition), -1)]
    [InlineData(nameof(JournalOptions.SnapshotEveryBytes), 1)]
    [InlineData(nameof(JournalOptions.CompactionBytesPerSecond), 1)]
    [InlineData(nameof(JournalOptions.CompactionGarbageRatio), 2)]
    public void An_option_out_of_range_is_named_with_what_is_allowed(string option, int value)
    {
        var options = new JournalOptions { Folder = "x" };
        options.Validate();
        var property = typeof(JournalOptions).GetProperty(option)!;
        property.SetValue(options, Convert.ChangeType(value, property.PropertyType, System.Globalization.CultureInfo.InvariantCulture));
        var error = Assert.Throws<ArgumentException>(options.Validate);
        Assert.Contains(option, error.Message, StringComparison.Ordinal);
        Assert.Contains("allowed", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Four files of log and two indexes, closed.</summary>
    private static async Task<FaultyFiles> Fill()
    {
        var files = new FaultyFiles();
        var store = World.Open(files);
        await store.Put("early", new string('.', 300), (1, "early"));
        for (var i = 0; i < 80; i++)
        {
            await store.Put($"k{i % 10}", $"{i}{new string('.', 3000)}", (1, $"e{i}"));
            if (i == 30)
            {
                await store.Clear("k5", await store.Read("k5"));
                store.Maintenance.Snapshot();
            }
        }

        await store.Clear("k7", await store.Read("k7"));
        await store.DisposeAsync();
        return files.Crash();
    }

    private static async Task Check(JournalStore store)
    {
        Assert.Equal(10, store.RecordCount);
        Assert.Equal($"79{new string('.', 3000)}", await store.Text("k9"));
        Assert.Null(await store.Text("k7"));
        Assert.Equal(81, (await store.Events(1)).Length);
        await store.Put("k7", "again", (1, "next"));
        Assert.Equal("82:next", (await store.Events(1))[^1]);
    }
}
