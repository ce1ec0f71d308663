using System.Text.Json;
using OrderActors.Tools.Replay;

namespace OrderActors.Tests.Tools.Replay;

public class MeasuresTests
{
    [Fact]
    public void A_day_worked_out_by_hand()
    {
        using var folder = new TemporaryFolder();
        SolutionWriter.Write(folder.Path, TinyDay.Instance, TinyDay.Solution);
        var m = SolutionChecker.Check(TinyDay.Instance, folder.Path).Measures!;
        Assert.Equal((5, 4), (m.Orders, m.Delivered));
        Assert.Equal((24 + 31 + 17 + 15) / 4.0, m.ClickToDoorMean, 9);
        Assert.Equal(24 + 0.7 * (31 - 24), m.ClickToDoorP90, 9);
        Assert.Equal(5 / 4.0, m.ReadyToPickupMean, 9);
        Assert.Equal((14 + 17 + 7 + 5) / 4.0, m.ReadyToDoorMean, 9);

        // c1 drives 3 + 5 + 4 + 7 + 1 and serves 2 pickups and 3 drop-offs in 120 minutes; c2 drives 3 and serves 1 and 1 in 60.
        Assert.Equal((40 / 120.0 + 11 / 60.0) / 2, m.CourierUtilisation, 9);

        // c1: 3 orders at 10 are as much as 2 hours at 15; c2: an hour at 15 is more than one order.
        Assert.Equal((30 + 15) / 5.0, m.CostPerOrder, 9);
        Assert.Equal(4 / 3.0, m.OrdersPerBundle, 9);
    }

    [Theory]
    [InlineData(new double[] { }, 0)]
    [InlineData(new double[] { 7 }, 7)]
    [InlineData(new double[] { 10, 20 }, 19)]
    [InlineData(new double[] { 11, 1, 2, 10, 3, 9, 4, 8, 5, 7, 6 }, 10)]
    public void The_90th_percentile_is_linear_between_neighbours(double[] values, double expected) =>
        Assert.Equal(expected, Measures.Percentile(values, 0.9), 9);

    [Theory]
    [InlineData(new double[] { }, 0)]
    [InlineData(new double[] { 0, 0 }, 0)]
    [InlineData(new double[] { 3, 3, 3 }, 0)]
    [InlineData(new double[] { 0, 0, 0, 8 }, 0.75)]
    [InlineData(new double[] { 3, 1 }, 0.25)]
    public void How_unlike_earnings_are_goes_from_0_towards_1(double[] values, double expected) =>
        Assert.Equal(expected, Measures.Gini(values), 9);

    [Fact]
    public void The_summary_has_exactly_the_promised_keys()
    {
        var json = ReplaySummary.Of("tiny", new Measures(5, 4, 1, 2, 3, 4, 5, 6, 7), TimeSpan.FromSeconds(1.5)).ToJson();
        using var document = JsonDocument.Parse(json);
        Assert.Equal(
            ["instance", "orders", "delivered", "clickToDoorMean", "clickToDoorP90", "readyToPickupMean", "courierUtilisation",
             "costPerOrder", "ordersPerBundle", "wallSeconds", "earningsGini", "earningsSpread"],
            document.RootElement.EnumerateObject().Select(p => p.Name));
    }
}
