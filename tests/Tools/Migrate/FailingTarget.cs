using OrderActors.Storage;
using OrderActors.Tools.Migrate;

namespace OrderActors.Tests.Tools.Migrate;

/// <summary>A target whose process ends after so many groups; or to whose contents something happens before they are read back.</summary>
internal sealed class FailingTarget(IMigrationTarget target, int afterGroups, Func<Task>? beforeReadBack = null) : IMigrationTarget
{
    private int _left = afterGroups;

    public string Name => target.Name;

    public Task<MigrationProgress> BeginAsync(IMigrationSource source, CancellationToken cancellationToken) => target.BeginAsync(source, cancellationToken);

    public Task AddAsync(IReadOnlyList<StoredState> states, CancellationToken cancellationToken) => Count(() => target.AddAsync(states, cancellationToken));

    public Task AddAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken) => Count(() => target.AddAsync(events, cancellationToken));

    public Task FinishCopyAsync(MigrationOutline outline, CancellationToken cancellationToken) =>
        Count(() => target.FinishCopyAsync(outline, cancellationToken));

    public async Task<IMigrationSource> ReadBackAsync(CancellationToken cancellationToken)
    {
        if (beforeReadBack is not null) await beforeReadBack();
        return await target.ReadBackAsync(cancellationToken);
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => Count(() => target.CompleteAsync(cancellationToken));

    public ValueTask DisposeAsync() => target.DisposeAsync();

    private Task Count(Func<Task> next) => _left-- > 0 ? next() : throw new IOException("The power went.");
}
