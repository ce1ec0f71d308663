using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Values;

namespace OrderActors.Tests.Gateway.Feeds;

/// <summary>An event log that a test writes and trims as it likes, behind the calls of the feed's grain.</summary>
internal sealed class ScriptedLog
{
    private readonly Lock _gate = new();
    private readonly List<FeedEvent>[] _partitions = [.. Enumerable.Range(0, Shard.Count).Select(_ => new List<FeedEvent>())];
    private readonly long[] _trimmed = new long[Shard.Count];

    /// <summary>Appends an event.</summary>
    public FeedEvent Append(int partition, string type = "order.created", string merchant = "m1", string? padding = null, bool live = true)
    {
        lock (_gate)
        {
            var sequence = _trimmed[partition] + _partitions[partition].Count + 1;
            var id = $"evt_{partition:D3}{sequence:D12}";
            var json = $$"""{"id":"{{id}}","source":"/v1/orders/{{partition}}","sequence":"{{sequence:D19}}","padding":"{{padding}}"}""";
            var e = new FeedEvent(
                partition, sequence, id, type, $"/v1/orders/{partition}", DateTimeOffset.UnixEpoch, live, null, "c1", merchant, [], null, json);
            _partitions[partition].Add(e);
            return e;
        }
    }

    /// <summary>Forgets the events of a partition.</summary>
    public void Trim(int partition)
    {
        lock (_gate)
        {
            _trimmed[partition] += _partitions[partition].Count;
            _partitions[partition].Clear();
        }
    }

    /// <summary>What the grain would say.</summary>
    public object? Answer(string method, object?[] args) => method switch
    {
        "Heads" => Positions(partition => _trimmed[partition] + _partitions[partition].Count),
        "Oldest" => Positions(partition => _trimmed[partition]),
        "Read" => Read((FeedQuery)args[0]!),
        _ => throw new InvalidOperationException(method),
    };

    private ImmutableArray<long> Positions(Func<int, long> position)
    {
        lock (_gate) return [.. Enumerable.Range(0, Shard.Count).Select(position)];
    }

    private async Task<object?> Read(FeedQuery query)
    {
        var began = Environment.TickCount64;
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            var page = ReadNow(query);
            if (!page.Events.IsEmpty || !page.Oldest.IsEmpty || Environment.TickCount64 - began >= query.Wait.TotalMilliseconds) return page;
            await look.WaitForNextTickAsync();
        }
    }

    private FeedPage ReadNow(FeedQuery query)
    {
        lock (_gate)
        {
            var (position, events) = (query.After.ToArray(), new List<FeedEvent>());
            for (var partition = 0; partition < Shard.Count; partition++)
            {
                if (query.Partition is { } only && only != partition) continue;
                if (position[partition] < _trimmed[partition]) return new([], query.After, false, [.. _trimmed]);
                foreach (var e in _partitions[partition].Skip((int)(position[partition] - _trimmed[partition])).Take(query.Max - events.Count))
                {
                    events.Add(e);
                    position[partition] = e.Sequence;
                }
            }

            return new([.. events], [.. position], events.Count == query.Max, []);
        }
    }
}
