using System.Globalization;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Orders;

/// <summary>Makes order numbers. One per process.</summary>
public interface IOrderNumbers
{
    /// <summary>A number that nobody else gets.</summary>
    /// <param name="customerShard">The customer's shard.</param>
    /// <param name="merchantShard">The merchant's shard.</param>
    /// <param name="live">Whether it is for the live side; a test order's number is of a region that no live one has.</param>
    ValueTask<OrderNumber> NextAsync(int customerShard, int merchantShard, bool live = true);
}

/// <summary>Makes order numbers from a leased node id and a millisecond for each pair of shards.</summary>
/// <remarks>
/// Numbers sort by millisecond of creation; within one millisecond by region, node and shards. For each pair of shards every
/// number takes a millisecond of its own: a pair that gets more than 1,000 a second runs ahead of the clock (its numbers still
/// sort among themselves in the order they were made), and one after a clock that was set back stays ahead until the clock has
/// caught up. How far ahead is bounded by what <see cref="NumberLeases"/> leases.
/// </remarks>
public sealed class OrderNumbers : IOrderNumbers
{
    private readonly long[] _last = new long[Shard.Count * Shard.Count];
    private readonly Func<NumberLease?, long, Task<NumberLease>> _lease;
    private readonly TimeProvider _clock;
    private readonly int _region;
    private readonly Lock _gate = new();
    private Held? _held;
    private Task<Held>? _renewal;

    // Made when the first test order comes: most processes never see one.
    private readonly Lazy<OrderNumbers>? _test;

    /// <summary>Numbers of a region, with leases from its grain.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The region is the test side's.</exception>
    public OrderNumbers(IGrainFactory grains, TimeProvider clock, int region = 0)
        : this(LeaseFrom(grains, region), clock, region)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(region, TestMode.Region);
        _test = new(() => new OrderNumbers(LeaseFrom(grains, TestMode.Region), clock, TestMode.Region));
    }

    internal OrderNumbers(Func<NumberLease?, long, Task<NumberLease>> lease, TimeProvider clock, int region = 0)
    {
        (_lease, _clock, _region) = (lease, clock, region);
    }

    /// <inheritdoc/>
    public ValueTask<OrderNumber> NextAsync(int customerShard, int merchantShard, bool live = true)
    {
        if (!live && _test is not null) return _test.Value.NextAsync(customerShard, merchantShard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)customerShard, (uint)Shard.Count, nameof(customerShard));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)merchantShard, (uint)Shard.Count, nameof(merchantShard));
        return TryNext(customerShard, merchantShard, out var number, out var held, out var needed)
            ? new(number)
            : new(NextAfterRenewal(customerShard, merchantShard, held, needed));
    }

    private static Func<NumberLease?, long, Task<NumberLease>> LeaseFrom(IGrainFactory grains, int region)
    {
        var leases = grains.GetGrain<INumberLeaseGrain>(region.ToString(CultureInfo.InvariantCulture));
        return leases.Lease;
    }

    internal static long TickOf(DateTimeOffset instant) => (instant - OrderNumber.Epoch).Ticks / TimeSpan.TicksPerMillisecond;

    private async Task<OrderNumber> NextAfterRenewal(int customerShard, int merchantShard, Held? held, long needed)
    {
        while (true)
        {
            await Renew(held, needed);
            if (TryNext(customerShard, merchantShard, out var number, out held, out needed)) return number;
        }
    }

    private bool TryNext(int customerShard, int merchantShard, out OrderNumber number, out Held? held, out long needed)
    {
        number = default;
        held = Volatile.Read(ref _held);
        var now = TickOf(_clock.GetUtcNow());
        needed = now;
        if (held is null) return false;

        ref var last = ref _last[customerShard * Shard.Count + merchantShard];
        while (true)
        {
            var before = Volatile.Read(ref last);
            var tick = Math.Max(Math.Max(now, before + 1), held.Lease.FromTick);
            if (tick >= held.Lease.ToTick)
            {
                needed = tick;
                return false;
            }

            // Whoever lost this race takes the next millisecond. A lease that was replaced meanwhile is still ours to use up.
            if (Interlocked.CompareExchange(ref last, tick, before) != before) continue;
            number = OrderNumber.Create(tick, _region, held.Lease.Node, customerShard, merchantShard);
            return true;
        }
    }

    private Task<Held> Renew(Held? held, long needed)
    {
        lock (_gate)
        {
            // Somebody else renewed since this caller looked.
            if (_held is { } newer && !ReferenceEquals(newer, held)) return Task.FromResult(newer);
            if (_renewal is null or { IsCompleted: true }) _renewal = Lease(held, needed);
            return _renewal;
        }
    }

    private async Task<Held> Lease(Held? held, long needed)
    {
        var renewed = new Held(await _lease(held?.Lease, needed));
        Volatile.Write(ref _held, renewed);
        return renewed;
    }

    private sealed record Held(NumberLease Lease);
}
