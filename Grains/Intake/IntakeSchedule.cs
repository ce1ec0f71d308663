namespace OrderActors.Intake;

/// <summary>The arithmetic of the drain: who may start an order when. Pure.</summary>
/// <remarks>
/// A second has as many moments as the rate says, evenly spread; seconds follow each other without a seam, so the moments
/// are one even grid for as long as the rate stays. Each moment belongs to one partition, and every partition reckons for
/// itself, from the quotas of all, which are its own. So the sum is exact whatever the shares are, and no partition asks
/// another.
/// </remarks>
internal static class IntakeSchedule
{
    /// <summary>The highest rate, in orders a second.</summary>
    public const int MaxRate = 100_000;

    /// <summary>How long a grant lasts.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How late a moment can still be used. What was missed for longer is not made up for: a stall must not be followed by
    /// more than the rate. A tenth of a second is two hundredths of the five seconds in which the rate has to be right.
    /// </summary>
    public static readonly TimeSpan MaxLate = TimeSpan.FromMilliseconds(100);

    /// <summary>Shares a rate out: evenly, and what one partition cannot use goes to the others.</summary>
    /// <param name="rate">Orders in all.</param>
    /// <param name="startable">How many each partition could start.</param>
    /// <param name="turn">Who gets one more where it does not come out even; another one each time.</param>
    public static int[] Split(int rate, ReadOnlySpan<long> startable, int turn)
    {
        var quotas = new int[startable.Length];
        var rest = rate;
        while (rest > 0)
        {
            var wanting = 0;
            for (var i = 0; i < quotas.Length; i++) wanting += quotas[i] < startable[i] ? 1 : 0;
            if (wanting == 0) break;
            var share = Math.Max(1, rest / wanting);
            for (var n = 0; n < quotas.Length && rest > 0; n++)
            {
                var i = (n + turn) % quotas.Length;
                var more = (int)Math.Min(Math.Min(share, rest), startable[i] - quotas[i]);
                if (more <= 0) continue;
                quotas[i] += more;
                rest -= more;
            }
        }

        return quotas;
    }

    /// <summary>
    /// Which of the second's moments is a partition's n-th, from 0. The n-th of q wants to lie at (n + ½)/q of the way; this
    /// is its rank among the wishes of all, so that no two partitions get the same moment and none is left out.
    /// </summary>
    public static int MomentOf(ReadOnlySpan<int> quotas, int partition, int n)
    {
        long own = quotas[partition];
        var moment = (long)n;
        for (var i = 0; i < quotas.Length; i++)
        {
            if (i == partition) continue;

            // Others' wishes before this one: (2l + 1)/2q' < (2n + 1)/2q; of equal ones the lower partition's is first.
            var bound = ((2L * n) + 1) * quotas[i];
            var before = ((i < partition ? bound : bound - 1) / own) + 1;
            moment += bound == 0 ? 0 : Math.Min(quotas[i], before / 2);
        }

        return (int)moment;
    }

    /// <summary>When a partition's n-th moment is.</summary>
    public static DateTimeOffset DueAt(IntakeGrant grant, int partition, int n) =>
        grant.From + TimeSpan.FromTicks(Period.Ticks * (MomentOf(grant.Quotas.AsSpan(), partition, n) + 1L) / grant.Rate);
}

/// <summary>The moments at which one partition may start an order. In memory only: after a crash there are new ones.</summary>
/// <param name="partition">The partition.</param>
internal sealed class IntakeSlots(int partition)
{
    private readonly Queue<IntakeGrant> _grants = new();
    private IntakeGrant? _newest;
    private int _next;

    /// <summary>Moments that passed unused.</summary>
    public long Missed { get; private set; }

    /// <summary>When the next moment is; null when none is granted.</summary>
    public DateTimeOffset? Next
    {
        get
        {
            Drop();
            return _grants.TryPeek(out var grant) ? IntakeSchedule.DueAt(grant, partition, _next) : null;
        }
    }

    /// <summary>How many moments are left.</summary>
    public int Left
    {
        get
        {
            Drop();
            return _grants.Sum(grant => grant.Quotas[partition]) - _next;
        }
    }

    /// <summary>Takes a grant, unless it is void: of an older epoch, or of a second that was granted before.</summary>
    public void Add(IntakeGrant grant)
    {
        if (_newest is { } newest)
        {
            if (grant.Epoch < newest.Epoch) return;
            if (grant.Epoch == newest.Epoch && grant.From < newest.From + IntakeSchedule.Period) return;
            if (grant.Epoch > newest.Epoch) Clear();
        }

        _newest = grant;
        _grants.Enqueue(grant);
    }

    /// <summary>
    /// Passes over what has been there for too long. The last moment that passed is kept for a second all the same: a process that is
    /// held up again and again must come to something, and one order more is no burst.
    /// </summary>
    public void Expire(DateTimeOffset now)
    {
        while (Next is { } due && now - due > IntakeSchedule.MaxLate)
        {
            if (now - due <= IntakeSchedule.Period && !(Following <= now)) return;
            _next++;
            Missed++;
        }
    }

    /// <summary>The moment after the next one.</summary>
    private DateTimeOffset? Following
    {
        get
        {
            var n = _next + 1;
            foreach (var grant in _grants)
            {
                if (n < grant.Quotas[partition]) return IntakeSchedule.DueAt(grant, partition, n);
                n -= grant.Quotas[partition];
            }

            return null;
        }
    }

    /// <summary>Takes the next moment, if it is there.</summary>
    public bool TryTake(DateTimeOffset now)
    {
        Expire(now);
        if (!(Next <= now)) return false;
        _next++;
        return true;
    }

    private void Clear()
    {
        _grants.Clear();
        _next = 0;
    }

    private void Drop()
    {
        while (_grants.TryPeek(out var grant) && _next >= grant.Quotas[partition])
        {
            _grants.Dequeue();
            _next = 0;
        }
    }
}
