using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Tests.Tools.Migrate;

/// <summary>Journals with something of everything in them.</summary>
internal static class Journals
{
    /// <summary>States in a <see cref="LivedIn"/> journal.</summary>
    public const int States = 223;

    /// <summary>Events in it.</summary>
    public const int Events = 251;

    /// <summary>Fills a journal: several grain types, states written often and removed, events, cursors, names that are not ASCII.</summary>
    public static async Task LivedIn(string folder)
    {
        await using var store = Open(folder);
        for (var i = 0; i < 250; i++)
        {
            var type = i % 3 == 0 ? "parcel" : "depot";
            var cell = await Put(store, type, $"key {i} · ☃", $"text {i} {new string('x', i * 13 % 700)}", null, (i % 7, $"event {i}"));
            if (i % 5 == 0) await Put(store, type, $"key {i} · ☃", "written again", cell);
            if (i % 9 == 0) await store.ClearStateAsync("state", GrainId.Create(type, $"key {i} · ☃"), cell);
        }

        await Put(store, "parcel", "last", "", null, (119, ""));
        await store.SetCursorAsync("reader", 3, 20);
        await store.SetCursorAsync("reader", 119, 1);
        await store.SetCursorAsync("idle", 0, 0);
        await store.FlushAsync();
    }

    public static JournalStore Open(string folder) => JournalStore.Open(
        new JournalOptions { Folder = folder, SegmentBytes = 64 * 1024 }, new JsonStateSerializer(), new ParcelEvents(),
        TimeProvider.System, NullLogger<JournalStore>.Instance);

    /// <summary>Writes a state that was read or written before as this cell, or is new.</summary>
    public static async Task<Cell> Put(
        IGrainStorage store, string type, string key, string text, Cell? cell = null, params (int Partition, string Body)[] events)
    {
        cell ??= new Cell();
        cell.State.Text = text;
        cell.State.Raised.AddRange(events);
        await store.WriteStateAsync("state", GrainId.Create(type, key), cell);
        return cell;
    }

    /// <summary>Everything in it, as text.</summary>
    public static string Text(string folder)
    {
        using var journal = JournalExport.Open(folder, NullLogger.Instance);
        var text = new StringBuilder();
        foreach (var (type, key, name, version, value) in journal.States())
            text.AppendLine(CultureInfo.InvariantCulture, $"state {type} {key} {name} {version} {Encoding.UTF8.GetString(value.Span)}");
        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"partition {partition} {journal.EventsOf(partition)}");
            foreach (var (_, sequence, body) in journal.Events(partition))
                text.AppendLine(CultureInfo.InvariantCulture, $"event {partition} {sequence} {Encoding.UTF8.GetString(body.Span)}");
        }

        foreach (var cursor in journal.Cursors) text.AppendLine(CultureInfo.InvariantCulture, $"{cursor}");
        return text.ToString();
    }
}

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
        foreach (var (partition, body) in ((Parcel)state).Raised) into.Add(new PendingEvent(partition, Encoding.UTF8.GetBytes(body)));
    }

    public void Committed(object state) => ((Parcel)state).Raised.Clear();
}
