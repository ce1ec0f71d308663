using System.Globalization;
using System.Reflection;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Chaos;

/// <summary>Reads scenarios: files, and those that come with the command, by their names.</summary>
internal static class ScenarioReader
{
    private const string Ending = ".yaml";

    /// <summary>A scenario's whole load; longer tests are for machines that nobody waits for.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly string[] FaultKeys = ["at", "do", "whom", "recovered_within"];
    private static readonly string[] Kinds = ["kill", "stop", "pause", "slow_disk", "full_disk", "provider", "flood"];

    /// <summary>The names of those that come with the command.</summary>
    public static IReadOnlyList<string> Names =>
        [.. Assembly.GetManifestResourceNames().Where(name => name.EndsWith(Ending, StringComparison.Ordinal)).Select(name => name[..^Ending.Length]).Order()];

    private static Assembly Assembly => typeof(ScenarioReader).Assembly;

    /// <summary>Reads a file, or a scenario that comes with the command.</summary>
    /// <exception cref="BadInputException">There is none, or it is not as it should be.</exception>
    public static Scenario Open(string nameOrFile)
    {
        if (Names.Contains(nameOrFile))
        {
            using var resource = new StreamReader(Assembly.GetManifestResourceStream(nameOrFile + Ending)!);
            return Parse(nameOrFile + Ending, resource.ReadToEnd());
        }

        return File.Exists(nameOrFile)
            ? Parse(nameOrFile, File.ReadAllText(nameOrFile))
            : throw new BadInputException($"There is no file {nameOrFile} and no scenario of this name; those that come along are {string.Join(", ", Names)}.");
    }

    /// <summary>Reads a scenario.</summary>
    /// <param name="file">How messages call it.</param>
    /// <param name="text">What it says.</param>
    /// <exception cref="BadInputException">It is not as it should be; the line and what is allowed are named.</exception>
    public static Scenario Parse(string file, string text)
    {
        var all = StrictMapping.Parse(file, text, "about", "load", "platform", "objectives", "faults");
        var load = LoadIn(all.Mapping("load", "stages", "mix", "merchants", "couriers", "skew", "connections", "timeout"));
        var faults = all.Each("faults", "a fault").Select(FaultIn).OrderBy(fault => fault.At).ToList();
        var scenario = new Scenario(Path.GetFileNameWithoutExtension(file), all.Text("about"), load, faults)
        {
            PlatformOptions = [.. all.Pairs("platform").SelectMany(pair => (string[])["--" + pair.Name, pair.Value])],
            Objectives = [.. all.Texts("objectives").SelectMany(one => all.Read(one.Text, one.Line, objective => ObjectivesIn(objective, load)))],
        };
        if (faults.Count == 0) throw all.Wrong("faults", "there is no fault; 'load' alone is for that");
        if (scenario.Duration > Longest) throw all.Wrong("load", "the load is longer than 24 hours");
        Refuse(all, scenario);
        return scenario;
    }

    // Two at once at the same place would undo each other.
    private static void Refuse(StrictMapping all, Scenario scenario)
    {
        if (scenario.Faults.FirstOrDefault(fault => fault.At >= scenario.Duration) is { } late)
            throw all.Wrong("faults", $"'{late.Title}' is at {late.At.TotalSeconds} s, and the load ends after {scenario.Duration.TotalSeconds} s");
        if (scenario.Faults.OfType<FloodFault>().FirstOrDefault(flood => flood.Merchant >= scenario.Load.Merchants) is { } flood)
            throw all.Wrong("faults", $"merchant {flood.Merchant} is flooded, and there are the merchants 0 to {scenario.Load.Merchants - 1}");
        foreach (var same in scenario.Faults.GroupBy(fault => (fault.Whom, fault.GetType())))
        {
            foreach (var (first, second) in same.Zip(same.Skip(1)))
            {
                if (EndOf(first) > second.At)
                    throw all.Wrong("faults", $"'{second.Title}' begins at {second.At.TotalSeconds} s, before '{first.Title}' has ended");
            }
        }
    }

    /// <summary>The earliest moment at which a fault is over.</summary>
    public static TimeSpan EndOf(Fault fault) => fault.At + fault switch
    {
        KillFault kill => kill.Restart,
        StopFault stop => stop.Restart,
        PauseFault pause => pause.For,
        DiskFault disk => disk.For,
        ProviderFault provider => provider.For,
        FloodFault flood => flood.For,
        _ => TimeSpan.Zero,
    };

    private static ScenarioLoad LoadIn(StrictMapping load)
    {
        var stages = load.Read("stages", Stage.ParseAll);
        if (stages.Any(stage => stage.Kind == StageKind.Max))
            throw load.Wrong("stages", "a stage is 'max'; beside faults the load must come at its own times, such as 30s@200");
        var standard = new ScenarioLoad(stages, load.Has("mix") ? load.Read("mix", Mix.Parse) : Mix.Parse(Mix.Default));
        return standard with
        {
            Merchants = load.Count("merchants", 1, 10_000, standard.Merchants),
            Couriers = load.Count("couriers", 0, 100_000, standard.Couriers),
            Skew = load.Number("skew", 0, 3, standard.Skew),
            Connections = load.Count("connections", 1, 10_000, standard.Connections),
            Timeout = load.Has("timeout") ? load.Duration("timeout", TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10)) : standard.Timeout,
        };
    }

    private static Fault FaultIn(StrictMapping any)
    {
        var kind = any.Word("do", Kinds);
        var fault = Only("whom", kind switch
        {
            "kill" or "stop" => ["restart"],
            "slow_disk" => ["for", "delay"],
            "provider" => ["for", "how", "delay"],
            "flood" => ["for", "merchant", "rate"],
            _ => ["for"],
        });
        var at = fault.Duration("at", TimeSpan.Zero, Longest);
        Fault read = kind switch
        {
            "kill" => new KillFault(at, fault.Text("whom"), fault.Duration("restart", TimeSpan.Zero, Longest)),
            "stop" => new StopFault(at, fault.Text("whom"), fault.Duration("restart", TimeSpan.Zero, Longest)),
            "pause" => new PauseFault(at, fault.Text("whom"), For(fault)),
            "slow_disk" => new DiskFault(at, fault.Text("whom"), For(fault), fault.Duration("delay", Shortest, TimeSpan.FromMinutes(1))),
            "full_disk" => new DiskFault(at, fault.Text("whom"), For(fault), null),
            "flood" => new FloodFault(at, fault.Count("merchant", 0, 9_999), For(fault), fault.Number("rate", 1, Stage.MostPerSecond)),
            _ => ProviderIn(fault, at),
        };
        return fault.Has("recovered_within") ? read with { RecoveredWithin = fault.Duration("recovered_within", Shortest, Longest) } : read;

        StrictMapping Only(string whom, string[] more) => any.Only(
            $"a fault that does '{kind}'", [.. FaultKeys.Where(key => kind != "flood" || key != whom), .. more]);
    }

    private static ProviderFault ProviderIn(StrictMapping fault, TimeSpan at)
    {
        var how = fault.Word("how", "refuse", "fail", "slow", "hang", "lose");
        if ((how == "slow") != fault.Has("delay"))
            throw fault.Wrong("delay", how == "slow" ? "a provider that is slow needs 'delay'" : $"a provider that does '{how}' has no 'delay'");
        var delay = how == "slow" ? fault.Duration("delay", Shortest, TimeSpan.FromMinutes(10)) : TimeSpan.Zero;
        var behaviour = Enum.Parse<ProviderBehaviour>(CultureInfo.InvariantCulture.TextInfo.ToTitleCase(how));
        return new(at, fault.Word("whom", "payments", "notifications"), For(fault), behaviour, delay);
    }

    private static TimeSpan For(StrictMapping fault) => fault.Duration("for", Shortest, Longest);

    private static List<Objective> ObjectivesIn(string text, ScenarioLoad load)
    {
        var objectives = Objective.ParseAll(text, load.Stages.Count, Mix.Operations).ToList();
        return objectives.Exists(one => one.Figure.Name is "recovery" or "memory" || one.Other?.Name is "recovery" or "memory")
            ? throw new BadInputException($"'{text}' has a figure that is not measured here; a fault's recovery is asked for with its 'recovered_within'.")
            : objectives;
    }
}
