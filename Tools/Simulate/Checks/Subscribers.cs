using OrderActors.Tools.Simulate.World;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>Each subscriber sees every event, in the order of its partition.</summary>
internal static class Subscribers
{
    /// <summary>Checks it with a subscriber that keeps count.</summary>
    public static void Check(Town town, IWorldPlatform platform)
    {
        var probe = town.Outside.Probe;
        Promises.Require(probe.Complaint is null, "subscribers", "probe", "every event in order", probe.Complaint ?? "");
        foreach (var partition in town.Touched)
        {
            Promises.Require(
                probe.Seen(partition) == platform.Head(partition), "subscribers", $"probe/{partition}", platform.Head(partition), probe.Seen(partition));
        }
    }
}
