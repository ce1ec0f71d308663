using OrderActors.Dispatch;
using Xunit;
using static OrderActors.Tests.Lifecycles.Dispatch.Zone;

namespace OrderActors.Tests.Lifecycles.Dispatch;

public class ZoneForecastTests
{
    private readonly ZoneForecast _forecast = new(new Minutes(), maxBusy: 2);

    [Fact]
    public void A_courier_is_expected_where_the_last_customer_is_when_the_last_stop_is_over()
    {
        // 5 minutes there and 2 to the handover at 7, but ready at 10; away at 12; 6 and 4 at one customer, 2 and 4 at the next.
        _forecast.Took(Courier("c", at: 5), [Order(1, readyIn: 10) with { Dropoff = North(6) }, Order(2) with { Dropoff = North(8) }], Noon);
        var busy = Assert.Single(_forecast.Busy(Noon));
        Assert.Equal((Noon.AddMinutes(28), North(8)), (busy.Since, busy.Location));
    }

    [Fact]
    public void Who_is_late_is_expected_within_a_minute_until_half_an_hour_has_passed()
    {
        _forecast.Took(Courier("c"), [Order(1)], Noon);
        Assert.Equal(Noon.AddMinutes(8), Assert.Single(_forecast.Busy(Noon)).Since);
        Assert.Equal(Noon.AddMinutes(21), Assert.Single(_forecast.Busy(Noon.AddMinutes(20))).Since);
        Assert.Empty(_forecast.Busy(Noon.AddMinutes(39)));
    }

    [Fact]
    public void Who_is_back_on_the_board_is_expected_no_more()
    {
        _forecast.Took(Courier("c"), [Order(1)], Noon);
        _forecast.Returned("c");
        Assert.Empty(_forecast.Busy(Noon));
    }

    [Fact]
    public void No_more_couriers_are_expected_than_a_zone_may_have()
    {
        foreach (var id in new[] { "a", "b", "c" }) _forecast.Took(Courier(id), [Order(1)], Noon);
        Assert.Equal(["a", "b"], _forecast.Busy(Noon).Select(courier => courier.Courier).Order());
    }

    [Fact]
    public void An_order_of_an_hour_ago_counts_half()
    {
        _forecast.Placed(Order(1), Noon);
        _forecast.Placed(Order(2), Noon.AddHours(1));
        _forecast.Placed(Order(3, at: 4), Noon.AddHours(1));
        Assert.Equal([(Centre, 1.5), (North(4), 1.0)], _forecast.Demand(Noon.AddHours(1)).Select(demand => (demand.Place, demand.Weight)));
    }
}
