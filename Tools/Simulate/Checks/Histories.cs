using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Tools.Simulate.World;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>
/// Linearisability of every order as its clients saw it. The log gives the order of what happened, so nothing has to be
/// guessed but which command made which version: each version that a person made is matched with one command of that person
/// that was under way when it became durable and that the lifecycle's table allows in the state before; each command that was
/// acknowledged has one version; each refusal is explained by a state the order was in while the command was under way.
/// </summary>
internal static class Histories
{
    /// <summary>Checks the history of every order.</summary>
    public static void Check(Town town, IWorldPlatform platform)
    {
        var byOrder = new Dictionary<OrderTrack, List<ClientCommand>>();
        foreach (var command in town.History)
        {
            if (!byOrder.TryGetValue(command.Order, out var list)) byOrder.Add(command.Order, list = []);
            list.Add(command);
        }

        foreach (var order in town.Orders.Values)
        {
            var commands = byOrder.GetValueOrDefault(order) ?? [];
            Match(order, commands);
            foreach (var command in commands) Explain(order, command, platform.ReadsMayBeOld);
        }
    }

    private static void Match(OrderTrack order, List<ClientCommand> commands)
    {
        // Whose version it is, by its number; null while nobody has it.
        var makers = new ClientCommand?[order.Versions.Count];
        foreach (var command in commands)
        {
            if (command.MadeVersion == 0 || MayBeNothing(command)) continue;
            var at = command.MadeVersion;
            Promises.Require(at <= order.Version && Fits(order, command, (int)at), "history", Name(command),
                $"version {at}, as it was acknowledged", at <= order.Version ? Describe(order, (int)at) : $"only {order.Version} versions");
            Promises.Require(makers[at] is null, "history", Name(command), $"version {at} of its own", $"made by {makers[at]?.Command.Id}");
            makers[at] = command;
        }

        foreach (var command in commands)
        {
            if (!command.IsDone || command.MadeVersion != 0 || MayBeNothing(command)) continue;
            Promises.Require(Place(order, command, makers, []), "history", Name(command), "a version, as it was acknowledged as done", "none");
        }

        // What nobody acknowledged may have happened all the same, each at most once.
        var unknown = commands.Where(c => (!c.IsDone && c.Refused is null) || (c.IsDone && MayBeNothing(c))).ToList();
        for (var version = 1; version < makers.Length; version++)
        {
            if (makers[version] is not null || order.Versions[version].By.Role == Role.System || IsPlacing(order, version)) continue;
            var visited = new HashSet<ClientCommand>();
            Promises.Require(
                Claim(order, version, unknown, makers, visited), "history", $"{order.Key} version {version}", "one command that made it",
                $"none: {Describe(order, version)}");
        }
    }

    /// <summary>Finds a version for a command, moving others if they can be elsewhere.</summary>
    private static bool Place(OrderTrack order, ClientCommand command, ClientCommand?[] makers, HashSet<int> visited)
    {
        for (var version = 1; version < makers.Length; version++)
        {
            if (!Fits(order, command, version) || makers[version] is { MadeVersion: > 0 } || !visited.Add(version)) continue;
            if (makers[version] is { } other && !Place(order, other, makers, visited)) continue;
            makers[version] = command;
            return true;
        }

        return false;
    }

    /// <summary>Finds a command for a version among those whose outcome nobody knows.</summary>
    private static bool Claim(OrderTrack order, int version, List<ClientCommand> unknown, ClientCommand?[] makers, HashSet<ClientCommand> visited)
    {
        foreach (var command in unknown)
        {
            if (!Fits(order, command, version) || !visited.Add(command)) continue;
            var elsewhere = Array.IndexOf(makers, command);
            if (elsewhere >= 0)
            {
                makers[elsewhere] = null;
                if (!Claim(order, elsewhere, unknown, makers, visited))
                {
                    makers[elsewhere] = command;
                    continue;
                }
            }

            makers[version] = command;
            return true;
        }

        return false;
    }

    /// <summary>Whether a command can have made a version: by whom, when, and whether the state before allows it.</summary>
    private static bool Fits(OrderTrack order, ClientCommand command, int version)
    {
        var made = order.Versions[version];
        if (made.By != command.Command.By || made.Ticks < command.Invoked || made.Ticks > command.Answered) return false;
        var before = ModelAt(order, version - 1);
        return before.Frozen == command.Command is UnfreezeOrder && OrderTable.Row(before, command.Command, made.By.Role) is not null;
    }

    private static void Explain(OrderTrack order, ClientCommand command, bool readsMayBeOld)
    {
        if (command.Refused is not (RefusalCode.InvalidTransition or RefusalCode.OrderFrozen)) return;
        // Others are asked for these, and they have states of their own.
        if (command.Command is ProposeModification or ResolveModification or PayOrder) return;
        for (var version = readsMayBeOld ? 1 : command.VersionBefore; version <= command.VersionAfter; version++)
        {
            var state = ModelAt(order, (int)version);
            if (state.Frozen || OrderTable.Row(state, command.Command, command.Command.By.Role) is null) return;
        }

        Promises.Require(
            false, "history", Name(command), $"done, as every state from version {command.VersionBefore} to {command.VersionAfter} allows it",
            $"refused ({command.Refused})");
    }

    /// <summary>As much of an order's state as its table looks at.</summary>
    private static OrderState ModelAt(OrderTrack order, int version)
    {
        var at = order.Versions[version];
        var proposal = at.Proposer is { } role ? new Proposal(1, new(role, ""), [], default, ProposalStatus.Open) : null;
        return new OrderState
        {
            Number = order.Number,
            Version = version,
            Kind = order.Kind,
            Status = at.Status,
            Delivery = at.Delivery,
            Payment = at.Payment,
            Frozen = at.Frozen,
            Courier = at.Courier,
            Proposals = proposal is null ? [] : [proposal],
        };
    }

    /// <summary>Whether it may be done without a version of its own: a payment that the order had heard of before.</summary>
    private static bool MayBeNothing(ClientCommand command) => command.Command is PayOrder;

    private static bool IsPlacing(OrderTrack order, int version) => order.Versions[version - 1].Status == OrderStatus.None;

    private static string Name(ClientCommand command) => $"{command.Order.Key} {OrderTable.Name(command.Command)} {command.Command.Id}";

    private static string Describe(OrderTrack order, int version)
    {
        var (before, at) = (order.Versions[version - 1], order.Versions[version]);
        return $"{before.Status}/{before.Delivery} to {at.Status}/{at.Delivery} by {at.By}";
    }
}
