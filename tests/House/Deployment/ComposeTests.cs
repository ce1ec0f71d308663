using System.Text.RegularExpressions;
using Xunit;

namespace OrderActors.Tests.House.Deployment;

/// <summary>
/// The compose file can be read by compose, and says what the programs read. No engine runs it here: what these tests cannot see
/// is whether the images can be pulled and whether nginx takes its configuration.
/// </summary>
public sealed partial class ComposeTests
{
    // Where the options of each program are: the section, and the file with its properties.
    private static readonly Dictionary<string, Dictionary<string, string>> Options = new()
    {
        ["silo"] = new()
        {
            [""] = "Silo/Hosting/Cluster/SiloOptions.cs",
            ["Cluster"] = "Silo/Hosting/Cluster/ClusterSettings.cs",
            ["Postgres"] = "Silo/Storage/PostgresOptions.cs",
            ["Dashboard"] = "Silo/Hosting/Cluster/DashboardSettings.cs",
            ["Tls"] = "Client/Hosting/Cluster/TlsSettings.cs",
        },
        ["gateway"] = new()
        {
            [""] = "Client/Hosting/Cluster/GatewayProgramOptions.cs",
            ["Cluster"] = "Client/Hosting/Cluster/ClusterAddress.cs",
            ["Calls"] = "Client/Hosting/Calls/CallOptions.cs",
            ["Tls"] = "Client/Hosting/Cluster/TlsSettings.cs",
        },
    };

    private static ComposeFile Compose => ComposeFile.Cluster;

    [Fact]
    public void Keys_and_values_are_those_of_the_specification() => Assert.Empty(ComposeSpecification.Faults(Compose.Root));

    [Theory]
    [InlineData("services: {a: {image: b, restrat: always}}", "/services/a/restrat: there is no such key")]
    [InlineData("services: {a: {image: b, restart: sometimes}}", "/services/a/restart: must be")]
    [InlineData("services: {a: {image: b, stop_grace_period: 30}}", "/services/a/stop_grace_period: must be")]
    [InlineData("services: {a: {image: b, healthcheck: {test: [curl, x]}}}", "/services/a/healthcheck/test: must be")]
    [InlineData("services: {a: {image: b, depends_on: {c: {condition: healthy}}}}", "/services/a/depends_on/c/condition: must be")]
    [InlineData("services: {a: {image: b, ports: 8080}}", "/services/a/ports: must be a list")]
    [InlineData("servces: {}", "/servces: there is no such key")]
    public void A_fault_is_found(string yaml, string fault) =>
        Assert.StartsWith(fault, Assert.Single(ComposeSpecification.Faults(ComposeFile.Parse(yaml).Root)), StringComparison.Ordinal);

    [Fact]
    public void Everything_of_a_cluster_is_there()
    {
        Assert.Equal(3, Compose.Ours.Count(s => s.Target == "silo"));
        Assert.Equal(2, Compose.Ours.Count(s => s.Target == "gateway"));
        string[] others = ["nginx", "postgres", "prometheus", "redis"];
        Assert.Equal(others, Compose.Services.Keys.Except(Compose.Ours.Select(s => s.Name)).Order());
        Assert.All(Compose.Services.Values, s => Assert.Equal("unless-stopped", s["restart"]));
    }

    [Fact]
    public void What_is_named_is_declared()
    {
        foreach (var (name, service) in Compose.Services)
        {
            foreach (var needed in Names(service, "depends_on")) Assert.Contains(needed, Compose.Services.Keys);
            foreach (var config in List(service, "configs").Cast<Dictionary<object, object?>>())
            {
                Assert.Contains(config["source"]!, Compose.Map("configs").Keys);
            }

            foreach (var volume in List(service, "volumes").Cast<string>()) Assert.Contains(volume.Split(':')[0], Compose.Map("volumes").Keys);
            Assert.True(service.ContainsKey("image"), $"{name} has no image");
        }

        var mounted = Compose.Services.Values.SelectMany(s => List(s, "volumes")).Cast<string>().Select(v => v.Split(':')[0]);
        Assert.Equal(Compose.Map("volumes").Keys.Cast<string>().Order(), mounted.Order());
        foreach (var (_, target, _) in Compose.Ours) Assert.Contains(ImageFile.Both.Stages, s => s.Name == target);
    }

    [Fact]
    public void Every_variable_of_ours_is_an_option_of_the_program()
    {
        foreach (var (name, target, service) in Compose.Ours)
        {
            var variables = ComposeFile.Environment(service).Keys.ToList();
            Assert.NotEmpty(variables);
            variables.AddRange(ImageFile.Both.Whole(target).Where(l => l.Word == "ENV").SelectMany(l => l.Text.Split(' ')).Select(v => v.Split('=')[0])
                .Where(v => v.StartsWith("ORDERACTORS_", StringComparison.Ordinal)));
            foreach (var variable in variables)
            {
                Assert.StartsWith("ORDERACTORS_", variable, StringComparison.Ordinal);
                var parts = variable["ORDERACTORS_".Length..].Split("__");
                var (section, option) = parts.Length == 1 ? ("", parts[0]) : (parts[0], parts[1]);
                Assert.True(Options[target].TryGetValue(section, out var file), $"{name}: {variable} is in a section that {target} does not have");
                Assert.Contains(option, Property().Matches(Repository.Read(file!)).Select(m => m.Groups[1].Value));
            }
        }
    }

    [Fact]
    public void Every_option_of_a_gateway_has_a_row_in_the_docs()
    {
        var page = Repository.Read("docs/configuration.md").Split("## The gateway as a process of its own")[1].Split("\n## ")[0];
        var rows = OptionRow().Matches(page).Select(m => m.Groups[1].Value).ToList();
        string[] own = ["", "Cluster", "Calls"];
        Assert.Equal(own.SelectMany(section => Property().Matches(Repository.Read(Options["gateway"][section])).Select(m => m.Groups[1].Value)), rows);
    }

    [Fact]
    public void The_prefix_and_the_separator_are_those_that_are_read() =>
        Assert.Contains("AddEnvironmentVariables(\"ORDERACTORS_\")", Repository.Read("Client/Hosting/WebHosting.cs"), StringComparison.Ordinal);

    [Fact]
    public void Silos_and_gateways_are_of_one_cluster()
    {
        var all = Compose.Ours.Select(s => ComposeFile.Environment(s.Service)).ToList();
        Assert.Single(all.Select(e => e["ORDERACTORS_Cluster__ClusterId"]).Distinct());
        var redis = Assert.Single(all.Select(e => e["ORDERACTORS_Cluster__Redis"]).Distinct());
        Assert.StartsWith("redis:6379,", redis, StringComparison.Ordinal);
        var database = ComposeFile.Environment(Compose.Services["postgres"]);
        var connection = all.First(e => e.ContainsKey("ORDERACTORS_Postgres__ConnectionString"))["ORDERACTORS_Postgres__ConnectionString"];
        Assert.Equal(
            $"Host=postgres;Database={database["POSTGRES_DB"]};Username={database["POSTGRES_USER"]};Password={database["POSTGRES_PASSWORD"]}", connection);
    }

    [Fact]
    public void No_secret_is_written_down_and_none_has_a_default()
    {
        var text = Repository.Read("docker-compose.yml");
        var secrets = Compose.Services.Values.SelectMany(ComposeFile.Environment)
            .Where(v => SecretName().IsMatch(v.Key) || v.Value.Contains("password=", StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.NotEmpty(secrets);
        Assert.All(secrets, s => Assert.Matches(@"(^|password=)\$\{[A-Z_]+:\?[^}]+\}$", s.Value.Replace("Password=", "password=", StringComparison.Ordinal)));
        Assert.All(Variable().Matches(text).Where(m => SecretName().IsMatch(m.Value)), m => Assert.Contains(":?", m.Value, StringComparison.Ordinal));
        Assert.DoesNotMatch(@"(?i)(password|key|secret)[ \t]*[:=][ \t]*[""']?[a-z0-9]{4,}", SecretLess().Replace(text, ""));
    }

    [Fact]
    public void Dollar_signs_that_are_no_variable_of_compose_are_doubled() =>
        Assert.Empty(LoneDollar().Matches(Repository.Read("docker-compose.yml")).Select(m => m.Value));

    [Fact]
    public void Every_service_says_whether_it_is_healthy()
    {
        foreach (var (name, service) in Compose.Services)
        {
            var target = Compose.Ours.FirstOrDefault(s => s.Name == name).Target;
            Assert.True(service.ContainsKey("healthcheck") || (target is not null && ImageFile.Both.Last(target, "HEALTHCHECK") is not null), name);
        }
    }

    [Fact]
    public void Redis_keeps_what_it_is_told() =>
        Assert.Contains("--appendonly yes", string.Join(' ', List(Compose.Services["redis"], "command")), StringComparison.Ordinal);

    [Fact]
    public void The_proxy_and_prometheus_ask_where_the_programs_listen()
    {
        foreach (var (name, target, _) in Compose.Ours)
        {
            var port = PortOf(target);
            Assert.Contains($"server {name}:{port} ", Compose.Config("nginx"), StringComparison.Ordinal);
            Assert.Contains($"\"{name}:{port}\"", Compose.Config("prometheus"), StringComparison.Ordinal);
        }

        Assert.Equal(5, Upstream().Count(Compose.Config("nginx")));
        Assert.Contains("\"/health/ready\"", Repository.Read("Client/Http/Health.cs"), StringComparison.Ordinal);
        Assert.Contains("Path = \"/metrics\"", Repository.Read("Client/Operations/Metrics/MetricRoutes.cs"), StringComparison.Ordinal);
        Assert.Contains("Path = \"/dashboard\"", Repository.Read("Silo/Hosting/Cluster/DashboardAccess.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_are_published_to_this_machine_alone() => Assert.All(
        Compose.Services.Values.SelectMany(s => List(s, "ports")).Cast<string>(), p => Assert.StartsWith("127.0.0.1:", p, StringComparison.Ordinal));

    [Fact]
    public void Who_is_stopped_has_time_to_drain()
    {
        var drain = DrainDefault().Match(Repository.Read("Client/Hosting/Cluster/GatewayProgramOptions.cs")).Groups[1].Value;
        Assert.All(Compose.Ours, s => Assert.True(
            int.Parse(((string)s.Service["stop_grace_period"]!).TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture)
            > int.Parse(drain, System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static string PortOf(string target) => ImageFile.Both.Last(target, "ENV")!.Split(':')[^1];

    private static IEnumerable<string> Names(Dictionary<object, object?> service, string key) =>
        service.TryGetValue(key, out var map) ? ((Dictionary<object, object?>)map!).Keys.Cast<string>() : [];

    private static List<object> List(Dictionary<object, object?> service, string key) => service.TryGetValue(key, out var list) ? (List<object>)list! : [];

    [GeneratedRegex(@"public [\w<>?]+ (\w+) \{ get; set; \}")]
    private static partial Regex Property();

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex OptionRow();

    [GeneratedRegex("PASSWORD|KEY|SECRET|AUTH")]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\$\{[^}]*\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\$\{[^}]*\}|#.*")]
    private static partial Regex SecretLess();

    [GeneratedRegex(@"(?<!\$)\$(?![{$]).{0,20}")]
    private static partial Regex LoneDollar();

    [GeneratedRegex(@"^\s*server [\w-]+:\d+ resolve", RegexOptions.Multiline)]
    private static partial Regex Upstream();

    [GeneratedRegex(@"DrainTimeoutSeconds \{ get; set; \} = (\d+);")]
    private static partial Regex DrainDefault();
}
