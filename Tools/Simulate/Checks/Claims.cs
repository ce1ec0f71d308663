using OrderActors.Tools.Simulate.World;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>A claim that was acknowledged is there once, as it was made.</summary>
internal static class Claims
{
    /// <summary>Checks all claims.</summary>
    public static void Check(Town town, Stored stored)
    {
        foreach (var (order, command) in town.Claims)
        {
            var found = stored.Refunds.GetValueOrDefault(order.Number)?.Refunds.Where(claim => claim.Command == command.Id).ToList() ?? [];
            Promises.Require(found.Count == 1, "claims", $"{order.Key} {command.Id}", "there once, as it was acknowledged", $"{found.Count} times");
            Promises.Require(
                (found[0].Reason, found[0].By) == (command.Reason, command.By), "claims", $"{order.Key} {command.Id}", command, (found[0].Reason, found[0].By));
        }
    }
}
