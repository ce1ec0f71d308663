using Xunit.Abstractions;

namespace OrderActors.Tests.Teeth;

/// <summary>A simulator that finds nothing proves nothing: it has to find each bug that was put there for it.</summary>
public sealed class TeethTests(ITestOutputHelper output)
{
    private const string TableHead = "| bug | where | promise | seeds needed |";

    private static readonly bool Records = Environment.GetEnvironmentVariable("TEETH_RECORD") == "1";

    // All at once: each bug's test only waits for its own.
    private static readonly Lazy<Hunt> Hunting = new(() => new Hunt(fromTheFirst: Records));

    public static TheoryData<string> Bugs => [.. DeliberateBug.All.Select(bug => bug.Name)];

    [Theory]
    [MemberData(nameof(Bugs))]
    public async Task The_simulator_catches(string name)
    {
        var bug = DeliberateBug.All.Single(b => b.Name == name);
        var found = await Hunting.Value.Of(bug);
        Assert.True(found.Failure is not null, $"{bug.Summary} {Hunt.MaxSeeds} worlds of {bug.Orders} orders did not notice: {bug.Promise} held.");
        output.WriteLine($"{name}: seed {found.Seed}, after {found.Seeds} seeds: {found.Failure!.Message.Split('\n')[0]}");
    }

    [Fact]
    public async Task The_page_on_the_simulator_has_every_bug_and_the_seeds_that_it_took()
    {
        Assert.InRange(DeliberateBug.All.Count, 15, 1_000);
        var page = Path.Combine(Root(), "docs", "simulation.md");
        var lines = (await File.ReadAllLinesAsync(page)).ToList();
        var first = lines.IndexOf(TableHead) + 2;
        Assert.True(first > 1, $"docs/simulation.md has no table '{TableHead}'.");
        var rows = lines.Skip(first).TakeWhile(line => line.StartsWith('|')).ToList();
        if (Records)
        {
            lines.RemoveRange(first, rows.Count);
            lines.InsertRange(first, rows = await Record());
            await File.WriteAllTextAsync(page, string.Join('\n', lines) + '\n');
        }

        Assert.Equal(DeliberateBug.All.Count, rows.Count);
        if (!Records) Assert.Equal(DeliberateBug.All.Select(bug => bug.Row), rows);
    }

    /// <summary>Writes the first seed that catches each bug into its file; the rows of the table.</summary>
    private static async Task<List<string>> Record()
    {
        var rows = new List<string>();
        foreach (var bug in DeliberateBug.All)
        {
            var recorded = bug with { Seed = (await Hunting.Value.Of(bug)).Seed };
            recorded.Write(Path.Combine(Root(), "tests", "Teeth", "Bugs"));
            rows.Add(recorded.Row);
        }

        return rows;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OrderActors.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
