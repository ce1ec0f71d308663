using OrderActors.Dispatch.Matching;

namespace OrderActors.Dispatch;

/// <summary>How a decision came about.</summary>
internal enum DecisionCourse
{
    /// <summary>The policy answered in time.</summary>
    InTime,

    /// <summary>The policy left a part of its answer to the plain policy, because the time was over.</summary>
    CutShort,

    /// <summary>The policy took far longer than it may. Its answer counts; the next ones are the plain policy's.</summary>
    Overran,

    /// <summary>The plain policy answered, because the policy overran shortly before.</summary>
    Plain,
}

/// <summary>
/// One zone's decisions within a budget of time. A policy that heeds the budget stops when it is told; one that does not is not asked for
/// a while, and the plain policy answers instead.
/// </summary>
/// <remarks>
/// The budget is a safety net and no part of the method: what keeps a decision short is the work allowed, which is the same on every
/// machine. On a clock that stands still while work is done, as in a replay, time is never over.
/// </remarks>
internal sealed class BudgetedDecision(IDispatchPolicy policy, TimeProvider clock, TimeSpan budget)
{
    /// <summary>How long the plain policy answers after the policy overran.</summary>
    public static readonly TimeSpan PlainTime = TimeSpan.FromMinutes(1);

    // A policy looks at the clock now and then, and has something to finish after it.
    private const int Tolerance = 2;

    private readonly NearestIdlePolicy _plain = new();
    private DateTimeOffset _plainUntil = DateTimeOffset.MinValue;

    /// <summary>Asks the policy, or the plain one.</summary>
    public (DispatchPlan Plan, DecisionCourse Course, TimeSpan Took) Decide(DispatchInput input)
    {
        var started = clock.GetTimestamp();
        if (input.Now < _plainUntil)
        {
            var plain = _plain.Decide(input);
            plain = plain with { Pairings = [.. plain.Pairings.Select(pairing => pairing with { Basis = ChoiceBasis.OutOfTime })] };
            return (plain, DecisionCourse.Plain, clock.GetElapsedTime(started));
        }

        var wasCut = false;
        var plan = policy.Decide(budget == TimeSpan.Zero ? input : input with { IsOutOfTime = () => wasCut |= clock.GetElapsedTime(started) > budget });
        var took = clock.GetElapsedTime(started);
        if (budget == TimeSpan.Zero || took <= budget) return (plan, DecisionCourse.InTime, took);
        if (took <= budget * Tolerance) return (plan, wasCut ? DecisionCourse.CutShort : DecisionCourse.InTime, took);
        _plainUntil = input.Now + took + PlainTime;
        return (plan, DecisionCourse.Overran, took);
    }
}
