using System.Collections.Immutable;
using OrderActors.Couriers;

namespace OrderActors.Tests.Lifecycles;

public class EarningsTests
{
    private static readonly DateTimeOffset Nine = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly CourierOptions Options = new() { PayPerDelivery = 450, GuaranteedPerHour = 1_300 };

    private static ShiftReport Close(Shift shift, double hours, DateTimeOffset? until = null, DateTimeOffset? handover = null) =>
        Earnings.Close(shift, until, handover, Nine.AddHours(hours), Options);

    [Fact]
    public void A_quiet_shift_is_topped_up_to_the_guarantee()
    {
        var shift = Earnings.Deliver(Earnings.Deliver(Earnings.Start(Nine, null), 450), 450);
        Assert.Equal(new ShiftReport(Nine, Nine.AddHours(4), TimeSpan.FromHours(4), 2, 900, 4 * 1_300 - 900, "EUR"), Close(shift, 4));
    }

    [Fact]
    public void A_busy_shift_needs_no_top_up() =>
        Assert.Equal(0, Close(Enumerable.Range(0, 9).Aggregate(Earnings.Start(Nine, null), (s, _) => Earnings.Deliver(s, 450)), 3).TopUp);

    [Fact]
    public void Breaks_do_not_count_whether_they_are_over_or_not()
    {
        var shift = Earnings.Resume(Earnings.Pause(Earnings.Start(Nine, null), Nine.AddHours(1)), Nine.AddHours(1.5));
        Assert.Equal(TimeSpan.FromHours(3.5), Close(shift, 4).OnDuty);
        Assert.Equal(TimeSpan.FromHours(2.5), Close(Earnings.Pause(shift, Nine.AddHours(3)), 4).OnDuty);
    }

    [Fact]
    public void Time_before_the_planned_start_is_not_guaranteed_and_a_late_start_is_the_start()
    {
        Assert.Equal(TimeSpan.FromHours(3), Close(Earnings.Start(Nine, Nine.AddHours(1)), 4).OnDuty);
        Assert.Equal(TimeSpan.FromHours(4), Close(Earnings.Start(Nine, Nine.AddHours(-1)), 4).OnDuty);
        var brokeEarly = Earnings.Resume(Earnings.Pause(Earnings.Start(Nine, Nine.AddHours(1)), Nine), Nine.AddHours(1.5));
        Assert.Equal(TimeSpan.FromHours(2.5), Close(brokeEarly, 4).OnDuty);
        Assert.Equal(TimeSpan.Zero, Close(Earnings.Start(Nine, Nine.AddHours(5)), 4).OnDuty);
    }

    [Fact]
    public void After_the_planned_end_only_the_way_to_the_last_customer_counts()
    {
        var shift = Earnings.Start(Nine, null);
        Assert.Equal(TimeSpan.FromHours(8), Close(shift, 20, Nine.AddHours(8)).OnDuty);
        Assert.Equal(TimeSpan.FromHours(8.5), Close(shift, 20, Nine.AddHours(8), Nine.AddHours(8.5)).OnDuty);
        Assert.Equal(TimeSpan.FromHours(8), Close(shift, 20, Nine.AddHours(8), Nine.AddHours(7)).OnDuty);
    }

    [Fact]
    public void A_fraction_of_a_cent_is_the_couriers() => Assert.Equal(1, Close(Earnings.Start(Nine, null), 1e-6).TopUp);

    [Fact]
    public void Days_are_kept_newest_first_and_sixty_of_them()
    {
        ImmutableArray<EarningsDay> days = [];
        for (var day = 0; day < 100; day++)
        {
            days = Earnings.Book(days, Nine.AddDays(day), 450, "EUR");
            days = Earnings.Book(days, Nine.AddDays(day).AddHours(1), 450, "EUR");
        }

        Assert.Equal(Earnings.MaxDays, days.Length);
        Assert.Equal(new EarningsDay(new(2026, 6, 9, 0, 0, 0, TimeSpan.Zero), "EUR", 2, 900, 0, TimeSpan.Zero), days[0]);
        days = Earnings.Book(days, Close(Earnings.Start(Nine.AddDays(99), null), 99 * 24 + 2));
        Assert.Equal((900, 2_600L, TimeSpan.FromHours(2)), (days[0].Earned, days[0].TopUp, days[0].OnDuty));
        Assert.Equal(2, Earnings.Book(days, Nine.AddDays(99), 450, "CHF").Count(day => day.Day == days[0].Day));
    }
}
