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
