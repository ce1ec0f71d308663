using System.Collections.Immutable;
using OrderActors.Governance;
using Xunit;

namespace OrderActors.Tests.Lifecycles.Governance;

/// <summary>Whom a host warms up with: the busiest of today and of the last day before.</summary>
public sealed class TrafficTests
{
    private static readonly DateOnly Monday = new(2026, 3, 2);

    [Fact]
    public void Counts_add_up_and_the_busiest_come_first()
    {
        var state = Seen(Seen(new(), Monday, Merchant("a", 2), Merchant("b", 1)), Monday, Merchant("b", 4), new(TrafficKind.Courier, "k", 9));
        Assert.Equal<Traffic>([Merchant("b", 5), Merchant("a", 2)], TrafficLifecycle.Busiest(state, TrafficKind.Merchant, 10).AsEnumerable());
        Assert.Equal(Merchant("b", 5), Assert.Single(TrafficLifecycle.Busiest(state, TrafficKind.Merchant, 1)));
        Assert.Equal("k", Assert.Single(TrafficLifecycle.Busiest(state, TrafficKind.Courier, 10)).Id);
    }

    [Fact]
    public void Yesterday_counts_until_there_is_another_one()
    {
        var state = Seen(Seen(new(), Monday, Merchant("old", 7)), Monday.AddDays(1), Merchant("new", 1));
        Assert.Equal(["old", "new"], TrafficLifecycle.Busiest(state, TrafficKind.Merchant, 10).Select(t => t.Id));

        // After a holiday yesterday is the last day that had any.
        state = Seen(state, Monday.AddDays(9), Merchant("late", 1));
        Assert.Equal(["late", "new"], TrafficLifecycle.Busiest(state, TrafficKind.Merchant, 10).Select(t => t.Id));
    }

    [Fact]
    public void What_is_kept_is_bounded_and_a_clock_that_goes_back_changes_no_day()
    {
        var many = Enumerable.Range(0, TrafficLifecycle.Kept + 50).Select(n => Merchant($"m{n:0000}", n + 1)).ToImmutableArray();
        var state = TrafficLifecycle.Count(new(), many, Monday);
        Assert.Equal(TrafficLifecycle.Kept, state.Today.Length);
        Assert.DoesNotContain(state.Today, t => t.Id == "m0000");
        var again = Seen(state, Monday.AddDays(-1), Merchant("m1000", 1));
        Assert.Equal((Monday, 0), (again.Day, again.Before.Length));
        Assert.Same(state, TrafficLifecycle.Count(state, [], Monday.AddDays(1)));
    }

    [Fact]
    public void A_tally_tells_once_a_period_and_begins_anew()
    {
        var tally = new TrafficTally();
        var now = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
        Assert.Empty(tally.Take(now));
        tally.Add([]);
        Assert.Empty(tally.Take(now + TrafficTally.Period));
        Assert.Empty(tally.TakeAll(now));
    }

    private static Traffic Merchant(string id, long orders) => new(TrafficKind.Merchant, id, orders);

    private static TrafficState Seen(TrafficState state, DateOnly day, params ImmutableArray<Traffic> seen) => TrafficLifecycle.Count(state, seen, day);
}
