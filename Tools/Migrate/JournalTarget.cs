using Microsoft.Extensions.Logging;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Storage;

namespace OrderActors.Tools.Migrate;

/// <summary>
/// A new journal. It is built beside its folder and gets its name when it was read back and found the same; one that was left
/// half built is built anew.
/// </summary>
internal sealed class JournalTarget(string folder, ILogger logger) : IMigrationTarget
{
    private JournalImport? _import;

    /// <inheritdoc/>
    public string Name { get; } = Path.GetFullPath(folder);

    /// <inheritdoc/>
    public Task<MigrationProgress> BeginAsync(IMigrationSource source, CancellationToken cancellationToken)
    {
        try
        {
            _import = JournalImport.Create(Name);
            return Task.FromResult(MigrationProgress.None);
        }
        catch (JournalLockedException)
        {
            throw new BadInputException($"--to {Name} is being written by another migration.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--to: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public Task AddAsync(IReadOnlyList<StoredState> states, CancellationToken cancellationToken)
    {
        foreach (var state in states) _import!.Add(state);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AddAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        foreach (var stored in events) _import!.Add(stored);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task FinishCopyAsync(MigrationOutline outline, CancellationToken cancellationToken)
    {
        foreach (var cursor in outline.Cursors) _import!.Add(cursor);
        _import!.Complete(outline.NextVersion, outline.Ranges);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IMigrationSource> ReadBackAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IMigrationSource>(JournalSource.Open(JournalImport.PartialOf(Name), logger));

    /// <inheritdoc/>
    public Task CompleteAsync(CancellationToken cancellationToken)
    {
        JournalImport.Publish(Name);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _import?.Dispose();
        return default;
    }
}
