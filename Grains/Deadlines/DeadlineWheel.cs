using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Deadlines;

/// <summary>Who waits: one of an order's grains, or a grain with a key of its own.</summary>
internal readonly record struct Waiter(OrderNumber Order, DeadlineOwner Owner, string? Key = null) : IComparable<Waiter>
{
    public int CompareTo(Waiter other)
    {
        if (Order.CompareTo(other.Order) is var order and not 0) return order;
        return Owner.CompareTo(other.Owner) is var owner and not 0 ? owner : string.CompareOrdinal(Key, other.Key);
    }

    public static implicit operator Waiter(OrderNumber order) => new(order, DeadlineOwner.Order);
}

/// <summary>A deadline on its way to who waits.</summary>
/// <param name="Waiter">Who waits.</param>
/// <param name="Deadline">What is due.</param>
/// <param name="Sequence">The log sequence it was learnt from.</param>
/// <param name="Failures">How often it was fired in vain.</param>
/// <param name="Refusals">How often of these the order refused and yet kept it open, as when its clock is behind.</param>
internal readonly record struct Firing(Waiter Waiter, Deadline Deadline, long Sequence, int Failures = 0, int Refusals = 0);

/// <summary>
/// The open deadlines of many orders, the earliest first. Pure: no clock, no I/O.
/// </summary>
/// <remarks>
/// A deadline that is closed stays in the queue until its turn comes and is then skipped, because a heap cannot be searched.
/// When more of the queue is closed than open it is built anew, so that memory follows what is open.
/// </remarks>
internal sealed class DeadlineWheel
{
    private const int SmallQueue = 1_024;

    private readonly Dictionary<Waiter, OpenDeadlines> _open = [];
    private readonly HashSet<(Waiter Waiter, Deadline Deadline)> _firing = [];
    private PriorityQueue<Firing, (long Due, Waiter Waiter, DeadlineKind Kind)> _queue = new();

    /// <summary>How many deadlines are open, those being fired included.</summary>
    public int Count { get; private set; }

    /// <summary>How many grains have open deadlines: an order counts once, its payment and its refunds once more each.</summary>
    public int Waiters => _open.Count;

    /// <summary>When there is something to look at next; null when there is nothing. What is there may be closed already.</summary>
    public DateTimeOffset? NextDue => _queue.TryPeek(out _, out var at) ? new DateTimeOffset(at.Due, TimeSpan.Zero) : null;

    /// <summary>Entries of the queue, closed ones included; for tests.</summary>
    internal int Queued => _queue.Count;

    /// <summary>Takes up where a stored shard left off.</summary>
    public void Load(IEnumerable<OpenDeadlines> orders)
    {
        foreach (var order in orders) Replace(new Waiter(order.Order, order.Owner, order.Key), order.Sequence, order.Deadlines);
    }

    /// <summary>These are all deadlines of a grain now; an older word than the last one changes nothing. True if anything changed.</summary>
    public bool Replace(Waiter waiter, long sequence, ImmutableArray<Deadline> deadlines)
    {
        var known = _open.GetValueOrDefault(waiter);
        if (known is not null && sequence <= known.Sequence) return false;
        if (deadlines.IsDefaultOrEmpty) return known is not null && Forget(known);

        Count += deadlines.Length - (known?.Deadlines.Length ?? 0);
        _open[waiter] = new OpenDeadlines(waiter.Order, sequence, deadlines, waiter.Owner, waiter.Key);
        foreach (var deadline in deadlines)
        {
            // What is open already is in the queue, or on its way to the order.
            if (known is null || !known.Deadlines.Contains(deadline)) Enqueue(new Firing(waiter, deadline, sequence), deadline.Due);
        }

        Tidy();
        return true;
    }

    /// <summary>Takes up to <paramref name="max"/> deadlines that are due, the earliest first. Each has to be given back to <see
    /// cref="Done"/> or <see cref="Again"/>.</summary>
    public List<Firing> TakeDue(DateTimeOffset now, int max)
    {
        var due = new List<Firing>();
        while (due.Count < max && _queue.TryPeek(out var next, out var at) && at.Due <= now.UtcTicks)
        {
            _queue.Dequeue();

            // Closed meanwhile, or queued twice because it was closed and opened again.
            if (IsOpen(next) && _firing.Add((next.Waiter, next.Deadline))) due.Add(next);
        }

        return due;
    }

    /// <summary>The order answered: the deadline is closed. True if it was open.</summary>
    public bool Done(Firing fired)
    {
        _firing.Remove((fired.Waiter, fired.Deadline));
        if (!IsOpen(fired)) return false;
        var known = _open[fired.Waiter];
        var rest = known.Deadlines.Remove(fired.Deadline);
        Count--;

        // The sequence stays: an older event must not bring it back.
        if (rest.IsEmpty) _open.Remove(fired.Waiter);
        else _open[fired.Waiter] = known with { Deadlines = rest };
        return true;
    }

    /// <summary>The order did not answer, or refused and kept it open: if it still is, it is due again at a later moment.</summary>
    public void Again(Firing fired, DateTimeOffset at, bool refused)
    {
        _firing.Remove((fired.Waiter, fired.Deadline));
        if (IsOpen(fired)) Enqueue(fired with { Failures = fired.Failures + 1, Refusals = fired.Refusals + (refused ? 1 : 0) }, at);
    }

    /// <summary>Everything that is open, as it is to be stored.</summary>
    public ImmutableArray<OpenDeadlines> ToState() => [.. _open.Values];

    private bool IsOpen(Firing firing) => _open.TryGetValue(firing.Waiter, out var known) && known.Deadlines.Contains(firing.Deadline);

    private bool Forget(OpenDeadlines known)
    {
        _open.Remove(new Waiter(known.Order, known.Owner, known.Key));
        Count -= known.Deadlines.Length;
        Tidy();
        return true;
    }

    private void Enqueue(Firing firing, DateTimeOffset at) => _queue.Enqueue(firing, (at.UtcTicks, firing.Waiter, firing.Deadline.Kind));

    private void Tidy()
    {
        if (_queue.Count < SmallQueue || _queue.Count < 2 * Count) return;

        // Retries keep their later time, which is why the queue is filtered and not made from what is open.
        var seen = new HashSet<(Waiter, Deadline)>(Count);
        var kept = _queue.UnorderedItems.Where(item => IsOpen(item.Element) && seen.Add((item.Element.Waiter, item.Element.Deadline))).ToArray();
        _queue = new PriorityQueue<Firing, (long Due, Waiter Waiter, DeadlineKind Kind)>(kept);
    }
}
