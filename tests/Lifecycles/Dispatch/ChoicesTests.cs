using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using Xunit;
using static OrderActors.Tests.Lifecycles.Dispatch.Zone;

namespace OrderActors.Tests.Lifecycles.Dispatch;

public sealed class ChoicesTests
{
    [Fact]
    public void A_choice_says_the_way_the_wait_and_who_else_there_was()
    {
        var near = Courier("near", at: 3);
        var input = new DispatchInput(
            Noon, [Order(1, readyIn: 8), Order(2)],
            [
                near, Courier("next", at: 5), Courier("far", at: 9), Courier("later", freeIn: 1), Courier("ends", until: 1),
                Courier("passed", at: 1) with { Passed = [new(Number(1), Noon.AddMinutes(5))] },
            ],
            new Minutes());

        // 3 minutes there and 2 of service; ready at 8.
        var choice = Choices.Of("town", input, new Pairing(near, [Number(1)], ChoiceBasis.Plan));
        Assert.Equal(
            (ChoiceBasis.Plan, "town", 3.0, 3.0, Noon.AddMinutes(8), 3, (double?)5.0),
            (choice.Basis, choice.Zone, choice.Drive.TotalMinutes, choice.Wait.TotalMinutes, choice.PickupAt, choice.Considered,
                choice.NextDrive?.TotalMinutes));
        Assert.Equal([Number(1)], choice.Orders.ToArray());
        Assert.Null(Choices.Of("town", input with { Idle = [near] }, new Pairing(near, [Number(1)])).NextDrive);
    }

    [Fact]
    public void A_trip_to_two_merchants_visits_both_before_the_first_customer()
    {
        // To m: 1 + 2, ready at 5, away at 7. To n: 4 + 2, there at 13, away at 15. To the customers: 6 + 4 and 1 + 4.
        var trip = TripTimetable.Of(
            Courier("c", at: -1),
            [
                Order(1, readyIn: 5) with { Merchant = "m", Dropoff = North(10) }, Order(2, at: 4) with { Merchant = "n", Dropoff = North(11) },
            ],
            new Minutes(), Noon);
        Assert.Equal(
            (1.0, 2.0, Noon.AddMinutes(13), Noon.AddMinutes(30)), (trip.Drive.TotalMinutes, trip.Wait.TotalMinutes, trip.PickupAt, trip.FreeAt));
    }
}
