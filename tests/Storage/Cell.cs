using System.Globalization;
using System.Text;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Tests.Storage;

/// <summary>A state that counts, and raises an event with every count.</summary>
public sealed class CellState
{
    public long Count { get; set; }

    /// <summary>What it raised since the last write: the partition and the text.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public List<(int Partition, string Text)> Raised { get; set; } = [];
}

/// <summary>A grain's hold on its state, as one activation has it.</summary>
internal sealed class Cell(string key, string type = "cell", string name = "state") : IGrainState<CellState>
{
    public GrainId Id { get; } = GrainId.Create(type, key);

    public CellState State { get; set; } = new();

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }

    public static Cell Numbered(int number) => new(number.ToString("D4", CultureInfo.InvariantCulture));

    public Task Read(IGrainStorage storage) => storage.ReadStateAsync(name, Id, this);

    public Task Write(IGrainStorage storage) => storage.WriteStateAsync(name, Id, this);

    public Task Clear(IGrainStorage storage) => storage.ClearStateAsync(name, Id, this);

    /// <summary>Counts on, raises an event that says so, and writes.</summary>
    public Task Count(IGrainStorage storage, int partition)
    {
        State.Count++;
        State.Raised = [(partition, string.Create(CultureInfo.InvariantCulture, $"{Id.Key}:{State.Count}"))];
        return Write(storage);
    }
}

/// <summary>Shows the storage what a cell raised.</summary>
internal sealed class CellEvents : IEventExtractor
{
    public void Extract(object state, List<PendingEvent> into)
    {
        if (state is not CellState cell) return;
        foreach (var (partition, text) in cell.Raised) into.Add(new PendingEvent(partition, Encoding.UTF8.GetBytes(text)));
    }

    public void Committed(object state) => (state as CellState)?.Raised.Clear();

    public static string Text(StoredEvent stored) => Encoding.UTF8.GetString(stored.Body.Span);
}
