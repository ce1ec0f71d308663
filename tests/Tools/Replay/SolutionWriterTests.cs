using OrderActors.Tools.Replay;

namespace OrderActors.Tests.Tools.Replay;

public class SolutionWriterTests
{
    [Fact]
    public void Writes_just_the_three_files_in_the_published_form()
    {
        using var folder = new TemporaryFolder();
        var output = folder.Combine("new/folder");
        SolutionWriter.Write(output, TinyDay.Instance, TinyDay.Solution);

        Assert.Equal(
            ["solution_info_assignments.txt", "solution_info_couriers.txt", "solution_info_orders.txt"],
            Directory.GetFiles(output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(
            "assignment_time pickup_time courier orders\n10 20 c1 o1 o2\n45 50 c2 o3\n100 110 c1 o4\n",
            File.ReadAllText(Path.Combine(output, "solution_info_assignments.txt")));
        Assert.StartsWith(
            "order placement_time ready_time pickup_time dropoff_time courier\no1 5 15 20 29 c1\n",
            File.ReadAllText(Path.Combine(output, "solution_info_orders.txt")), StringComparison.Ordinal);
        Assert.StartsWith(
            "courier departure_time origin destination\nc1 10 0 r1\nc1 22 r1 o1\nc1 31 o1 o2\nc1 101 o2 r2\n",
            File.ReadAllText(Path.Combine(output, "solution_info_couriers.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_day_gives_the_same_bytes_however_its_lists_are_ordered()
    {
        using var folder = new TemporaryFolder();
        var day = TinyDay.Solution;
        var turned = new DaySolution([.. day.Assignments.Reverse()], [.. day.Outcomes.Reverse()], [.. day.Moves.Reverse()]);
        SolutionWriter.Write(folder.Combine("one"), TinyDay.Instance, day);
        SolutionWriter.Write(folder.Combine("two"), TinyDay.Instance, turned);
        SolutionWriter.Write(folder.Combine("two"), TinyDay.Instance, turned);
        foreach (var file in Directory.GetFiles(folder.Combine("one")))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder.Combine("two"), Path.GetFileName(file))));
    }

    [Fact]
    public void Leaves_nothing_behind_when_it_cannot_write_all()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Combine("solution_info_couriers.txt.tmp"));
        Assert.ThrowsAny<Exception>(() => SolutionWriter.Write(folder.Path, TinyDay.Instance, TinyDay.Solution));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("20", "20")]
    [InlineData("20.0", "20")]
    [InlineData("20.50", "20.5")]
    [InlineData("0", "0")]
    public void Minutes_have_no_trailing_zeros(string minute, string expected) =>
        Assert.Equal(expected, SolutionWriter.Minute(decimal.Parse(minute, System.Globalization.CultureInfo.InvariantCulture)));
}
