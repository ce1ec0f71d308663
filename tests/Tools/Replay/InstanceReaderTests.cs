using OrderActors.Tools;
using OrderActors.Tools.Replay;

namespace OrderActors.Tests.Tools.Replay;

public class InstanceReaderTests
{
    [Fact]
    public void Reads_every_value()
    {
        var instance = TinyDay.Instance;
        Assert.Equal("tiny", instance.Name);
        Assert.Equal(new DayParameters(100, 4, 4, 40, 90, 10, 15), instance.Parameters);
        Assert.Equal([new DayCourier("c1", new Place(0, 300), 0, 120), new DayCourier("c2", new Place(1000, 0), 30, 90)], instance.Couriers.ToArray());
        Assert.Equal(["r1", "r2"], instance.Restaurants.Select(r => r.Id));
        Assert.Equal(new DayOrder("o3", new Place(1000, 250), 40, instance.Restaurants[1], 50), instance.Orders[2]);
    }

    [Fact]
    public void Columns_may_come_in_any_order_with_others_between_and_carriage_returns_at_the_end()
    {
        using var folder = new TemporaryFolder();
        TinyDay.CopyTo(folder.Path);
        var lines = File.ReadAllLines(folder.Combine("orders.txt")).Select(l => l.Split('\t')).Select((f, i) =>
            string.Join('\t', f[5], f[4], i == 0 ? "extra" : "?", f[3], f[2], f[1], f[0]));
        File.WriteAllText(folder.Combine("orders.txt"), string.Join("\r\n", lines) + "\r\n");
        Assert.Equal(TinyDay.Instance.Orders.ToArray(), InstanceReader.Read(folder.Path).Orders.ToArray());
    }

    [Theory]
    [InlineData("orders.txt", "o2\t300", "o2\tx1", "orders.txt line 3, column 2 (x): 'x1' is not a number.")]
    [InlineData("orders.txt", "\t6\t", "\t6.5\t", "orders.txt line 3, column 4 (placement_time): '6.5' is not a whole number.")]
    [InlineData("orders.txt", "\t6\t", "\t-6\t", "orders.txt line 3, column 4 (placement_time): -6 is not between 0 and 10080.")]
    [InlineData("orders.txt", "r2\t50", "r3\t50", "orders.txt line 4, column 5 (restaurant): 'r3' is not in restaurants.txt.")]
    [InlineData("orders.txt", "o3", "o1", "orders.txt line 4, column 1 (order): 'o1' is on line 2 already.")]
    [InlineData("orders.txt", "o3", "o 3", "orders.txt line 4, column 1 (order): 'o 3' is not an id")]
    [InlineData("orders.txt", "o3", "r1", "orders.txt line 4, column 1 (order): 'r1' is a restaurant too")]
    [InlineData("orders.txt", "o3", "0", "orders.txt line 4, column 1 (order): '0' cannot be an id")]
    [InlineData("orders.txt", "r1\t20", "r1\t2", "orders.txt line 3, column 6 (ready_time): 2 is before the placement_time, 6.")]
    [InlineData("orders.txt", "r1\t20", "r1", "orders.txt line 3, column 6 (ready_time): the line has 5 fields; the header names 6 columns.")]
    [InlineData("orders.txt", "r1\t20", "r1\t20\t1", "orders.txt line 3, column 7: the line has 7 fields; the header names 6 columns.")]
    [InlineData("orders.txt", "ready_time", "ready", "orders.txt line 1: the column 'ready_time' is missing; the 6 columns are order, x, y,")]
    [InlineData("orders.txt", "ready_time", "x", "orders.txt line 1, column 6 (x): column 2 has the same name.")]
    [InlineData("couriers.txt", "c2", "c1", "couriers.txt line 3, column 1 (courier): 'c1' is on line 2 already.")]
    [InlineData("couriers.txt", "30\t90", "90\t30", "couriers.txt line 3, column 5 (off_time): 30 is before the on_time, 90.")]
    [InlineData("restaurants.txt", "1000", "1e3", "restaurants.txt line 3, column 2 (x): '1e3' is not a number.")]
    [InlineData("instance_parameters.txt", "100", "0", "instance_parameters.txt line 2, column 1 (meters_per_minute): 0 is not between 1 and")]
    [InlineData("instance_parameters.txt", "15", "-1", "instance_parameters.txt line 2, column 7 (guaranteed pay per hour): -1 is below 0.")]
    [InlineData("instance_parameters.txt", "15", "15\n1\t1\t1\t1\t1\t1\t1",
        "instance_parameters.txt line 3, column 1: there must be one line of values, not 2.")]
    public void A_wrong_value_is_one_message_with_file_line_and_column(string file, string right, string wrong, string message)
    {
        using var folder = new TemporaryFolder();
        TinyDay.CopyTo(folder.Path);
        var text = File.ReadAllText(folder.Combine(file));
        var at = text.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0);
        File.WriteAllText(folder.Combine(file), text[..at] + wrong + text[(at + right.Length)..]);

        var error = Assert.Throws<BadInputException>(() => InstanceReader.Read(folder.Path));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("orders.txt")]
    [InlineData("couriers.txt")]
    [InlineData("restaurants.txt")]
    [InlineData("instance_parameters.txt")]
    public void A_missing_or_empty_file_is_named(string file)
    {
        using var folder = new TemporaryFolder();
        TinyDay.CopyTo(folder.Path);
        File.Delete(folder.Combine(file));
        Assert.StartsWith($"{file}: cannot be read", Assert.Throws<BadInputException>(() => InstanceReader.Read(folder.Path)).Message,
            StringComparison.Ordinal);
        File.WriteAllText(folder.Combine(file), "\n");
        Assert.StartsWith($"{file} line 1: the file is empty", Assert.Throws<BadInputException>(() => InstanceReader.Read(folder.Path)).Message,
            StringComparison.Ordinal);
    }
}
