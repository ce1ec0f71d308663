using Orleans.Storage;

namespace OrderActors.Tools.Bench.Storage;

/// <summary>The storage provider that Orleans brings. This build has no Orleans packages: it is not measured.</summary>
internal sealed class AdoNetPeer : IAsyncDisposable
{
    public IGrainStorage Storage => throw new NotSupportedException();

    public static Task<AdoNetPeer?> StartAsync(string connectionString, bool ours) => Task.FromResult<AdoNetPeer?>(null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
