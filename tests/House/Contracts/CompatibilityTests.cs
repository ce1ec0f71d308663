using Xunit;

namespace OrderActors.Tests.House.Contracts;

/// <summary>Silos of this release and of the last one share a cluster: what the last one speaks is still understood, or the version says so.</summary>
public class CompatibilityTests
{
    [Fact]
    public void The_contracts_version_says_whether_released_contracts_changed()
    {
        var changes = Changes(Released.Blocks, Baseline.Blocks([.. ContractTests.Lines()]));
        var least = changes.Count > 0 ? Released.Contracts + 1 : Released.Contracts;
        Assert.True(ContractsVersion.Current >= least, $"""
            These contracts were released and are changed or gone:
              {string.Join("\n  ", changes)}
            Released silos still use them. Add something new beside them instead; or, if no release can use them any more, say
            {Released.Contracts + 1} in ContractsVersion.Current. What is possible: docs/decisions/0008-versions.md.
            """);
        Assert.True(
            ContractsVersion.Current <= Released.Contracts + 1,
            $"The last release speaks version {Released.Contracts} of the contracts: this one can speak {Released.Contracts} or {Released.Contracts + 1}, " +
            $"and ContractsVersion.Current is {ContractsVersion.Current}.");
    }

    [Theory]
    [InlineData("a record's member at the end", "record R", "  int A|  int B|  int C")]
    [InlineData("a method", "grain G", "  'x' Task X()|  'z' Task Z()|  'y' Task Y()")]
    [InlineData("a value", "enum E", "  0 None|  1 Some|  2 All")]
    public void What_is_added_is_compatible(string what, string heading, string lines) => Assert.True(Changes(Sample, With(heading, lines)).Count == 0, what);

    [Theory]
    [InlineData("a record's member is gone", "record R", "  int A")]
    [InlineData("a record's member has another type", "record R", "  int A|  long B")]
    [InlineData("a record's members are in another order", "record R", "  int B|  int A")]
    [InlineData("a member comes before", "record R", "  int C|  int A|  int B")]
    [InlineData("a method is gone", "grain G", "  'x' Task X()")]
    [InlineData("a method has another parameter", "grain G", "  'x' Task X(int a)|  'y' Task Y()")]
    [InlineData("a value has another number", "enum E", "  0 None|  2 Some")]
    [InlineData("it is gone", "enum E", null)]
    public void What_is_changed_is_not(string what, string heading, string? lines) => Assert.False(Changes(Sample, With(heading, lines)).Count == 0, what);

    private static Dictionary<string, List<string>> Sample => new()
    {
        ["record R"] = ["  int A", "  int B"],
        ["grain G"] = ["  'x' Task X()", "  'y' Task Y()"],
        ["enum E"] = ["  0 None", "  1 Some"],
    };

    private static Dictionary<string, List<string>> With(string heading, string? lines)
    {
        var sample = Sample;
        if (lines is null) sample.Remove(heading);
        else sample[heading] = [.. lines.Split('|')];
        return sample;
    }

    /// <summary>What was released and is not as it was. Members of records go by position: their numbers on the wire follow from it.</summary>
    private static List<string> Changes(Dictionary<string, List<string>> released, Dictionary<string, List<string>> present)
    {
        var changes = new List<string>();
        foreach (var (heading, lines) in released.Where(block => !IsVersion(block.Key)))
        {
            if (!present.TryGetValue(heading, out var now)) changes.Add(heading);
            else if (heading.StartsWith("record ", StringComparison.Ordinal) || heading.StartsWith("struct ", StringComparison.Ordinal))
                changes.AddRange(lines.Where((line, at) => now.ElementAtOrDefault(at) != line).Select(line => $"{heading}:{line}"));
            else changes.AddRange(lines.Except(now).Select(line => $"{heading}:{line}"));
        }

        return changes;
    }

    private static bool IsVersion(string heading) => heading == "stored" || heading.StartsWith("contracts ", StringComparison.Ordinal);
}
