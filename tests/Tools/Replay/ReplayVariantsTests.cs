using System.Collections.Immutable;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Tools;
using OrderActors.Tools.Replay;
using OrderActors.Values;

namespace OrderActors.Tests.Tools.Replay;

public class ReplayVariantsTests
{
    private static readonly ReplayVariants Updates = new(Updates: true);
    private static readonly ReplayVariants Preposition = new(Preposition: true);

    [Fact]
    public void An_order_placed_while_its_courier_drives_to_the_restaurant_is_right_with_updates_and_a_breach_without()
    {
        var day = AssignedAt(5);
        Assert.Empty(Check(TinyDay.Instance, day, Updates));
        Assert.Equal([Rule.AssignedAfterPlacement], Rules(TinyDay.Instance, day, default));
    }

    [Fact]
    public void With_updates_nothing_is_taken_on_after_the_arrival_and_nobody_is_sent_for_nothing()
    {
        // c1 is told at 5 and there at 8; o2 is placed a minute later.
        var orders = TinyDay.Instance.Orders;
        var late = TinyDay.Instance with { Orders = orders.SetItem(1, orders[1] with { PlacementMinute = 9 }) };
        var day = AssignedAt(5);
        day = day with { Outcomes = day.Outcomes.SetItem(1, day.Outcomes[1] with { PlacementMinute = 9 }) };
        Assert.Equal([Rule.AssignedAfterPlacement], Rules(late, day, Updates));

        // Neither o1 nor o2 is placed before 5.
        Assert.Contains(Rule.AssignedAfterPlacement, Rules(TinyDay.Instance, AssignedAt(4), Updates));
    }

    [Fact]
    public void A_ride_without_an_order_is_right_with_prepositioning_and_a_breach_without()
    {
        var day = SentToR2At(40);
        Assert.Empty(Check(TinyDay.Instance, day, Preposition));
        Assert.Equal([Rule.MovesFollowAssignments], Rules(TinyDay.Instance, day, Updates));

        var last = TinyDay.Solution with { Moves = TinyDay.Solution.Moves.Add(new("c2", 59, "o3", "r1")) };
        Assert.Empty(Check(TinyDay.Instance, last, Preposition));
        Assert.Equal([Rule.MovesFollowAssignments], Rules(TinyDay.Instance, last, default));
    }

    [Theory]
    [InlineData(38, "AssignedWhenIdle", "solution_info_couriers.txt")]
    [InlineData(95, "AssignedWhenIdle", "solution_info_assignments.txt")]
    public void With_prepositioning_nobody_is_sent_off_while_busy_or_told_anything_on_the_way(int minute, string rule, string file)
    {
        // c1 is idle at 39, and told again at 100; the ride is seven minutes.
        var breach = Assert.Single(Check(TinyDay.Instance, SentToR2At(minute), Preposition));
        Assert.Equal((rule, file), (breach.Rule.ToString(), breach.File));
    }

    [Fact]
    public void With_prepositioning_nobody_is_sent_off_after_the_shift_or_from_elsewhere()
    {
        var late = TinyDay.Solution with { Moves = TinyDay.Solution.Moves.Add(new("c2", 91, "o3", "r1")) };
        Assert.Equal([Rule.AssignedOnShift], Rules(TinyDay.Instance, late, Preposition));
        var elsewhere = TinyDay.Solution with { Moves = TinyDay.Solution.Moves.Add(new("c2", 59, "r2", "r1")) };
        Assert.Equal([Rule.MovesChain], Rules(TinyDay.Instance, elsewhere, Preposition));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_variant_obeys_its_own_rules_breaks_the_plain_ones_and_comes_out_the_same_again(bool updates, bool preposition)
    {
        using var folder = new TemporaryFolder();
        var (variants, broken) = (new ReplayVariants(updates, preposition), 0);
        foreach (var seed in new[] { 1, 2, 3 })
        {
            var instance = SmallDay.Of(seed);
            var to = folder.Combine($"one{seed}");
            var report = ReplaySet.RunDay(instance, to, ReplayPolicy.Of(ReplayPolicy.Optimised), out _, variants);
            Assert.True(report.Breaches.IsEmpty, $"seed={seed}: {string.Join("; ", report.Breaches)}");
            Assert.True(report.Measures!.Delivered > instance.Orders.Length / 2, $"seed={seed}: {report.Measures.Delivered} delivered");
            broken += SolutionChecker.Check(instance, to).Breaches.Length;

            var again = folder.Combine($"two{seed}");
            ReplaySet.RunDay(instance, again, ReplayPolicy.Of(ReplayPolicy.Optimised), out _, variants);
            foreach (var file in Directory.GetFiles(to).Where(file => !file.EndsWith(DecisionTable.File, StringComparison.Ordinal)))
                Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(again, Path.GetFileName(file))));
        }

        Assert.NotEqual(0, broken);
    }

    [Fact]
    public void A_courier_leaves_with_a_second_order_to_the_same_door_but_does_not_wait_an_hour_for_one()
    {
        var travel = new PlanarTravel(TinyDay.Instance.Parameters);
        var now = new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
        WaitingOrder sentFor = Order(1, ready: 5), sameTime = Order(2, ready: 5), muchLater = Order(3, ready: 60);
        var arrived = new IdleCourier("c1", PlanarTravel.ToPoint(new Place(0, 0)), now, now.AddHours(2), 20, 1);

        Assert.Equal([sentFor.Order, sameTime.Order], Leave(sentFor, sameTime).Order());
        Assert.Equal([sentFor.Order], Leave(sentFor, muchLater));

        IEnumerable<OrderNumber> Leave(params WaitingOrder[] waiting) =>
            AssignmentUpdate.Decide(new DispatchInput(now, waiting, [arrived], travel), "c1", [sentFor.Order]);

        WaitingOrder Order(int n, int ready) => new(
            OrderNumber.Create(n, 0, 0, 1, 1), PlanarTravel.ToPoint(new Place(0, 0)), PlanarTravel.ToPoint(new Place(500, 0)),
            now.AddMinutes(-10), now.AddMinutes(ready), 1, "r1");
    }

    [Fact]
    public void An_idle_courier_goes_where_orders_are_expected_and_nobody_stands_and_stays_where_they_are()
    {
        var prepositioning = new Prepositioning(TinyDay.Instance, new PlanarTravel(TinyDay.Instance.Parameters));
        var (r1, r2) = (new Place(0, 0), new Place(1000, 0));
        Demand[] demand = [new Demand(PlanarTravel.ToPoint(r1), 4), new Demand(PlanarTravel.ToPoint(r2), 4)];

        // 4 is what about one order in 20 minutes comes to.
        Assert.Equal([("c1", "r2", 10)], Moves(new("c1", r1, 100, true), new("c2", r1, 100, true)));
        Assert.Equal([("c2", "r2", 10)], Moves(new("c1", r1, 100, false), new("c2", r1, 100, true)));
        Assert.Empty(Moves(new("c1", r1, 100, true), new("c2", r2, 100, true)));
        Assert.Empty(Moves(new("c1", r1, 20, true), new("c2", r1, 20, true)));

        IEnumerable<(string, string, int)> Moves(params Standing[] couriers) =>
            prepositioning.Choose(couriers, demand).Select(move => (move.Courier, move.To.Id, move.Minutes));
    }

    [Theory]
    [InlineData(false, ReplayPolicy.Optimised, 0, "--updates and --preposition are possible with --pure or --all only.")]
    [InlineData(true, ReplayPolicy.Nearest, 0, "--updates is possible with --policy optimised and without --fairness only.")]
    [InlineData(true, ReplayPolicy.Optimised, 0.5, "--updates is possible with --policy optimised and without --fairness only.")]
    public void What_a_variant_is_not_possible_with_is_refused(bool pure, string policy, double fairness, string why)
    {
        Assert.Equal(why, Assert.Throws<BadInputException>(() => ReplayVariants.Of(true, true, pure, policy, fairness)).Message);
        Assert.Equal(default, ReplayVariants.Of(false, false, pure, policy, fairness));
    }

    /// <summary>The hand-made day, with c1 told to fetch o1 and o2 at another minute.</summary>
    private static DaySolution AssignedAt(int minute) => TinyDay.Solution with
    {
        Assignments = TinyDay.Solution.Assignments.SetItem(0, TinyDay.Solution.Assignments[0] with { AssignmentMinute = minute }),
        Moves = TinyDay.Solution.Moves.SetItem(0, TinyDay.Solution.Moves[0] with { DepartureMinute = minute }),
    };

    /// <summary>The hand-made day, with c1 sent to r2 before there is an order for it.</summary>
    private static DaySolution SentToR2At(int minute) => TinyDay.Solution with
    {
        Moves = TinyDay.Solution.Moves.SetItem(3, new("c1", 101 > minute + 7 ? 101 : minute + 7, "r2", "r2")).Insert(3, new("c1", minute, "o2", "r2")),
    };

    private static IEnumerable<Rule> Rules(Instance instance, DaySolution day, ReplayVariants variants) =>
        Check(instance, day, variants).Select(breach => breach.Rule).Distinct();

    private static ImmutableArray<Breach> Check(Instance instance, DaySolution day, ReplayVariants variants)
    {
        using var folder = new TemporaryFolder();
        SolutionWriter.Write(folder.Path, instance, day);
        return SolutionChecker.Check(instance, folder.Path, variants).Breaches;
    }
}
