using System.Collections.Immutable;
using OrderActors.Broadcast;

namespace OrderActors.Governance;

/// <summary>Counts, in memory, the orders of merchants and couriers that go by, until it is time to tell. Pure but for what it remembers.</summary>
internal sealed class TrafficTally
{
    /// <summary>How often what was seen is told.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    // A partition sees a hundredth of the orders; whom it sees least in a period is nobody's hot merchant.
    private const int MostCounted = 4_096;
    private const int MostTold = 256;

    private readonly Dictionary<(TrafficKind Kind, string Id), long> _counts = [];
    private DateTimeOffset _toldAt;

    /// <summary>Takes events in.</summary>
    public void Add(IReadOnlyList<LoggedEvent> page)
    {
        foreach (var logged in page)
        {
            if (logged.Event is not OrderEvent { Livemode: true } e) continue;
            if (e.Type == EventTypes.OrderCreated) Add(TrafficKind.Merchant, e.Merchant);
            else if (e is { Type: EventTypes.DeliveryAssigned, Courier: { } courier }) Add(TrafficKind.Courier, courier);
        }
    }

    /// <summary>What there is to tell, if it is time; then it begins anew.</summary>
    public ImmutableArray<Traffic> Take(DateTimeOffset now)
    {
        if (_toldAt == default) _toldAt = now;
        return now - _toldAt < Period || _counts.Count == 0 ? [] : TakeAll(now);
    }

    /// <summary>What there is to tell.</summary>
    public ImmutableArray<Traffic> TakeAll(DateTimeOffset now)
    {
        _toldAt = now;
        ImmutableArray<Traffic> seen =
        [
            .. _counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key.Id, StringComparer.Ordinal).Take(MostTold)
                .Select(count => new Traffic(count.Key.Kind, count.Key.Id, count.Value)),
        ];
        _counts.Clear();
        return seen;
    }

    private void Add(TrafficKind kind, string id)
    {
        if (_counts.TryGetValue((kind, id), out var before) || _counts.Count < MostCounted) _counts[(kind, id)] = before + 1;
    }
}
