using Orleans.Runtime;

namespace OrderActors.Silo.Hosting;

/// <summary>
/// What the engine cannot go on from, such as that the others have declared this silo dead. The engine's own way is to crash
/// the process with a dump; here the program is told, says so in one line and ends.
/// </summary>
internal sealed class FatalStop : IFatalErrorHandler
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Fails with the reason.</summary>
    public Task Failed => _failed.Task;

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => true;

    /// <inheritdoc/>
    public void OnFatalException(object sender, string context, Exception exception) =>
        _failed.TrySetException(exception ?? new OrleansException(context ?? "The engine failed without saying why."));
}
