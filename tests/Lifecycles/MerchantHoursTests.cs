using System.Collections.Immutable;
using OrderActors.Merchants;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles;

public class MerchantHoursTests
{
    private static readonly ImmutableArray<OpenInterval> Never = [];

    private static OpeningHours Daily(string zone, params OpenInterval[] open) =>
        new(zone, [.. Enum.GetValues<Weekday>().Select(day => new WeekdayHours(day, [.. open]))]);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static OpenInterval Open(int from, int to, int fromMinute = 0, int toMinute = 0) => new(from * 60 + fromMinute, to * 60 + toMinute);

    [Theory]
    [InlineData("2026-06-01T08:59:59+02:00", false)]
    [InlineData("2026-06-01T09:00:00+02:00", true)]
    [InlineData("2026-06-01T14:59:59+02:00", true)]
    [InlineData("2026-06-01T15:00:00+02:00", false)]
    [InlineData("2026-06-01T07:30:00Z", true)]
    public void Hours_hold_from_the_opening_to_the_closing_in_their_own_zone(string at, bool open) =>
        Assert.Equal(open, OpeningTimes.IsOpen(Daily("Europe/Berlin", Open(9, 15)), At(at)));

    [Fact]
    public void An_interval_across_midnight_belongs_to_the_day_on_which_it_begins()
    {
        // Open on Friday night only; 2026-06-05 is a Friday.
        var hours = new OpeningHours("Europe/Berlin", [new(Weekday.Friday, [Open(20, 3)])]);
        Assert.True(OpeningTimes.IsOpen(hours, At("2026-06-05T23:00+02:00")));
        Assert.True(OpeningTimes.IsOpen(hours, At("2026-06-06T02:59+02:00")));
        Assert.False(OpeningTimes.IsOpen(hours, At("2026-06-06T03:00+02:00")));
        Assert.False(OpeningTimes.IsOpen(hours, At("2026-06-05T02:00+02:00")));
        Assert.Equal(At("2026-06-12T20:00+02:00"), OpeningTimes.NextOpen(hours, At("2026-06-06T03:00+02:00")));
    }

    [Fact]
    public void A_holiday_takes_the_place_of_its_weekday_and_not_of_the_night_before()
    {
        var hours = Daily("Europe/Berlin", Open(18, 2)) with
        {
            Exceptions = [new(new(2026, 12, 25), Never), new(new(2026, 12, 26), [Open(10, 12)])],
        };
        Assert.True(OpeningTimes.IsOpen(hours, At("2026-12-25T01:00+01:00")));
        Assert.False(OpeningTimes.IsOpen(hours, At("2026-12-25T19:00+01:00")));
        Assert.False(OpeningTimes.IsOpen(hours, At("2026-12-26T01:00+01:00")));
        Assert.True(OpeningTimes.IsOpen(hours, At("2026-12-26T11:00+01:00")));
        Assert.Equal(At("2026-12-26T10:00+01:00"), OpeningTimes.NextOpen(hours, At("2026-12-25T02:00+01:00")));
        Assert.Equal(At("2026-12-27T18:00+01:00"), OpeningTimes.NextOpen(hours, At("2026-12-26T12:00+01:00")));
    }

    [Fact]
    public void A_time_that_the_clocks_skip_is_as_much_later_as_they_jump()
    {
        // Berlin, 2026-03-29: 02:00 becomes 03:00.
        var hours = Daily("Europe/Berlin", Open(2, 4, fromMinute: 30));
        Assert.Equal(At("2026-03-29T03:30+02:00"), OpeningTimes.NextOpen(hours, At("2026-03-29T00:00+01:00")));
        Assert.True(OpeningTimes.IsOpen(hours, At("2026-03-29T03:59+02:00")));
        Assert.False(OpeningTimes.IsOpen(hours, At("2026-03-29T03:29+02:00")));
        var within = Daily("Europe/Berlin", Open(2, 2, fromMinute: 15, toMinute: 45));
        Assert.True(OpeningTimes.IsOpen(within, At("2026-03-29T03:20+02:00")));
        Assert.False(OpeningTimes.IsOpen(within, At("2026-03-29T03:50+02:00")));
    }

    [Fact]
    public void A_time_that_comes_twice_opens_at_the_first_and_closes_at_the_second()
    {
        // Berlin, 2026-10-25: 03:00 becomes 02:00.
        var opens = Daily("Europe/Berlin", Open(2, 5, fromMinute: 30));
        Assert.Equal(At("2026-10-25T02:30+02:00"), OpeningTimes.NextOpen(opens, At("2026-10-25T00:00+02:00")));
        Assert.True(OpeningTimes.IsOpen(opens, At("2026-10-25T02:10+01:00")));
        var closes = Daily("Europe/Berlin", Open(1, 2, toMinute: 30));
        Assert.True(OpeningTimes.IsOpen(closes, At("2026-10-25T02:29+01:00")));
        Assert.False(OpeningTimes.IsOpen(closes, At("2026-10-25T02:30+01:00")));
    }

    [Fact]
    public void Hours_that_never_come_have_no_next_opening() =>
        Assert.Null(OpeningTimes.NextOpen(new("Europe/Berlin", []), At("2026-06-01T00:00Z")));

    [Fact]
    public void The_next_opening_is_open_and_the_moment_before_it_is_not()
    {
        var random = new Random(20260601);
        string[] zones = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"];
        for (var run = 0; run < 300; run++)
        {
            var week = Enum.GetValues<Weekday>().Where(_ => random.Next(3) > 0)
                .Select(day => new WeekdayHours(day, [new(random.Next(24 * 60), random.Next(24 * 60 + 1))])).ToImmutableArray();
            var hours = new OpeningHours(zones[run % zones.Length], week);
            var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(365 * 24 * 60));
            if (OpeningTimes.NextOpen(hours, at) is not { } next) continue;
            Assert.True(OpeningTimes.IsOpen(hours, next), $"run {run}: {next:O}");
            Assert.True(next == at || !OpeningTimes.IsOpen(hours, next.AddSeconds(-1)) || next.AddSeconds(-1) < at, $"run {run}: {next:O} was open before");
        }
    }

    [Theory]
    [InlineData("zone")]
    [InlineData("path")]
    [InlineData("twice")]
    [InlineData("many")]
    [InlineData("overlap")]
    [InlineData("overnight")]
    [InlineData("minute")]
    [InlineData("date")]
    public void Bad_hours_are_refused(string fault)
    {
        var hours = fault switch
        {
            "zone" => Daily("Europe/Nowhere", Open(9, 10)),
            "path" => Daily("../../etc/passwd", Open(9, 10)),
            "twice" => new("Europe/Berlin", [new(Weekday.Monday, Never), new(Weekday.Monday, Never)]),
            "many" => Daily("Europe/Berlin", Open(1, 2), Open(3, 4), Open(5, 6), Open(7, 8), Open(9, 10)),
            "overlap" => Daily("Europe/Berlin", Open(9, 12), Open(11, 14)),
            "overnight" => Daily("Europe/Berlin", Open(20, 3), Open(22, 23)),
            "minute" => Daily("Europe/Berlin", new OpenInterval(-1, 100)),
            _ => new OpeningHours("Europe/Berlin", [], [new(new(2026, 1, 1), Never), new(new(2026, 1, 1), Never)]),
        };
        var refusal = TermsRules.ValidateHours(hours);
        Assert.Equal(RefusalCode.ValidationFailed, refusal!.Code);
        if (fault == "zone") Assert.Contains("time zone database", refusal.Detail, StringComparison.Ordinal);
    }
}
