using OrderActors.Tools.Chaos;
using OrderActors.Tools.Chaos.Targets;
using SiloDisk = OrderActors.Silo.Hosting.DiskFault;

namespace OrderActors.Tests.Tools.Chaos.Command;

/// <summary>What a silo reads in the file that says what is wrong with its disk.</summary>
public class DiskControlTests
{
    [Theory]
    [InlineData("", 0, false)]
    [InlineData("full\n", 0, true)]
    [InlineData("delay 200ms\n", 200, false)]
    [InlineData("\n delay 1ms \r\nfull", 1, true)]
    public void A_control_file_says_what_is_wrong(string text, int milliseconds, bool full)
    {
        var fault = SiloDisk.Parse(text, out var wrong);
        Assert.Null(wrong);
        Assert.Equal(new SiloDisk(TimeSpan.FromMilliseconds(milliseconds), full), fault);
    }

    [Fact]
    public async Task Faults_that_came_to_overlap_hold_until_each_is_over()
    {
        using var folder = new TemporaryFolder();
        var control = folder.Combine("disk");
        var scenario = ScenarioReader.Parse("slow.yaml", """
            about: The disk is slow.
            load: {stages: 10s@1}
            faults:
              - {at: 1s, do: slow_disk, whom: silo, delay: 20ms, for: 1s}
            """);
        await using var platform = ChaosPlatform.Attach(new(scenario) { Url = new("http://127.0.0.1:1"), DiskControl = control });
        var slow = (DiskFault)scenario.Faults[0];
        DiskFault[] faults = [slow, slow with { Delay = TimeSpan.FromMilliseconds(30) }, slow with { Delay = null }];
        var said = new List<string>();
        foreach (var fault in faults) Say(() => platform.HinderDisk(fault));
        foreach (var fault in faults.Reverse()) Say(() => platform.HealDisk(fault));
        Assert.Equal(["delay 20ms\n", "delay 30ms\n", "delay 30ms\nfull\n", "delay 30ms\n", "delay 20ms\n", ""], said);

        void Say(Action change)
        {
            change();
            said.Add(File.ReadAllText(control));
        }
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("delay 200")]
    [InlineData("delay 0ms")]
    [InlineData("delay 60001ms")]
    [InlineData("delay -5ms")]
    [InlineData("full\nslow")]
    public void What_it_does_not_understand_is_said(string text)
    {
        Assert.Null(SiloDisk.Parse(text, out var wrong));
        Assert.Contains($"'{text.Split('\n')[^1]}' is not understood; a line is 'full', or 'delay' with 1ms to 60000ms", wrong!, StringComparison.Ordinal);
    }
}
