using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Tools.Replay;

/// <summary>Reads an instance folder, or says in one message which file, line and column is wrong.</summary>
internal static class InstanceReader
{
    public const string OrdersFile = "orders.txt";
    public const string CouriersFile = "couriers.txt";
    public const string RestaurantsFile = "restaurants.txt";
    public const string ParametersFile = "instance_parameters.txt";

    // A week: a time beyond it is a unit mistaken, such as seconds.
    private const int MaxMinute = 7 * 24 * 60;

    // 10,000 km: what still maps to a valid latitude (see PlanarTravel), and more than any city.
    private const int MaxMetres = 10_000_000;

    /// <exception cref="BadInputException">A file, column or value is missing or wrong.</exception>
    public static Instance Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new BadInputException($"'{folder}' is not a folder.");
        var parameters = ReadParameters(folder);
        var restaurants = ReadRestaurants(folder);
        var couriers = ReadCouriers(folder);
        var orders = ReadOrders(folder, restaurants.ToDictionary(r => r.Id, StringComparer.Ordinal));
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return new Instance(name, parameters, restaurants, couriers, orders);
    }

    private static DayParameters ReadParameters(string folder)
    {
        var table = TabTable.Read(
            folder, ParametersFile, "meters_per_minute", "pickup service minutes", "dropoff service minutes", "target click-to-door",
            "maximum click-to-door", "pay per order", "guaranteed pay per hour");
        if (table.Rows.Count != 1)
        {
            throw new BadInputException(
                $"{ParametersFile} line {Math.Min(table.Rows.Count, 1) + 2}, column 1: there must be one line of values, not {table.Rows.Count}.");
        }

        var row = table.Rows[0];
        return new DayParameters(
            row.Whole("meters_per_minute", 1, MaxMetres),
            row.Whole("pickup service minutes", 0, MaxMinute),
            row.Whole("dropoff service minutes", 0, MaxMinute),
            row.Whole("target click-to-door", 0, MaxMinute),
            row.Whole("maximum click-to-door", 0, MaxMinute),
            row.Amount("pay per order"),
            row.Amount("guaranteed pay per hour"));
    }

    private static ImmutableArray<DayRestaurant> ReadRestaurants(string folder)
    {
        var ids = new Ids("restaurant");
        return [.. TabTable.Read(folder, RestaurantsFile, "restaurant", "x", "y").Rows
            .Select(row => new DayRestaurant(ids.Take(row), ReadPlace(row)))];
    }

    private static ImmutableArray<DayCourier> ReadCouriers(string folder)
    {
        var ids = new Ids("courier");
        return [.. TabTable.Read(folder, CouriersFile, "courier", "x", "y", "on_time", "off_time").Rows.Select(row =>
        {
            var courier = new DayCourier(ids.Take(row), ReadPlace(row), row.Whole("on_time", 0, MaxMinute), row.Whole("off_time", 0, MaxMinute));
            return courier.OffMinute >= courier.OnMinute
                ? courier
                : throw row.Bad("off_time", $"{courier.OffMinute} is before the on_time, {courier.OnMinute}.");
        })];
    }

    private static ImmutableArray<DayOrder> ReadOrders(string folder, Dictionary<string, DayRestaurant> restaurants)
    {
        var ids = new Ids("order");
        return [.. TabTable.Read(folder, OrdersFile, "order", "x", "y", "placement_time", "restaurant", "ready_time").Rows.Select(row =>
        {
            var id = ids.Take(row);
            if (restaurants.ContainsKey(id)) throw row.Bad("order", $"'{id}' is a restaurant too; a solution could not tell the two places apart.");
            var place = ReadPlace(row);
            var placement = row.Whole("placement_time", 0, MaxMinute);
            if (!restaurants.TryGetValue(row.Text("restaurant"), out var restaurant))
                throw row.Bad("restaurant", $"'{row.Text("restaurant")}' is not in {RestaurantsFile}.");
            var ready = row.Whole("ready_time", 0, MaxMinute);
            if (ready < placement) throw row.Bad("ready_time", $"{ready} is before the placement_time, {placement}.");
            return new DayOrder(id, place, placement, restaurant, ready);
        })];
    }

    private static Place ReadPlace(TabTable.Row row) => new(row.Whole("x", -MaxMetres, MaxMetres), row.Whole("y", -MaxMetres, MaxMetres));

    /// <summary>The ids of one file: each once, and each fit to name a grain and to stand in a space-separated file.</summary>
    private sealed class Ids(string column)
    {
        private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

        public string Take(TabTable.Row row)
        {
            var id = row.Text(column);
            if (!EntityId.IsValid(id)) throw row.Bad(column, $"'{id}' is not an id: {EntityId.Rule}.");
            if (id == DayMove.OnLocation && column != "courier")
                throw row.Bad(column, $"'{id}' cannot be an id: a solution writes it for a courier's on-location.");
            if (!_lines.TryAdd(id, row.Line)) throw row.Bad(column, $"'{id}' is on line {_lines[id]} already.");
            return id;
        }
    }
}
