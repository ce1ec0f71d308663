using OrderActors.Dispatch.Matching;

namespace OrderActors.Tools.Replay;

/// <summary>The policies that a day can be replayed with.</summary>
internal static class ReplayPolicy
{
    public const string Nearest = "nearest";
    public const string Optimised = "optimised";

    /// <summary>A policy by its name, which is one of the two.</summary>
    /// <param name="name">The name.</param>
    /// <param name="fairness">How much it counts that couriers earn alike, 0 to 1.</param>
    public static IDispatchPolicy Of(string name, double fairness = 0)
    {
        IDispatchPolicy policy = name == Nearest ? new NearestIdlePolicy() : new OptimisedPolicy();
        return fairness == 0 ? policy : new Ruled(policy, new ZoneRules(Fairness: fairness));
    }

    /// <summary>A policy in a zone with rules of its own.</summary>
    private sealed class Ruled(IDispatchPolicy policy, ZoneRules rules) : IDispatchPolicy
    {
        public DispatchPlan Decide(DispatchInput input) => policy.Decide(input with { Rules = rules });
    }
}
