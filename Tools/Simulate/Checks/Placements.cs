using System.Linq;
using OrderActors.Customers;
using OrderActors.Orders;
using OrderActors.Tools.Simulate.World;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>An order that was acknowledged is there, with what was ordered; no command to place one, and no external id, has two.</summary>
internal static class Placements
{
    /// <summary>Checks all placements.</summary>
    public static void Check(Town town, Stored stored)
    {
        var claimed = new Dictionary<OrderNumber, string>();
        foreach (var placing in town.Placings)
        {
            var command = placing.Command;
            var known = stored.Customers.GetValueOrDefault(command.Customer)?.Placements.FirstOrDefault(p => p.Id == command.Id);
            if (placing.Number is not { } number)
            {
                if (known is null) continue;
                number = known.Number;
                var made = stored.Orders.GetValueOrDefault(number) is { Status: not OrderStatus.None } order0 ? order0 : null;
                if (placing.Refused is { } refused && IsFinal(refused) && known.Refusal is null && made is not null)
                    Promises.Require(false, "placements", command.Id, $"no order, as it was refused ({placing.Refused})", $"order {number}, {made.Status}");
            }

            Promises.Require(known?.Number == number, "placements", command.Id, $"{number}", $"{known?.Number}");
            Promises.Require(claimed.TryAdd(number, command.Id), "placements", $"{number}", $"of {command.Id} alone", $"of {claimed[number]} too");
            if (placing.Number is null) continue;
            Promises.Require(
                stored.Orders.TryGetValue(number, out var order) && order.Status != OrderStatus.None, "placements", $"{number}",
                "there, as it was acknowledged", "not there");
            Promises.Require(
                (order!.Customer, order.Merchant, order.Kind, order.Coupon) == (command.Customer, command.Merchant, command.Kind, command.Coupon),
                "placements", $"{number}", command, order);
        }

        foreach (var same in stored.Orders.Values.Where(o => o.ExternalId is not null && o.Status is not (OrderStatus.None or OrderStatus.Received))
            .GroupBy(o => (o.Tenant, o.ExternalId)).Where(g => g.Count() > 1))
        {
            Promises.Require(
                false, "placements", $"external id {same.Key.ExternalId} of {same.Key.Tenant}", "one order", string.Join(", ", same.Select(o => o.Number)));
        }

        // One number each: no two orders came of one command.
        foreach (var (customer, state) in stored.Customers)
        {
            foreach (var twice in state.Placements.GroupBy(p => p.Number).Where(g => g.Count() > 1))
                Promises.Require(false, "placements", $"{customer} {twice.Key}", "one command", $"{twice.Count()}");
            foreach (var number in town.Orders.Values.Where(o => o.Customer.Id == customer && !o.IsRefused).Select(o => o.Number))
                Promises.Require(state.Placements.Any(p => p.Number == number), "placements", $"{number}", $"among the placements of {customer}", "not there");
        }
    }

    /// <summary>Whether a refusal is the command's outcome for good; others cost the platform no memory, and the same command may succeed later.</summary>
    private static bool IsFinal(RefusalCode code) => code is not (
        RefusalCode.OrderLimit or RefusalCode.TooMany or RefusalCode.Unavailable or RefusalCode.SwitchedOff or RefusalCode.IdempotencyKeyReused
        or RefusalCode.DependencyOpen);
}
