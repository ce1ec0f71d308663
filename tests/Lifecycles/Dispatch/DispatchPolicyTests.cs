using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using Xunit;
using static OrderActors.Tests.Lifecycles.Dispatch.Zone;

namespace OrderActors.Tests.Lifecycles.Dispatch;

/// <summary>What every policy promises.</summary>
public sealed class DispatchPolicyTests
{
    public static TheoryData<DispatchMethod> Policies => [.. Enum.GetValues<DispatchMethod>()];

    private static DispatchPlan Plan(DispatchMethod method, IReadOnlyList<WaitingOrder> orders, IReadOnlyList<IdleCourier> couriers)
    {
        IDispatchPolicy policy = method switch
        {
            DispatchMethod.Nearest => new NearestIdlePolicy(),
            DispatchMethod.Optimised => new OptimisedPolicy(),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, "This policy has to keep the promises too."),
        };
        return policy.Decide(new DispatchInput(Noon, orders, couriers, new Minutes()));
    }

    [Theory, MemberData(nameof(Policies))]
    public void The_nearest_courier_gets_a_single_order(DispatchMethod method)
    {
        var plan = Plan(method, [Order(1)], [Courier("far", at: 9), Courier("near", at: -3), Courier("middle", at: 5)]);
        Assert.Equal([$"near>{Number(1)}"], Given(plan));
        Assert.Null(plan.LookAgainAt);
    }

    [Theory, MemberData(nameof(Policies))]
    public void A_courier_is_sent_when_waiting_longer_would_keep_the_goods_waiting(DispatchMethod method)
    {
        var early = Plan(method, [Order(1, readyIn: 10)], [Courier("c", at: 5)]);
        Assert.Empty(early.Pairings);
        Assert.Equal(Noon.AddMinutes(3), early.LookAgainAt);
        Assert.Single(Plan(method, [Order(1, readyIn: 7)], [Courier("c", at: 5)]).Pairings);
    }

    [Theory, CombinatorialPolicies]
    public void A_pickup_after_the_shift_is_not_feasible(DispatchMethod method, double readyIn, double until, bool feasible)
    {
        var plan = Plan(method, [Order(1, readyIn)], [Courier("c", at: 5, until: until)]);
        Assert.Equal(feasible, plan.Pairings.Length > 0 || plan.LookAgainAt is not null);
    }

    [Theory, MemberData(nameof(Policies))]
    public void An_infeasible_courier_leaves_the_order_to_one_farther_away(DispatchMethod method)
    {
        Assert.Equal([$"far>{Number(1)}"], Given(Plan(method, [Order(1)], [Courier("near", at: 1, until: 2), Courier("far", at: 9)])));
    }

    [Theory, MemberData(nameof(Policies))]
    public void Who_passed_an_order_on_is_not_asked_for_it_again_until_later(DispatchMethod method)
    {
        var near = Courier("near", at: 1) with { Passed = [new(Number(1), Noon.AddMinutes(5))] };
        Assert.Equal([$"far>{Number(1)}", $"near>{Number(2)}"], Given(Plan(method, [Order(1), Order(2)], [near, Courier("far", at: 9)])));
        Assert.Equal([$"twin>{Number(1)}"], Given(Plan(method, [Order(1)], [near, Courier("twin", at: 1)])));
        var plan = Plan(method, [Order(1)], [near]);
        Assert.Empty(plan.Pairings);
        Assert.Equal(Noon.AddMinutes(5), plan.LookAgainAt);
        Assert.Equal([$"near>{Number(1)}"], Given(Plan(method, [Order(1)], [near with { Passed = [new(Number(1), Noon)] }])));
    }

    [Theory, MemberData(nameof(Policies))]
    public void A_courier_who_still_leaves_a_customer_is_looked_at_again_when_free(DispatchMethod method)
    {
        var plan = Plan(method, [Order(1)], [Courier("c", freeIn: 2)]);
        Assert.Empty(plan.Pairings);
        Assert.Equal(Noon.AddMinutes(2), plan.LookAgainAt);
    }

    [Theory, MemberData(nameof(Policies))]
    public void Nobody_waiting_or_nobody_free_needs_no_second_look(DispatchMethod method)
    {
        Assert.Null(Plan(method, [], [Courier("c", freeIn: 2)]).LookAgainAt);
        Assert.Null(Plan(method, [Order(1)], []).LookAgainAt);
    }

    /// <summary>Every policy, with: 5 minutes' ride and 2 of service, at the counter at 7; or not ready before 10, whoever waits.</summary>
    private sealed class CombinatorialPoliciesAttribute : Xunit.Sdk.DataAttribute
    {
        public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) =>
            from method in Enum.GetValues<DispatchMethod>()
            from shift in new (double ReadyIn, double Until, bool Feasible)[] { (0, 7, true), (0, 6.9, false), (10, 10, true), (10, 9, false) }
            select new object[] { method, shift.ReadyIn, shift.Until, shift.Feasible };
    }
}
