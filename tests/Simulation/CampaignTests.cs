using OrderActors.Tools;
using OrderActors.Tools.Simulate;

namespace OrderActors.Tests.Simulation;

/// <summary>
/// What of a campaign fits into every build: the same seeds each time, so that a failure is the change's own. Long campaigns are the command's.
/// </summary>
public sealed class CampaignTests
{
    [Theory]
    [InlineData(100, 200)]
    [InlineData(500, 10)]
    public void Every_promise_holds_in_every_world(int seeds, int orders)
    {
        var (report, progress) = (new StringWriter(), TextWriter.Synchronized(new StringWriter()));
        var options = new SimulateOptions { From = 1, Seeds = seeds, Orders = orders, ShrinkFor = TimeSpan.Zero };
        Assert.True(Tools.Simulate.Simulation.Run(options, report, progress, CancellationToken.None) == ExitCodes.Ok, $"{report}\n{progress}");
    }
}
