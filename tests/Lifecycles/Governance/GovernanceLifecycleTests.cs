using OrderActors.Broadcast;
using OrderActors.Governance;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Governance;

public class GovernanceLifecycleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Actor Operator = new(Role.Operator, "op");
    private static readonly SwitchScope M1 = new(ScopeKind.Merchant, "m1");

    private static GovernanceState Done(GovernanceState state, GovernanceCommand command, DateTimeOffset? at = null)
    {
        var (after, outcome) = GovernanceLifecycle.Decide(state, command, at ?? Now);
        Assert.Null(outcome.Refusal);
        return after;
    }

    private static RefusalCode? Refused(GovernanceState state, GovernanceCommand command)
    {
        var (after, outcome) = GovernanceLifecycle.Decide(state, command, Now);
        Assert.Same(state, after);
        return outcome.Refusal?.Code;
    }

    private static SetSwitch Set(string id, Feature feature, SwitchScope scope, DateTimeOffset? until = null) =>
        new(id, Operator, "Too many complaints.", feature, scope, until);

    private static string[] Types(GovernanceState state) => [.. state.Raised.Select(e => e.Type)];

    [Fact]
    public void What_is_switched_off_says_who_and_why_and_every_change_is_an_event()
    {
        var state = Done(new(), Set("1", Feature.Ordering, M1));
        state = Done(state, Set("2", Feature.Ordering, SwitchScope.Platform, Now.AddHours(1)), Now.AddMinutes(1));
        state = Done(state, Set("3", Feature.Ordering, M1, Now.AddHours(2)), Now.AddMinutes(2));
        Assert.Equal(new FeatureSwitch(Feature.Ordering, M1, Operator, "Too many complaints.", Now, Now.AddHours(2)), state.Switches[0]);
        state = Done(state, new ClearSwitch("4", Operator, "Calm again.", Feature.Ordering, M1));
        Assert.Equal(["switch.set", "switch.set", "switch.set", "switch.cleared"], Types(state));
        Assert.Equal(new GovernanceEvent("switch.cleared", Now, Operator, 4, "ordering/merchant:m1", "Calm again."), state.Raised[3]);
        Assert.Equal((4, SwitchScope.Platform), (state.Version, Assert.Single(state.Switches).Scope));

        var again = GovernanceLifecycle.Decide(state, new ClearSwitch("4", Operator, "Calm again.", Feature.Ordering, M1), Now);
        Assert.True(again.Reply is { Refusal: null, Replayed: true } && ReferenceEquals(again.State, state));
        Assert.Equal(RefusalCode.IdempotencyKeyReused, Refused(state, new ClearSwitch("4", Operator, "Something else.", Feature.Ordering, M1)));
    }

    [Fact]
    public void A_switch_ends_when_its_time_is_over()
    {
        var state = Done(new(), Set("1", Feature.Coupons, SwitchScope.Platform, Now.AddMinutes(5)));
        var table = new SwitchTable(state.ToView());
        Assert.NotNull(table.Find(Feature.Coupons, Now.AddMinutes(4), "m1"));
        Assert.Null(table.Find(Feature.Coupons, Now.AddMinutes(5), "m1"));
        Assert.Same(state, GovernanceLifecycle.Expire(state, Now.AddMinutes(4)).State);
        var after = GovernanceLifecycle.Expire(state, Now.AddMinutes(5)).State;
        Assert.Empty(after.Switches);
        Assert.Equal(["switch.set", "switch.expired"], Types(after));
        Assert.Equal(RefusalCode.NotFound, Refused(after, new ClearSwitch("2", Operator, "No.", Feature.Coupons, SwitchScope.Platform)));
    }

    [Fact]
    public void Every_feature_is_switched_off_only_where_somebody_looks()
    {
        foreach (var feature in Enum.GetValues<Feature>())
        {
            Assert.Null(GovernanceLifecycle.Decide(new(), Set("1", feature, SwitchScope.Platform), Now).Reply.Refusal);
            var byMerchant = feature is Feature.Ordering or Feature.ScheduledOrders or Feature.CardPayments or Feature.Coupons;
            var byZone = feature is Feature.Ordering or Feature.DispatchOffers;
            Assert.Equal(byMerchant ? null : RefusalCode.ValidationFailed, GovernanceLifecycle.Decide(new(), Set("1", feature, M1), Now).Reply.Refusal?.Code);
            var zone = Set("1", feature, new(ScopeKind.Zone, "town"));
            Assert.Equal(byZone ? null : RefusalCode.ValidationFailed, GovernanceLifecycle.Decide(new(), zone, Now).Reply.Refusal?.Code);
        }
    }

    [Fact]
    public void What_makes_no_sense_is_refused_and_changes_nothing()
    {
        var state = Done(new(), new SetRateLimit("l", Operator, "Import.", LimitOwner.Key, "key_1", 50, 200));
        foreach (var role in Enum.GetValues<Role>().Except([Role.Operator, Role.System]))
            Assert.Equal(RefusalCode.Forbidden, Refused(state, Set("1", Feature.Ordering, M1) with { By = new(role, "x") }));
        Assert.Equal(RefusalCode.ValidationFailed, Refused(state, Set("1", Feature.Ordering, M1) with { Reason = " " }));
        Assert.Equal(RefusalCode.ValidationFailed, Refused(state, Set("1", Feature.Ordering, M1) with { Reason = new('x', 501) }));
        Assert.Equal(RefusalCode.ValidationFailed, Refused(state, Set("1", Feature.Ordering, new(ScopeKind.Merchant, "m/1"))));
        Assert.Equal(RefusalCode.ValidationFailed, Refused(state, Set("1", Feature.Ordering, new(ScopeKind.Platform, "m1"))));
        Assert.Equal(RefusalCode.ValidationFailed, Refused(state, Set("1", Feature.Ordering, M1, Now)));
        Assert.Equal(RefusalCode.ValidationFailed, Refused(state, Set("1", Feature.Ordering, M1, Now.AddDays(367))));
        Assert.Equal(RefusalCode.UnknownValue, Refused(state, Set("1", (Feature)77, M1)));
        foreach (var (rate, burst) in new[] { (-1.0, 1), (double.NaN, 1), (double.PositiveInfinity, 1), (1, 0), (1, 1_000_001) })
            Assert.Equal(RefusalCode.ValidationFailed, Refused(state, new SetRateLimit("2", Operator, "r", LimitOwner.Key, "key_1", rate, burst)));
        Assert.Equal(RefusalCode.NotFound, Refused(state, new ClearRateLimit("3", Operator, "r", LimitOwner.Merchant, "key_1")));
        state = Done(state, new ClearRateLimit("4", Operator, "r", LimitOwner.Key, "key_1"));
        Assert.Equal(["limit.set", "limit.cleared"], Types(state));
        Assert.Equal("key/key_1", ((GovernanceEvent)state.Raised[1]).Subject);
    }

    [Fact]
    public void The_state_is_bounded()
    {
        var state = new GovernanceState();
        for (var i = 0; i < GovernanceLifecycle.MaxSwitches; i++) state = Done(state, Set($"s{i}", Feature.Ordering, new(ScopeKind.Merchant, $"m{i}")));
        Assert.Equal(RefusalCode.TooMany, Refused(state, Set("more", Feature.Ordering, new(ScopeKind.Merchant, "one-more"))));
        Done(state, Set("same", Feature.Ordering, new(ScopeKind.Merchant, "m7")));
        for (var i = 0; i < GovernanceLifecycle.MaxLimits; i++)
            state = Done(state, new SetRateLimit($"l{i}", Operator, "r", LimitOwner.Merchant, $"m{i}", 1, 1));
        Assert.Equal(RefusalCode.TooMany, Refused(state, new SetRateLimit("more", Operator, "r", LimitOwner.Merchant, "one-more", 1, 1)));
    }

    [Fact]
    public void A_condition_begins_and_ends_with_an_event_each_whatever_words_are_found_for_it()
    {
        var state = Notice(new(), (Conditions.SheddingSecondary, "40 %"), (Conditions.PaymentsDown, "open"));
        Assert.Equal(["ops.degraded", "ops.shed_started"], Types(state));
        Assert.Same(state, Notice(state, (Conditions.SheddingSecondary, "60 %"), (Conditions.PaymentsDown, "open")));
        Assert.True(new SwitchTable(state.ToView()).Find(Feature.CardPayments, Now) is { Passive: true });
        state = Notice(state);
        Assert.Equal(["ops.degraded", "ops.shed_started", "ops.restored", "ops.shed_ended"], Types(state));
        Assert.True(new SwitchTable(state.ToView()).IsEmpty);

        static GovernanceState Notice(GovernanceState state, params (string Name, string Why)[] noticed) =>
            GovernanceLifecycle.Notice(state, noticed.ToDictionary(n => n.Name, n => n.Why), Now).State;
    }
}
