using OrderActors.Tools.Replay;

namespace OrderActors.Tests.Tools.Replay;

/// <summary>
/// A day of four hours that is drawn from a seed: 90 orders, most of them around two peaks, and couriers who are too few for
/// them and come and go.
/// </summary>
internal static class SmallDay
{
    private const int Minutes = 240;
    private const int Metres = 6_000;

    public static Instance Of(int seed)
    {
        var random = new Random(seed);
        DayRestaurant[] restaurants = [.. Enumerable.Range(1, 12).Select(n => new DayRestaurant($"r{n}", Somewhere()))];
        return new Instance(
            $"small{seed}",
            new DayParameters(320, 4, 4, 40, 90, 10, 15),
            [.. restaurants],
            [.. Enumerable.Range(1, 14).Select(n => (On: random.Next(0, 100), Id: $"c{n}"))
                .Select(courier => new DayCourier(courier.Id, Somewhere(), courier.On, courier.On + random.Next(60, 160)))],
            [.. Enumerable.Range(1, 90).Select(n => (Placed: Minute(n), Id: $"o{n}")).Select(order => new DayOrder(
                order.Id, Somewhere(), order.Placed, restaurants[random.Next(restaurants.Length)], order.Placed + random.Next(5, 40)))]);

        Place Somewhere() => new(random.Next(Metres), random.Next(Metres));

        int Minute(int n) => n % 3 == 0 ? random.Next(Minutes) : (n % 2 == 0 ? 60 : 150) + random.Next(-20, 20);
    }
}
