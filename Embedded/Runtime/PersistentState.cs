using System.Diagnostics;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Embedded.Runtime;

/// <summary>A grain's named state, bound to its storage.</summary>
internal sealed class PersistentState<T>(string name, Activation activation, IGrainStorage storage)
    : IPersistentState<T>, IGrainState<T>, IPersistentFacet
{
    public T State { get; set; } = Activator.CreateInstance<T>();

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }

    public string? Etag => ETag;

    public Task LoadAsync() => ReadStateAsync();

    public Task ReadStateAsync() => storage.ReadStateAsync(name, activation.GrainId, this);

    public Task WriteStateAsync() =>
        StorageSpans.Begin(name, activation) is { } span ? Traced(span) : storage.WriteStateAsync(name, activation.GrainId, this);

    public Task ClearStateAsync() => storage.ClearStateAsync(name, activation.GrainId, this);

    private async Task Traced(Activity span)
    {
        using (span)
        {
            try
            {
                await storage.WriteStateAsync(name, activation.GrainId, this);
            }
            catch (Exception e)
            {
                span.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
                throw;
            }
        }
    }
}
