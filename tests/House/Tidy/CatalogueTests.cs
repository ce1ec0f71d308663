using System.Text.RegularExpressions;
using OrderActors.Broadcast;
using Xunit;

namespace OrderActors.Tests.House.Tidy;

/// <summary>What integrators read of events is what there is.</summary>
public partial class CatalogueTests
{
    [Fact]
    public void The_catalogue_of_events_has_every_type_once()
    {
        var rows = Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/events.md"))).Select(row => row.Groups[1].Value).ToList();
        Assert.Equal(EventTypes.All.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| `([a-z_]+\.[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
