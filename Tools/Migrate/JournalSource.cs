using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Storage;

namespace OrderActors.Tools.Migrate;

/// <summary>A stopped journal. Its folder is locked while it is open, so nobody can write to it.</summary>
internal sealed class JournalSource : IMigrationSource
{
    private readonly JournalExport _journal;
    private readonly int _rows;

    private JournalSource(string folder, JournalExport journal, int rows)
    {
        Name = folder;
        _journal = journal;
        _rows = rows;
        Outline = new MigrationOutline(
            journal.StateCount, journal.NextVersion, [.. Enumerable.Range(0, EventPartitions.Count).Select(journal.EventsOf)], [.. journal.Cursors]);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Fingerprint => "journal " + _journal.Fingerprint;

    /// <inheritdoc/>
    public MigrationOutline Outline { get; }

    /// <summary>Opens a journal's folder.</summary>
    /// <exception cref="BadInputException">There is none, it is in use, or it is damaged.</exception>
    public static JournalSource Open(string folder, ILogger logger, int rows = Groups.Rows)
    {
        folder = Path.GetFullPath(folder);
        try
        {
            return new JournalSource(folder, JournalExport.Open(folder, logger), rows);
        }
        catch (DirectoryNotFoundException)
        {
            throw new BadInputException($"--from {folder} holds no journal; name the Data folder of the silo that was stopped.");
        }
        catch (JournalLockedException)
        {
            throw new BadInputException($"--from {folder} is in use: a silo is running on it. Stop it, then start again.");
        }
        catch (JournalCorruptException e)
        {
            throw new BadInputException($"--from {folder} is damaged and was left alone: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<StoredState>> StatesAsync(
        long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var group in Groups.Of(_journal.States(afterVersion), _rows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return group;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<StoredEvent>> EventsAsync(
        IReadOnlyList<long> afterSequences, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        var all = Enumerable.Range(0, EventPartitions.Count).SelectMany(partition => _journal.Events(partition, afterSequences[partition]));
        foreach (var group in Groups.Of(all, _rows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return group;
        }
    }

    /// <inheritdoc/>
    public Task RequireUnchangedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _journal.Dispose();
        return default;
    }
}
