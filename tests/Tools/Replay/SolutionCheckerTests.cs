using OrderActors.Tools.Replay;

namespace OrderActors.Tests.Tools.Replay;

public class SolutionCheckerTests
{
    private const string Assignments = "solution_info_assignments.txt";
    private const string Orders = "solution_info_orders.txt";
    private const string Couriers = "solution_info_couriers.txt";

    /// <summary>One change to the files, the rule it breaks, and where the checker must point.</summary>
    public static readonly TheoryData<string, string, string, string, string, int> Spoilt = new()
    {
        { "Format", Assignments, "45 50", "45 50.0", Assignments, 3 },
        { "Format", Orders, "order placement_time", "order placed", Orders, 1 },
        { "Format", Couriers, "c1 22 r1 o1", "c1 22 r1 o1 c1", Couriers, 3 },
        { "Format", Orders, "o4 100", "o4  100", Orders, 5 },
        { "Format", Assignments, "10 20 c1", "10 x c1", Assignments, 2 },
        { "KnownIds", Assignments, "c2 o3", "c2 o9", Assignments, 3 },
        { "KnownIds", Assignments, "50 c2", "50 c9", Assignments, 3 },
        { "KnownIds", Orders, "57 c2", "57 c9", Orders, 4 },
        { "KnownIds", Orders, "o3 40", "o9 40", Orders, 4 },
        { "KnownIds", Couriers, "r2 o3", "r2 o9", Couriers, 8 },
        { "KnownIds", Couriers, "22 r1", "22 r9", Couriers, 3 },
        { "KnownIds", Couriers, "c2 52", "c9 52", Couriers, 8 },
        { "OrderOnce", Assignments, "c1 o4", "c1 o1 o4", Assignments, 4 },
        { "OrderOnce", Orders, "o3 40", "o2 40", Orders, 4 },
        { "OneRestaurant", Assignments, "o1 o2", "o1 o3", Assignments, 2 },
        { "SameOrders", Orders, "o4 100 110 110 115 c1\n", "", Assignments, 4 },
        { "SameOrders", Assignments, "100 110 c1 o4\n", "", Orders, 5 },
        { "CourierTogether", Couriers, "c1 112 r2 o4\nc2 45 0 r2\n", "c2 45 0 r2\nc1 112 r2 o4\n", Couriers, 7 },
        { "FilesAgree", Orders, "40 50 50", "40 50 49", Orders, 4 },
        { "FilesAgree", Orders, "40 50 50", "41 50 50", Orders, 4 },
        { "FilesAgree", Orders, "40 50 50", "40 49 50", Orders, 4 },
        { "FilesAgree", Orders, "57 c2", "57 c1", Orders, 4 },
        { "AssignedAfterPlacement", Assignments, "10 20", "5 20", Assignments, 2 },
        { "AssignedOnShift", Assignments, "45 50", "29 50", Assignments, 3 },
        { "AssignedOnShift", Assignments, "45 50", "91 50", Assignments, 3 },
        { "AssignedWhenIdle", Assignments, "100 110", "38 110", Assignments, 4 },
        { "MovesFollowAssignments", Couriers, "c2 52 r2 o3\n", "", Assignments, 3 },
        { "MovesFollowAssignments", Couriers, "r1 o1", "r1 o2", Couriers, 3 },
        { "MovesFollowAssignments", Couriers, "c2 52 r2 o3\n", "c2 52 r2 o3\nc2 59 o3 r2\n", Couriers, 9 },
        { "MovesChain", Couriers, "c2 45 0 r2", "c2 45 r1 r2", Couriers, 7 },
        { "MovesChain", Couriers, "31 o1 o2", "31 r1 o2", Couriers, 4 },
        { "LeavesAfterAssignment", Couriers, "c1 101", "c1 99", Couriers, 5 },
        { "PickupAfterReady", Assignments, "10 20", "10 19", Assignments, 2 },
        { "PickupAfterArrival", Couriers, "c1 101", "c1 102", Assignments, 4 },
        { "PickupBeforeOffTime", Assignments, "45 50", "45 91", Assignments, 3 },
        { "LeavesAfterPickup", Couriers, "c1 22", "c1 21", Couriers, 3 },
        { "LeavesAfterPickup", Couriers, "c1 22", "c1 23", Couriers, 3 },
        { "DropoffAfterArrival", Orders, "50 57", "50 56", Orders, 4 },
        { "DropoffAfterArrival", Orders, "50 57", "50 58", Orders, 4 },
        { "LeavesAfterDropoff", Couriers, "c1 31", "c1 30", Couriers, 4 },
        { "LeavesAfterDropoff", Couriers, "c1 31", "c1 32", Couriers, 4 },
        { "DropoffsInSequence", Orders, "20 37", "20 32", Orders, 3 },
    };

    [Fact]
    public void A_day_worked_out_by_hand_is_right()
    {
        using var folder = new TemporaryFolder();
        SolutionWriter.Write(folder.Path, TinyDay.Instance, TinyDay.Solution);
        Assert.Empty(SolutionChecker.Check(TinyDay.Instance, folder.Path).Breaches);
    }

    [Theory, MemberData(nameof(Spoilt))]
    public void One_change_breaks_its_rule(string rule, string file, string right, string wrong, string blamed, int line)
    {
        using var folder = new TemporaryFolder();
        SolutionWriter.Write(folder.Path, TinyDay.Instance, TinyDay.Solution);
        var text = File.ReadAllText(folder.Combine(file));
        Assert.Single(text.Split(right)[1..]);
        File.WriteAllText(folder.Combine(file), text.Replace(right, wrong, StringComparison.Ordinal));

        var breaches = SolutionChecker.Check(TinyDay.Instance, folder.Path).Breaches;
        Assert.Contains(breaches, b => b.Rule.ToString() == rule && b.File == blamed && b.Line == line);
        Assert.All(breaches, b => Assert.StartsWith($"{b.File} line {b.Line}: {b.Rule}: ", b.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Every_rule_has_a_change_that_breaks_it()
    {
        var tried = Spoilt.Select(row => (string)((object[])row)[0]).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(Enum.GetNames<Rule>().Order(StringComparer.Ordinal), tried);
    }

    [Theory]
    [InlineData(Assignments)]
    [InlineData(Orders)]
    [InlineData(Couriers)]
    public void A_missing_file_is_a_breach_and_there_are_no_measures(string file)
    {
        using var folder = new TemporaryFolder();
        SolutionWriter.Write(folder.Path, TinyDay.Instance, TinyDay.Solution);
        File.Delete(folder.Combine(file));
        var report = SolutionChecker.Check(TinyDay.Instance, folder.Path);
        Assert.Contains(report.Breaches, b => b.Rule == Rule.Format && b.File == file);
        Assert.Null(report.Measures);
    }

    [Fact]
    public void A_day_without_deliveries_is_right()
    {
        using var folder = new TemporaryFolder();
        SolutionWriter.Write(folder.Path, TinyDay.Instance, new DaySolution([], [], []));
        var report = SolutionChecker.Check(TinyDay.Instance, folder.Path);
        Assert.Empty(report.Breaches);
        Assert.Equal((5, 0, 9), (report.Measures!.Orders, report.Measures.Delivered, report.Measures.CostPerOrder));
    }
}
