using OrderActors.Dispatch.Matching;

namespace OrderActors.Tools.Replay;

/// <summary>The policies that a day can be replayed with.</summary>
internal static class ReplayPolicy
{
    public const string Nearest = "nearest";
    public const string Optimised = "optimised";

    /// <summary>A policy by its name, which is one of the two.</summary>
    public static IDispatchPolicy Of(string name) => name == Nearest ? new NearestIdlePolicy() : new OptimisedPolicy();
}
