using OrderActors.Tools.Replay;

namespace OrderActors.Tests.Tools.Replay;

public class TravelTests
{
    [Theory]
    [InlineData(0, 0, 320, 0)]
    [InlineData(1, 0, 320, 1)]
    [InlineData(320, 0, 320, 1)]
    [InlineData(321, 0, 320, 2)]
    [InlineData(300, 400, 100, 5)]
    [InlineData(300, 401, 100, 6)]
    [InlineData(20_000_000, 0, 1, 20_000_000)]
    [InlineData(20_000_000, 20_000_000, 427, 66_240)]
    public void Minutes_are_rounded_up_and_whole_ones_stay(int dx, int dy, int speed, int minutes)
    {
        var (from, to) = (new Place(-10_000_000, -10_000_000), new Place(dx - 10_000_000, dy - 10_000_000));
        Assert.Equal(minutes, TimetableCheck.DriveMinutes(from, to, speed));
        Assert.Equal(TimeSpan.FromMinutes(minutes), Travel(speed).Between(PlanarTravel.ToPoint(from), PlanarTravel.ToPoint(to)));
    }

    [Fact]
    public void The_drivers_and_the_checkers_arithmetic_agree()
    {
        const int seed = 20;
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var speed = random.Next(1, 500);

            // Every other distance is a multiple of the speed: where rounding goes wrong if it does.
            var (from, to) = i % 2 == 0
                ? (Any(random), Any(random))
                : (new Place(0, 0), new Place(3 * speed * random.Next(100), 4 * speed * random.Next(100)));
            Assert.Equal(
                TimetableCheck.DriveMinutes(from, to, speed),
                Travel(speed).Between(PlanarTravel.ToPoint(from), PlanarTravel.ToPoint(to)).TotalMinutes);
        }
    }

    [Fact]
    public void A_place_comes_back_from_its_position_exactly()
    {
        for (var metres = -10_000_000; metres <= 10_000_000; metres += 9_973)
        {
            var point = PlanarTravel.ToPoint(new Place(metres, -metres));
            Assert.True(point.IsValid);
            Assert.Equal(new Place(metres, -metres), PlanarTravel.ToPlace(point));
        }
    }

    private static Place Any(Random random) => new(random.Next(-60_000, 60_000), random.Next(-60_000, 60_000));

    private static PlanarTravel Travel(int speed) => new(new DayParameters(speed, 4, 4, 40, 90, 10, 15));
}
