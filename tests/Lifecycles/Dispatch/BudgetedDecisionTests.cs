using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using Xunit;
using static OrderActors.Tests.Lifecycles.Dispatch.Zone;

namespace OrderActors.Tests.Lifecycles.Dispatch;

public sealed class BudgetedDecisionTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(100);

    private readonly Clock _clock = new();

    /// <summary>Two couriers as near, of whom the slow policy takes the one whom the plain policy does not.</summary>
    private static DispatchInput Input(double at = 0) =>
        new(Noon.AddMinutes(at), [Order(1)], [Courier("a", at: 2), Courier("b", at: 2)], new Minutes());

    [Theory]
    [InlineData(100, "InTime")]
    [InlineData(150, "CutShort")]
    [InlineData(201, "Overran")]
    public void A_decision_says_whether_it_kept_its_budget(int milliseconds, string course)
    {
        var decision = new BudgetedDecision(new Slow(_clock, milliseconds), _clock, Budget);
        var (plan, how, took) = decision.Decide(Input());
        Assert.Equal((course, milliseconds), (how.ToString(), (int)took.TotalMilliseconds));
        Assert.Equal([$"b>{Number(1)}"], Given(plan));
    }

    [Fact]
    public void After_a_policy_overran_the_plain_policy_decides_for_a_minute_and_says_why()
    {
        var slow = new Slow(_clock, 500);
        var decision = new BudgetedDecision(slow, _clock, Budget);
        Assert.Equal(DecisionCourse.Overran, decision.Decide(Input()).Course);
        slow.Milliseconds = 1;

        var (plan, course, _) = decision.Decide(Input(at: 0.9));
        Assert.Equal(DecisionCourse.Plain, course);
        Assert.Equal(("a", ChoiceBasis.OutOfTime), (plan.Pairings.Single().Courier.Courier, plan.Pairings.Single().Basis));
        Assert.Equal(DecisionCourse.InTime, decision.Decide(Input(at: 1.1)).Course);
    }

    [Fact]
    public void Without_a_budget_time_is_never_over()
    {
        var decision = new BudgetedDecision(new Slow(_clock, 60_000), _clock, TimeSpan.Zero);
        Assert.Equal(DecisionCourse.InTime, decision.Decide(Input()).Course);
        Assert.Equal(DecisionCourse.InTime, decision.Decide(Input()).Course);
    }

    [Fact]
    public void A_policy_that_plans_hears_when_its_time_is_over()
    {
        WaitingOrder[] orders = [.. Enumerable.Range(1, 400).Select(n => Order(n) with { Merchant = $"m{n % 20}" })];
        IdleCourier[] couriers = [.. Enumerable.Range(1, 30).Select(n => Courier($"c{n}", at: n))];
        _clock.PerLook = TimeSpan.FromMilliseconds(30);
        var decision = new BudgetedDecision(new OptimisedPolicy(), _clock, Budget);
        var (plan, course, _) = decision.Decide(new DispatchInput(Noon, orders, couriers, new Minutes()));
        Assert.Equal(DecisionCourse.CutShort, course);
        Assert.Contains(plan.Pairings, pairing => pairing.Basis == ChoiceBasis.OutOfTime);
    }

    /// <summary>Moves on by what the policy takes, and by so much with every look.</summary>
    private sealed class Clock : TimeProvider
    {
        private long _now;

        public TimeSpan PerLook { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now += PerLook.Ticks;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }

    /// <summary>Takes its time, whatever it is told, and gives every order to the courier with the last id.</summary>
    private sealed class Slow(Clock clock, int milliseconds) : IDispatchPolicy
    {
        public int Milliseconds { get; set; } = milliseconds;

        public DispatchPlan Decide(DispatchInput input)
        {
            clock.Pass(TimeSpan.FromMilliseconds(Milliseconds));
            _ = input.IsOutOfTime?.Invoke();
            return new([new(input.Idle.MaxBy(courier => courier.Courier)!, [.. input.Waiting.Select(order => order.Order)], ChoiceBasis.Plan)], null);
        }
    }
}
