using OrderActors.Values;

namespace OrderActors;

/// <summary>
/// The orders that ended last. A try to reserve something for one that comes late (sent again, or overtaken by its own undoing) must not
/// take what nobody would give back.
/// </summary>
internal sealed class RecentEnds
{
    /// <summary>Many times what ends while a call is on its way.</summary>
    private const int Most = 4_096;

    private readonly HashSet<OrderNumber> _orders = [];
    private readonly Queue<OrderNumber> _oldest = [];

    public void Add(OrderNumber order)
    {
        if (!_orders.Add(order)) return;
        _oldest.Enqueue(order);
        if (_oldest.Count > Most) _orders.Remove(_oldest.Dequeue());
    }

    public bool Contains(OrderNumber order) => _orders.Contains(order);
}
