using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Tests.Engine.Journal;

/// <summary>A state that carries its events until they are durable.</summary>
internal sealed class Parcel
{
    public string Text { get; set; } = "";

    [JsonIgnore]
    public List<(int Partition, string Body)> Raised { get; } = [];
}

internal sealed class Cell : IGrainState<Parcel>
{
    public Parcel State { get; set; } = new();

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }
}

internal sealed class ParcelEvents : IEventExtractor
{
    public void Extract(object state, List<PendingEvent> into)
    {
        foreach (var (partition, body) in ((Parcel)state).Raised)
            into.Add(new PendingEvent(partition, Encoding.UTF8.GetBytes(body)) { Event = body });
    }

    public void Committed(object state) => ((Parcel)state).Raised.Clear();
}

/// <summary>Opens journals and speaks to them in a line.</summary>
internal static class World
{
    public const string FirstLog = "log-000000000001.journal";

    public static JournalOptions Options() => new()
    {
        Folder = "journal",
        SegmentBytes = 64 * 1024,
        SnapshotEveryBytes = 64L * 1024 * 1024 * 1024,
        AutomaticMaintenance = false,
    };

    public static JournalStore Open(IJournalFiles files, JournalOptions? options = null) =>
        JournalStore.Open(options ?? Options(), files, new JsonStateSerializer(), new ParcelEvents(), TimeProvider.System, NullLogger.Instance);

    public static MemoryStore Memory(int retained = 10_000) => new(new JsonStateSerializer(), new ParcelEvents(), retained);

    public static GrainId Grain(string key) => GrainId.Create("parcel", key);

    public static async Task<Cell> Read(this IGrainStorage store, string key)
    {
        var cell = new Cell();
        await store.ReadStateAsync("state", Grain(key), cell);
        return cell;
    }

    public static async Task Write(this IGrainStorage store, string key, Cell cell, string text, params (int Partition, string Body)[] events)
    {
        cell.State.Text = text;
        cell.State.Raised.AddRange(events);
        await store.WriteStateAsync("state", Grain(key), cell);
    }

    public static async Task<Cell> Put(this IGrainStorage store, string key, string text, params (int Partition, string Body)[] events)
    {
        var cell = await store.Read(key);
        await store.Write(key, cell, text, events);
        return cell;
    }

    public static Task Clear(this IGrainStorage store, string key, Cell cell) => store.ClearStateAsync("state", Grain(key), cell);

    public static async Task<string?> Text(this IGrainStorage store, string key)
    {
        var cell = await store.Read(key);
        return cell.RecordExists ? cell.State.Text : null;
    }

    public static async Task<string[]> Events(this IEventStore store, int partition, long after = 0, int maxCount = int.MaxValue) =>
        [.. (await store.ReadAsync(partition, after, maxCount)).Select(e => $"{e.Sequence}:{Encoding.UTF8.GetString(e.Body.Span)}")];

    /// <summary>Where the log's last durable byte is: before the zeroes.</summary>
    public static int End(this FaultyFiles files, string name) => files.Content(name).AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
}
