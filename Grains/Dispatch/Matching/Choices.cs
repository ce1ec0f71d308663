using OrderActors.Values;

namespace OrderActors.Dispatch.Matching;

/// <summary>Tells why a courier was chosen. Pure.</summary>
internal static class Choices
{
    /// <summary>Why this courier.</summary>
    /// <param name="zone">The zone that decided.</param>
    /// <param name="input">What it knew.</param>
    /// <param name="pairing">What it gives.</param>
    public static AssignmentChoice Of(string zone, DispatchInput input, Pairing pairing)
    {
        var numbers = pairing.Orders.ToHashSet();
        var orders = input.Waiting.Where(order => numbers.Contains(order.Order)).OrderBy(order => pairing.Orders.IndexOf(order.Order)).ToArray();
        var trip = TripTimetable.Of(pairing.Courier, orders, input.Travel, input.Now);
        var (considered, next) = (0, (TimeSpan?)null);
        foreach (var courier in input.Idle)
        {
            if (courier.Since > input.Now || courier.Until < input.Now + input.Travel.PickupService / 2 || HasPassed(courier, numbers, input.Now)) continue;
            considered++;
            if (courier.Courier == pairing.Courier.Courier) continue;
            var way = input.Travel.Between(courier.Location, orders[0].Pickup);
            if (next is not { } best || way < best) next = way;
        }

        return new(pairing.Basis, zone, trip.Drive, trip.Wait, trip.PickupAt, considered, next, pairing.Orders);
    }

    private static bool HasPassed(IdleCourier courier, HashSet<OrderNumber> orders, DateTimeOffset now) =>
        courier.Passed.OrEmpty().Any(passed => passed.Until > now && orders.Contains(passed.Order));
}
