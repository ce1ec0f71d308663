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
    public void OnFatalException(object sender, string context, Exception exception)
    {
        var told = exception?.Message ?? context ?? "The engine failed without saying why.";
        // The engine's own text lists who voted when; what its reader needs is what to look at.
        _failed.TrySetException(told.StartsWith("I have been told I am dead", StringComparison.Ordinal)
            ? new DeclaredDeadException()
            : new OrleansException(told));
    }
}

/// <summary>The other silos have given this one up.</summary>
internal sealed class DeclaredDeadException() : Exception(
    "The other silos of the cluster have declared this one dead, because they did not reach it for a while. " +
    "Are its ports reachable from there, is Tls the same everywhere, and did the machine have time for it?");
