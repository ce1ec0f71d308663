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
    public Task AddAsync(IReadOnlyList<StoredState> states, CancellationToken cancellationToken) => Do(import =>
    {
        foreach (var state in states) import.Add(state);
    });

    /// <inheritdoc/>
    public Task AddAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken) => Do(import =>
    {
        foreach (var stored in events) import.Add(stored);
    });

    /// <inheritdoc/>
    public Task FinishCopyAsync(MigrationOutline outline, CancellationToken cancellationToken) => Do(import =>
    {
        foreach (var cursor in outline.Cursors) import.Add(cursor);
        import.Complete(outline.NextVersion, outline.Ranges);
    });

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

    private Task Do(Action<JournalImport> add)
    {
        try
        {
            add(_import!);
            return Task.CompletedTask;
        }
        catch (ArgumentException e)
        {
            // Such as a state that is larger than a journal takes, or events that are missing between others.
            throw new MigrationException($"The source does not fit into a journal: {e.Message}", e);
        }
    }
}
