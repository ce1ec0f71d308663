using System.Diagnostics.CodeAnalysis;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Embedded.Runtime;

/// <summary>A stored record of the engine itself: read once at the start, changed by one writer at a time.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to dispose.")]
internal sealed class EngineRecord<T>(GrainRuntime runtime, GrainId id)
    where T : class, new()
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly Stored _stored = new();

    internal T Value => _stored.State;

    internal Task LoadAsync() => runtime.Storage(null).ReadStateAsync("state", id, _stored);

    /// <summary>Stores the changed value; if that fails the value stays as it was.</summary>
    internal async Task ChangeAsync(Func<T, T> change)
    {
        await _one.WaitAsync();
        try
        {
            var before = _stored.State;
            _stored.State = change(before);
            try
            {
                await runtime.Storage(null).WriteStateAsync("state", id, _stored);
            }
            catch
            {
                _stored.State = before;
                throw;
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private sealed class Stored : IGrainState<T>
    {
        public T State { get; set; } = new();

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }
}
