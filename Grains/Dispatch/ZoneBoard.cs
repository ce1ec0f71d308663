using System.Collections.Immutable;
using OrderActors.Values;
using Orleans.Runtime;

namespace OrderActors.Dispatch;

/// <summary>
/// Who waits and who is free in a zone. Pure: no clock, no I/O.
/// </summary>
/// <remarks>
/// An old change must never override a newer one, even after the order or courier it names has left the board. Remembering
/// everyone who left would grow for ever. It is not needed: all events of one order or courier are in one log partition and
/// come in its order, so one number per partition, the newest sequence taken in, tells every old change.
/// </remarks>
internal sealed class ZoneBoard
{
    private readonly Dictionary<OrderNumber, WaitingOrder> _waiting = [];
    private readonly Dictionary<string, IdleCourier> _idle = new(StringComparer.Ordinal);
    private readonly long[] _seen = new long[Shard.Count];

    /// <summary>Takes up where a stored zone left off.</summary>
    public ZoneBoard(DispatchState state)
    {
        foreach (var order in state.Waiting) _waiting[order.Order] = order;
        foreach (var courier in state.Idle) _idle[courier.Courier] = courier;
        state.Seen.AsSpan().CopyTo(_seen);
    }

    /// <summary>Grows with every change of what is stored, so that a writer knows whether it is up to date.</summary>
    public long Revision { get; private set; }

    /// <summary>Orders that wait, in no particular order.</summary>
    public IReadOnlyCollection<WaitingOrder> Waiting => _waiting.Values;

    /// <summary>Couriers who are free, in no particular order.</summary>
    public IReadOnlyCollection<IdleCourier> Idle => _idle.Values;

    /// <summary>Takes in changes, in order: all, or none when the bounds would be passed.</summary>
    /// <exception cref="LimitExceededException">The zone is full.</exception>
    public void Apply(ImmutableArray<ZoneChange> changes, int maxWaiting, int maxIdle)
    {
        // Counted without those that leave in the same batch; the consumer then comes again with single changes.
        var waiting = changes.Where(c => c.Waiting is { } w && !_waiting.ContainsKey(w.Order)).Select(c => c.Waiting!.Order).Distinct().Count();
        var idle = changes.Where(c => c.Idle is { } i && !_idle.ContainsKey(i.Courier)).Select(c => c.Idle!.Courier).Distinct().Count();
        ThrowIfFull("orders wait", waiting, _waiting.Count, maxWaiting, nameof(DispatchOptions.MaxWaiting));
        ThrowIfFull("couriers are free", idle, _idle.Count, maxIdle, nameof(DispatchOptions.MaxIdle));
        foreach (var change in changes) Apply(change);
    }

    /// <summary>A courier took an assignment or refused it: the courier leaves, unless something newer is known.</summary>
    public void Remove(string courier, long version)
    {
        if (Known(courier) == version && _idle.Remove(courier)) Revision++;
    }

    /// <summary>A courier took the order: it leaves, unless something newer is known.</summary>
    public void Remove(OrderNumber order, long version)
    {
        if (Known(order) == version && _waiting.Remove(order)) Revision++;
    }

    /// <summary>
    /// A free courier moved, or is not to be asked before a moment. Not worth a write: after a restart the place from the
    /// last event does until the next move.
    /// </summary>
    public bool Update(string courier, GeoPoint? location = null, DateTimeOffset? since = null)
    {
        if (!_idle.TryGetValue(courier, out var known)) return false;
        _idle[courier] = known with { Location = location ?? known.Location, Since = since ?? known.Since };
        return true;
    }

    /// <summary>Takes over what was another board's. What is known here already is newer.</summary>
    public void Adopt(ZoneShare share)
    {
        foreach (var order in share.Waiting.OrEmpty()) _waiting.TryAdd(order.Order, order);
        foreach (var courier in share.Idle.OrEmpty()) _idle.TryAdd(courier.Courier, courier);
        for (var partition = 0; partition < share.Seen.OrEmpty().Length; partition++)
            _seen[partition] = Math.Max(_seen[partition], share.Seen[partition]);
        Revision++;
    }

    /// <summary>Something that is stored with the board changed.</summary>
    public void Touch() => Revision++;

    /// <summary>Everybody left for another board.</summary>
    public void Clear()
    {
        _waiting.Clear();
        _idle.Clear();
        Revision++;
    }

    /// <summary>The zone as it is to be stored.</summary>
    public DispatchState ToState(ZoneSplit? split = null, bool adopted = false) => new()
    {
        Waiting = [.. _waiting.Values],
        Idle = [.. _idle.Values],
        Seen = [.. _seen],
        Split = split,
        Adopted = adopted,
    };

    private void Apply(ZoneChange change)
    {
        if (change.Waiting is { } order && IsNews(order.Order.CustomerShard, order.Version, Known(order.Order), change.Again))
        {
            _waiting[order.Order] = order;
            Revision++;
        }

        if (change.NotWaiting is { } left && OrderNumber.TryParse(left.Id, out var number, out _)
            && IsNews(number.CustomerShard, left.Version, Known(number), change.Again) && _waiting.Remove(number))
        {
            Revision++;
        }

        if (change.Idle is { } courier && IsNews(Shard.Of(courier.Courier), courier.Version, Known(courier.Courier), change.Again))
        {
            _idle[courier.Courier] = courier;
            Revision++;
        }

        if ((change.NotIdle ?? change.Elsewhere) is { } busy && IsNews(Shard.Of(busy.Id), busy.Version, Known(busy.Id), change.Again) && _idle.Remove(busy.Id))
        {
            Revision++;
        }
    }

    private bool IsNews(int partition, long version, long known, bool again)
    {
        if (again) return version > known;
        if (version <= _seen[partition]) return false;

        // Stored with the next write; if it is lost, an old change may come in once more, and is judged by whom it is about.
        _seen[partition] = version;
        return true;
    }

    /// <summary>What the board knows of an order: the version, or 0 when it does not wait.</summary>
    public long Known(OrderNumber order) => _waiting.TryGetValue(order, out var known) ? known.Version : 0;

    private long Known(string courier) => _idle.TryGetValue(courier, out var known) ? known.Version : 0;

    private static void ThrowIfFull(string what, int more, int present, int max, string option)
    {
        if (more > 0 && present + more > max)
        {
            throw new LimitExceededException(
                $"{present} {what} in this zone and {more} more would pass {nameof(DispatchOptions)}.{option}, which is {max}. Nothing was taken in.");
        }
    }
}
