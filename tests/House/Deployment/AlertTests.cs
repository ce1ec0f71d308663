using System.Text.RegularExpressions;
using Xunit;

namespace OrderActors.Tests.House.Deployment;

/// <summary>The alert rules are loaded, and whoever is woken by one is told what to do. That their metrics exist is tested with a running silo.</summary>
public sealed partial class AlertTests
{
    private const string File = "alerts.yml";

    private static readonly Dictionary<object, object?> Rules = ComposeFile.Parse(Repository.Read(File)).Root;

    private static IEnumerable<Dictionary<object, object?>> Alerts =>
        ((List<object>)Rules["groups"]!).Cast<Dictionary<object, object?>>().SelectMany(g => (List<object>)g["rules"]!).Cast<Dictionary<object, object?>>();

    [Fact]
    public void Prometheus_loads_the_rules()
    {
        var config = (Dictionary<object, object?>)ComposeFile.Cluster.Map("configs")["alerts"]!;
        Assert.Equal("./" + File, config["file"]);
        var mounted = ((List<object>)ComposeFile.Cluster.Services["prometheus"]["configs"]!).Cast<Dictionary<object, object?>>()
            .Single(c => (string)c["source"]! == "alerts")["target"];
        var settings = ComposeFile.Parse(ComposeFile.Cluster.Config("prometheus")).Root;
        Assert.Equal(mounted, Assert.Single((List<object>)settings["rule_files"]!));
    }

    [Fact]
    public void Every_alert_says_how_urgent_it_is_what_is_wrong_and_what_to_do()
    {
        Assert.Equal(Alerts.Count(), Alerts.Select(a => a["alert"]).Distinct().Count());
        foreach (var alert in Alerts)
        {
            var name = (string)alert["alert"]!;
            Assert.All(alert.Keys, key => Assert.Contains((string)key, (string[])["alert", "expr", "for", "labels", "annotations"]));
            Assert.Contains((string)Inner(alert, "labels")["severity"]!, (string[])["page", "ticket", "info"]);
            foreach (var text in (string[])["summary", "runbook"])
            {
                Assert.True(Inner(alert, "annotations").TryGetValue(text, out var said) && ((string)said!).EndsWith('.'), $"{name} has no {text}");
            }

            if (alert.TryGetValue("for", out var time)) Assert.Matches(Duration(), (string)time!);
        }

        // Whoever is paged too often stops looking.
        Assert.InRange(Alerts.Count(a => (string)Inner(a, "labels")["severity"]! == "page"), 3, 8);
    }

    [Fact]
    public void Brackets_of_every_expression_are_in_pairs()
    {
        foreach (var alert in Alerts)
        {
            var expression = Text().Replace((string)alert["expr"]!, "");
            foreach (var pair in (string[])["()", "{}", "[]"])
            {
                Assert.True(expression.Count(c => c == pair[0]) == expression.Count(c => c == pair[1]), $"{alert["alert"]}: {pair}");
            }
        }
    }

    private static Dictionary<object, object?> Inner(Dictionary<object, object?> alert, string key) => (Dictionary<object, object?>)alert[key]!;

    [GeneratedRegex("^[0-9]+[smhd]$")]
    private static partial Regex Duration();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Text();
}
