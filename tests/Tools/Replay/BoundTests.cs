using System.Globalization;
using OrderActors.Tools.Replay;

namespace OrderActors.Tests.Tools.Replay;

public class BoundTests
{
    /// <summary>
    /// The published bound is what an order takes with a courier standing by: preparation, half a pickup service, the drive
    /// and half a drop-off service. To get all 120 right, travel and service must be understood as their authors do.
    /// </summary>
    [PublishedInstancesFact]
    public void The_published_bound_follows_from_our_reading_of_every_instance()
    {
        var lines = File.ReadAllLines(Path.Combine(PublishedInstances.Folder!, "peers.csv"));
        var columns = lines[0].Split(',').ToList();
        foreach (var line in lines[1..])
        {
            var fields = line.Split(',');
            var instance = InstanceReader.Read(Path.Combine(PublishedInstances.Folder!, fields[columns.IndexOf("instance")]));
            var p = instance.Parameters;
            var bound = instance.Orders.Average(o =>
                o.ReadyMinute - o.PlacementMinute + p.HalfPickup + TimetableCheck.DriveMinutes(o.Restaurant.Location, o.Dropoff,
                    p.MetresPerMinute) + p.HalfDropoff);
            var published = decimal.Parse(fields[columns.IndexOf("bound")], CultureInfo.InvariantCulture);
            Assert.True(Math.Abs(bound - published) <= 0.001m, $"{instance.Name}: {bound} is not {published}.");
            Assert.Equal(int.Parse(fields[columns.IndexOf("orders")], CultureInfo.InvariantCulture), instance.Orders.Length);
        }

        Assert.Equal(120, lines.Length - 1);
    }
}
