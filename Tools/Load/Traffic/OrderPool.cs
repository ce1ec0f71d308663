using System.Diagnostics.CodeAnalysis;

namespace OrderActors.Tools.Load.Traffic;

/// <summary>An order that something can be done to.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Courier">The courier who has it; null for none.</param>
internal sealed record KnownOrder(string Number, string? Courier = null);

/// <summary>Orders that wait for the same step. Bounded: when it is full the oldest is forgotten. Used by many connections at once.</summary>
/// <param name="size">How many it holds.</param>
/// <param name="oldestFirst">Whether the oldest is taken; otherwise the newest, whose deadlines are farthest away.</param>
internal sealed class OrderPool(int size, bool oldestFirst = false)
{
    private readonly KnownOrder?[] _orders = new KnownOrder?[size];
    private readonly Lock _lock = new();
    private int _first;
    private int _count;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _count;
        }
    }

    public void Add(KnownOrder order)
    {
        lock (_lock)
        {
            _orders[(_first + _count) % size] = order;
            if (_count < size) _count++;
            else _first = (_first + 1) % size;
        }
    }

    /// <summary>Takes one out.</summary>
    public bool TryTake([NotNullWhen(true)] out KnownOrder? order)
    {
        lock (_lock)
        {
            order = null;
            if (_count == 0) return false;
            var at = oldestFirst ? _first : (_first + _count - 1) % size;
            (order, _orders[at]) = (_orders[at]!, null);
            _count--;
            if (oldestFirst) _first = (_first + 1) % size;
            return true;
        }
    }

    /// <summary>Shows any one of them.</summary>
    public bool TryLook([NotNullWhen(true)] out KnownOrder? order)
    {
        lock (_lock)
        {
            order = _count == 0 ? null : _orders[(_first + Random.Shared.Next(_count)) % size];
            return order is not null;
        }
    }
}
