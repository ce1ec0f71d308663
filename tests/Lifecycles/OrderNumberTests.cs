using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles;

public class OrderNumberTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static IEnumerable<OrderNumber> Some(int count) => Enumerable.Range(0, count)
        .Select(i => OrderNumber.Create(i * 2_345_678_901L % OrderNumber.MaxTick, i % 10, i * 7 % 100, i * 11 % 120, i * 13 % 120));

    [Fact]
    public void A_number_is_20_digits_and_comes_back_with_all_its_parts()
    {
        foreach (var n in Some(500))
        {
            Assert.Equal(20, n.ToString().Length);
            Assert.Equal(n, OrderNumber.Parse(n.ToString()));
            Assert.Equal(n, OrderNumber.Create(OrderNumbers.TickOf(n.CreatedAt), n.Region, n.Node, n.CustomerShard, n.MerchantShard));
        }
    }

    [Fact]
    public void Every_wrong_digit_and_every_swap_of_neighbours_is_caught()
    {
        foreach (var text in Some(300).Select(n => n.ToString()))
        {
            for (var i = 0; i < text.Length; i++)
            {
                for (var digit = '0'; digit <= '9'; digit++)
                {
                    if (digit != text[i]) Assert.False(OrderNumber.TryParse(text[..i] + digit + text[(i + 1)..], out _, out _));
                }

                if (i + 1 < text.Length && text[i] != text[i + 1])
                    Assert.False(OrderNumber.TryParse(text[..i] + text[i + 1] + text[i] + text[(i + 2)..], out _, out _));
            }
        }
    }

    [Fact]
    public void Numbers_sort_as_text_by_the_time_they_were_made()
    {
        var numbers = Some(500).ToList();
        Assert.Equal(numbers.Order().Select(n => n.ToString()), numbers.Select(n => n.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(numbers.Select(n => n.CreatedAt).Order(), numbers.Order().Select(n => n.CreatedAt));
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("123", "3 characters")]
    [InlineData("1234567890123456789x", "character 20 is 'x'")]
    [InlineData("12345678901234567890", "check digit")]
    public void A_bad_number_is_told_what_is_wrong(string? text, string expected)
    {
        Assert.False(OrderNumber.TryParse(text, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_are_even()
    {
        var counts = Enumerable.Range(0, 120_000).GroupBy(i => Shard.Of($"m{i}")).Select(g => g.Count()).ToList();
        Assert.Equal(120, counts.Count);
        Assert.InRange(counts.Min(), 850, 1_000);
        Assert.InRange(counts.Max(), 1_000, 1_150);
    }

    [Fact]
    public async Task A_million_numbers_of_four_nodes_are_all_different()
    {
        var (leases, clock) = (new LeaseKeeper(Now), new ManualClock(Now));
        var nodes = Enumerable.Range(0, 4).Select(_ => new OrderNumbers(leases.Lease, clock)).ToList();
        var seen = new HashSet<OrderNumber>(1_000_000);
        for (var i = 0; i < 250_000; i++)
        {
            foreach (var node in nodes) Assert.True(seen.Add(await node.NextAsync(i % 120, i / 120 % 7)));
            if (i % 1_000 == 0) clock.Now += TimeSpan.FromMilliseconds(1);
        }
    }

    [Fact]
    public async Task Threads_never_get_the_same_number_even_of_one_pair_of_shards()
    {
        var numbers = new OrderNumbers(new LeaseKeeper(Now).Lease, new ManualClock(Now));
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var mine = new OrderNumber[50_000];
            for (var i = 0; i < mine.Length; i++) mine[i] = await numbers.NextAsync(1, 2);
            return mine;
        })));
        Assert.All(all, mine => Assert.Equal(mine.Order(), mine));
        Assert.Equal(200_000, all.SelectMany(n => n).Distinct().Count());
    }

    [Fact]
    public async Task A_hundred_thousand_numbers_a_second_fall_on_one_pair()
    {
        var numbers = new OrderNumbers(new LeaseKeeper(Now).Lease, new ManualClock(Now));
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 1_000_000; i++) await numbers.NextAsync(1, 2);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task A_clock_that_goes_back_or_jumps_ahead_makes_no_number_twice_and_keeps_the_order()
    {
        var (leases, clock) = (new LeaseKeeper(Now), new ManualClock(Now));
        var numbers = new OrderNumbers(leases.Lease, clock);
        var made = new List<OrderNumber>();
        foreach (var minutes in new[] { 0, -30, 5, 25, -60, 0 })
        {
            clock.Now = Now.AddMinutes(minutes);
            for (var i = 0; i < 1_000; i++) made.Add(await numbers.NextAsync(3, 4));
        }

        Assert.Equal(made.Order().Distinct(), made);
        Assert.Single(made.Select(n => n.Node).Distinct());
    }

    [Fact]
    public void Leases_of_one_node_never_overlap_whatever_the_clock_says()
    {
        var (leases, granted, held) = (new NumberLeases(), new List<NumberLease>(), (NumberLease?)null);
        for (var i = 0; i < 1_000; i++)
        {
            var now = 1_000_000_000L + (i % 7 - 3) * 600_000L;
            var (next, lease) = leases.Lease(i % 3 == 0 ? held : null, now + i, now);
            Assert.True(lease.ToTick > now + i);
            (leases, held) = (next, i % 2 == 0 ? lease : held);
            granted.Add(lease);
        }

        foreach (var node in granted.GroupBy(l => l.Node))
            Assert.All(node.Zip(node.Skip(1)), pair => Assert.True(pair.First.ToTick <= pair.Second.FromTick));
        Assert.Equal(100, granted.Select(l => l.Node).Distinct().Count());
        Json.AssertRoundTrip(leases);
        Assert.Equal(100, Json.Empty<NumberLeases>().Horizons.Length);
    }

    [Fact]
    public void A_lease_is_extended_while_it_is_the_nodes_newest_and_refused_beyond_a_day()
    {
        var (leases, first) = new NumberLeases().Lease(null, 0, 5_000_000);
        var (later, second) = leases.Lease(first, 0, 5_000_000);
        Assert.Equal((first.Node, first.ToTick), (second.Node, second.FromTick));
        Assert.NotEqual(first.Node, later.Lease(first, 0, 5_000_000).Reply.Node);
        Assert.Throws<InvalidOperationException>(() => later.Lease(second, 5_000_000 + NumberLeases.MaxAheadTicks, 5_000_000));
    }

    private sealed class LeaseKeeper(DateTimeOffset now)
    {
        private readonly Lock _gate = new();
        private NumberLeases _leases = new();

        public Task<NumberLease> Lease(NumberLease? held, long until)
        {
            lock (_gate)
            {
                (_leases, var lease) = _leases.Lease(held, until, OrderNumbers.TickOf(now));
                return Task.FromResult(lease);
            }
        }
    }

    private sealed class ManualClock(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
