using System.Text.Json;
using System.Text.Json.Nodes;
using OrderActors.Broadcast;
using OrderActors.Embedded.Simulation;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate;

/// <summary>The platform's states and events, as a simulated storage has to know them.</summary>
internal sealed class StoredRecords : ISimulatedRecords
{
    public static readonly StoredRecords Instance = new();

    private const string VersionMember = "_v";

    public void Raised(object state, List<(int Partition, object Event)> into)
    {
        if (state is not IRaisesEvents { Raised: { IsDefaultOrEmpty: false } raised }) return;
        foreach (var e in raised) into.Add((e.Partition, e));
    }

    public void Committed(object state) => (state as IRaisesEvents)?.ClearRaised();

    public object Logged(int partition, long sequence, object raised) => new LoggedEvent(partition, sequence, (DomainEvent)raised);

    public ReadOnlyMemory<byte> Write<T>(T state, SchemaSkew release) =>
        As(release, JsonSerializer.SerializeToUtf8Bytes(state, StoredJson.Options));

    public T Read<T>(ReadOnlyMemory<byte> written) => JsonSerializer.Deserialize<T>(written.Span, StoredJson.Options)!;

    public ReadOnlyMemory<byte> WriteEvent(object raised, SchemaSkew release) =>
        As(release, JsonSerializer.SerializeToUtf8Bytes((DomainEvent)raised, StoredJson.Options));

    public object ReadEvent(ReadOnlyMemory<byte> written) => JsonSerializer.Deserialize<DomainEvent>(written.Span, StoredJson.Options)!;

    /// <summary>A record as a neighbouring release stores it: see docs/decisions/0008-versions.md.</summary>
    private static byte[] As(SchemaSkew release, byte[] written)
    {
        if (release == SchemaSkew.None || JsonNode.Parse(written) is not JsonObject record) return written;
        var version = (int?)record[VersionMember];
        if (release == SchemaSkew.Newer)
        {
            if (version is { } own) record[VersionMember] = own + 1;
            record["of_the_next_release"] = new JsonObject { ["text"] = "unknown", ["numbers"] = new JsonArray(1, 2) };
        }
        else if (version == 1)
        {
            // A record without a version is one of version 1.
            record.Remove(VersionMember);
        }

        return JsonSerializer.SerializeToUtf8Bytes(record);
    }
}

/// <summary>The event log of a simulated cluster, as the consumers on one silo read it: events stay objects, nobody parses them.</summary>
internal sealed class SimulatedEventLog(SimulatedSilo silo) : IEventLog
{
    private readonly SimulatedStorage _storage = silo.Cluster.Storage;

    public ValueTask<long> HeadAsync(int partition) => new(_storage.Head(partition));

    public ValueTask<IReadOnlyList<LoggedEvent>> ReadAsync(int partition, long afterSequence, int maxCount) =>
        new(_storage.ReadEvents<LoggedEvent>(partition, afterSequence, maxCount));

    public ValueTask<long> GetCursorAsync(string subscriber, int partition) => new(_storage.CursorOf(subscriber, partition));

    public ValueTask SetCursorAsync(string subscriber, int partition, long sequence)
    {
        silo.SetCursor(subscriber, partition, sequence);
        return ValueTask.CompletedTask;
    }
}
