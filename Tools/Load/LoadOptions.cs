using System.CommandLine;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Http;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Load;

/// <summary>The options of <c>load</c>.</summary>
internal sealed class LoadOptions
{
    private const string Start = "start";

    private readonly Option<string> _url = Text(
        "--url", $"The gateway, http://address:port, or '{Start}' to start a silo of its own on a free port.", "http://127.0.0.1:8080");

    private readonly Option<bool> _remote = new("--allow-remote") { Description = "Allow a gateway on another machine." };

    private readonly Option<string> _stages = Text(
        "--stages",
        "The load: 30s@500, 1m@ramp:2000, 60s@step:2000/4, 10s@burst:5000, 10s@max, and 60s@5x for five times what max reached; separated by commas.",
        "30s@200");

    private readonly Option<string> _mix = Text(
        "--mix", $"What is asked, by weight: {string.Join(", ", Mix.Operations.Select(operation => operation.Name))}.", Mix.Default);

    private readonly Option<string[]> _keys = new("--key")
    {
        Description = $"An API key; may be given several times, all are used in turns, the first one makes the town. Without it {LoadCommand.KeyVariable}.",
    };

    private readonly Option<string?> _keyFile = new("--key-file") { Description = "A file with an API key on each line." };

    private readonly Option<string[]> _objectives = new("--objective")
    {
        Description = "What has to be reached, else the exit code is 1: p99<50ms,errors<0.1%,success.critical>=99.9%,p99@3<=3*p99@2,recovery<5s.",
    };

    private readonly Option<string?> _report = new("--report") { Description = "Where the HTML report goes." };

    private readonly Option<string> _arrivals = Text("--arrivals", "Whether arrivals come at random or at even times.", "random");

    private readonly Option<int> _connections = Number("--connections", "The most requests that are sent at once.", 256);

    private readonly Option<int> _waiting = Number("--waiting", "Arrivals that may wait for a connection; one more is dropped, and counted.", 10_000);

    private readonly Option<double> _timeout = Real("--timeout", "How long an answer may take, in seconds.", 10);

    private readonly Option<int> _merchants = Number("--merchants", "Merchants of the run's own, with deep stock.", 300);

    private readonly Option<bool> _autoAccept = new("--auto-accept") { Description = "Merchants accept by themselves." };

    private readonly Option<int> _couriers = Number("--couriers", "Couriers of the run's own; with none, orders are fetched by their customers.", 0);

    private readonly Option<double> _skew = Real("--skew", "How unevenly orders go to merchants: the exponent of Zipf's law, 0 for evenly.", 0);

    private readonly Option<int> _backlog = Number("--backlog", "Orders placed before the load, to be accepted within it.", 0);

    private readonly Option<int?> _process = new("--pid") { Description = "The target's process on this machine, whose memory is watched." };

    private readonly Option<string> _folder = Text("--dir", "Where a started silo's data go, and are removed again.", Path.Combine("data", "load"));

    private readonly Option<string?> _silo = new("--silo")
    {
        Description = "The Silo's program to start; without it the one that was built with this command.",
    };

    private readonly Option<string[]> _siloOptions = new("--silo-option") { Description = "One more option for a started silo. May be given several times." };

    public LoadOptions() => _arrivals.AcceptOnlyFromAmong("random", "even");

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All =>
    [
        _url, _remote, _stages, _mix, _keys, _keyFile, _objectives, _report, _arrivals, _connections, _waiting, _timeout, _merchants, _autoAccept, _couriers,
        _skew, _backlog, _process, _folder, _silo, _siloOptions,
    ];

    /// <summary>What was asked.</summary>
    /// <exception cref="BadInputException">Something is not as it should be.</exception>
    public LoadRequest Read(ParseResult parsed)
    {
        var target = parsed.GetRequiredValue(_url) is var text && text == Start ? null : HttpTarget.Parse("--url", text, parsed.GetValue(_remote));
        var load = new LoadPlan(target ?? new("http://127.0.0.1"), Stage.ParseAll(parsed.GetRequiredValue(_stages)))
        {
            Connections = parsed.GetValue(_connections),
            Waiting = parsed.GetValue(_waiting),
            Timeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout)),
            AtRandom = parsed.GetValue(_arrivals) == "random",
            TargetProcess = parsed.GetValue(_process),
            Keys = Keys(parsed.GetValue(_keys) ?? [], parsed.GetValue(_keyFile)),
        };
        var town = new Town
        {
            Merchants = parsed.GetValue(_merchants),
            Couriers = parsed.GetValue(_couriers),
            AutoAccept = parsed.GetValue(_autoAccept),
        };
        return new(target, load, town, Mix.Parse(parsed.GetRequiredValue(_mix)))
        {
            Skew = parsed.GetValue(_skew),
            Backlog = parsed.GetValue(_backlog),
            Objectives = [.. (parsed.GetValue(_objectives) ?? []).SelectMany(one => Objective.ParseAll(one, load.Stages.Count, Mix.Operations))],
            Report = parsed.GetValue(_report),
            Folder = parsed.GetRequiredValue(_folder),
            Silo = parsed.GetValue(_silo),
            SiloOptions = parsed.GetValue(_siloOptions) ?? [],
        };
    }

    private static string[] Keys(string[] given, string? file)
    {
        if (file is not null && !File.Exists(file)) throw new BadInputException($"--key-file: there is no {file}.");
        string[] keys = [.. given, .. file is null ? [] : File.ReadAllLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (!keys.All(key => key.All(c => c is > ' ' and <= '~'))) throw new BadInputException("An API key has characters that no key has.");
        return keys.Length > 0 ? keys : Environment.GetEnvironmentVariable(LoadCommand.KeyVariable) is { Length: > 0 } one ? [one] : [];
    }

    private static Option<string> Text(string name, string description, string value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static Option<double> Real(string name, string description, double value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
