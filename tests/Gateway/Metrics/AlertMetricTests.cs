using System.Text.RegularExpressions;
using Xunit;
using YamlDotNet.Serialization;

namespace OrderActors.Tests.Gateway.Metrics;

/// <summary>What the alert rules ask for is what a silo serves: every metric, and every label with a value that they name.</summary>
[Collection(SharedSilo.Name)]
public sealed partial class AlertMetricTests(SiloUnderTest silo)
{
    // Prometheus' own.
    private static readonly string[] NotServed = ["up"];

    [Fact]
    public async Task Every_metric_of_the_alert_rules_is_served_once_orders_have_been_through()
    {
        var town = await Town.Open(silo.Api);
        var delivered = await town.PlaceAssigned();
        foreach (var step in (string[])["leave-for-pickup", "arrive-pickup", "pickup", "leave-for-dropoff", "arrive-dropoff", "complete"])
        {
            (await town.Step(delivered, step)).Expect(200);
        }

        (await town.Cancel(await town.Place())).Expect(200);
        await silo.Api.Post("/v1/orders", town.Wanted(("payment", new { method = "card", source = "tok_declined" })));

        // A refused placing is counted by the order that was taken in: cakes, of which there are three.
        (await silo.Api.Post("/v1/orders", town.Order("cake", 4))).Expect(422);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var missing = await Eventually.Get(
            async () => Missing(Exposition.Parse(await http.GetStringAsync(silo.Api.Url + "/metrics"))), m => m.Count == 0, "no metric is missing");
        Assert.Empty(missing);
    }

    [Fact]
    public void The_names_in_an_expression_are_found()
    {
        var found = Selectors("sum by (le, x) (rate(a_bucket{y=\"1\",z=~\"b|c\"}[5m] offset 1d)) > 0.5 * scalar(d_total) or e{} == 1e3");
        Assert.Equal(["a_bucket y=1 z=", "d_total", "e"], found.Select(s => string.Join(' ', [s.Metric, .. s.Labels.Select(l => $"{l.Name}={l.Value}")])));
    }

    private static List<string> Missing(Exposition served)
    {
        var missing = new List<string>();
        foreach (var (alert, expression) in Alerts())
        {
            foreach (var (metric, labels) in Selectors(expression).Where(s => !NotServed.Contains(s.Metric)))
            {
                var samples = served.Samples.Where(s => s.Name == metric).ToList();
                if (samples.Count == 0) missing.Add($"{alert}: {metric}");
                foreach (var (label, value) in labels)
                {
                    // Other values may come when there is cause for them; a label that does not exist never will.
                    if (samples.Count == 0 || samples.Exists(s => s.Labels.ContainsKey(label))) continue;
                    missing.Add($"{alert}: {metric} has no label {label} ({value})");
                }
            }
        }

        return missing;
    }

    private static IEnumerable<(string Alert, string Expression)> Alerts()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "OrderActors.sln"))) root = Path.GetDirectoryName(root)!;
        var rules = new DeserializerBuilder().Build().Deserialize<RuleFile>(File.ReadAllText(Path.Combine(root, "alerts.yml")));
        return rules.groups.SelectMany(g => g.rules).Select(r => (r.alert, r.expr));
    }

    /// <summary>The metrics of an expression in PromQL with the labels they are chosen by; a value is empty when it is a pattern.</summary>
    private static List<(string Metric, List<(string Name, string Value)> Labels)> Selectors(string expression)
    {
        // What stands in a grouping's brackets are labels, and a name before a bracket is a function.
        var text = Grouping().Replace(expression, " ");
        return
        [
            .. Selector().Matches(text).Select(m => (m.Groups["name"].Value, Label().Matches(m.Groups["labels"].Value)
                .Select(l => (l.Groups[1].Value, l.Groups[2].Value == "=" ? l.Groups[3].Value : "")).ToList())),
        ];
    }

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<![\w.\[""|])(?!(?:and|or|unless|offset|bool)\b)(?<name>[a-zA-Z_:][\w:]*)\b(?!\s*\()(?:\{(?<labels>[^}]*)\})?(?![^\[]*\])")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(\w+)\s*(=~|!=|!~|=)\s*""([^""]*)""")]
    private static partial Regex Label();

    // As YAML has them.
#pragma warning disable IDE1006, CA1812
    private sealed class RuleFile
    {
        public List<Group> groups { get; set; } = [];
    }

    private sealed class Group
    {
        public string name { get; set; } = "";

        public List<Rule> rules { get; set; } = [];
    }

    private sealed class Rule
    {
        public string alert { get; set; } = "";

        public string expr { get; set; } = "";

        [YamlMember(Alias = "for")]
        public string time { get; set; } = "";

        public Dictionary<string, string> labels { get; set; } = [];

        public Dictionary<string, string> annotations { get; set; } = [];
    }
#pragma warning restore IDE1006, CA1812
}
