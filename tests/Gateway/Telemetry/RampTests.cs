using OrderActors.Client;
using OrderActors.TestKit;
using Xunit;

namespace OrderActors.Tests.Gateway.Telemetry;

/// <summary>A host that has become ready takes its load in a straight line.</summary>
public sealed class RampTests
{
    private static readonly RampOptions Options = new() { Time = TimeSpan.FromSeconds(20), From = 0.25 };

    [Theory]
    [InlineData(-1, 0.25)]
    [InlineData(0, 0.25)]
    [InlineData(10, 0.625)]
    [InlineData(20, 1)]
    [InlineData(1e6, 1)]
    public void The_share_rises_in_a_straight_line_and_stays_at_all(double seconds, double share) =>
        Assert.Equal(share, AdmissionRamp.Share(TimeSpan.FromSeconds(seconds), Options.Time, Options.From), 9);

    [Fact]
    public void It_begins_when_the_host_is_ready_and_only_once()
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        var ramp = new AdmissionRamp(Options, clock);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0.25, ramp.Share(clock.GetTimestamp()));
        ramp.Begin();
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0.625, ramp.Share(clock.GetTimestamp()), 9);
        ramp.Begin();
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, ramp.Share(clock.GetTimestamp()));
    }

    [Fact]
    public void Without_a_time_everything_is_admitted_from_the_start() =>
        Assert.Equal(1, new AdmissionRamp(new RampOptions { Time = TimeSpan.Zero }, TimeProvider.System).Share(0));
}
