using System.Globalization;
using OrderActors.Tools.Load;

namespace OrderActors.Tools.Chaos.Targets;

/// <summary>The platform that things are done to: of the run's own, or somebody's.</summary>
internal sealed class ChaosPlatform : IAsyncDisposable
{
    // What a run would otherwise wait for longer than anybody watches. Orders complete within the run, so that the books have something.
    private static readonly string[] Standard = ["--Orders:Completion", "00:00:10", "--Travel:DropoffService", "00:00:00"];

    private readonly Lock _disk = new();
    private readonly List<DiskFault> _diskFaults = [];
    private readonly SupervisedSilo? _silo;
    private readonly string? _key;
    private readonly string? _diskControl;

    private ChaosPlatform(Uri url, string? key, IReadOnlyList<IChaosProcess> processes, string? diskControl, ProviderStub? providers, SupervisedSilo? silo)
    {
        (Url, _key, Processes, _diskControl, Providers, _silo) = (url, key, processes, diskControl, providers, silo);
    }

    /// <summary>The gateway.</summary>
    public Uri Url { get; }

    /// <summary>An operator's key; null for none.</summary>
    public string? Key => _silo is { Key.Length: > 0 } own ? own.Key : _key;

    /// <summary>The processes that something can be done to.</summary>
    public IReadOnlyList<IChaosProcess> Processes { get; }

    /// <summary>The providers outside; null when they are not the run's own.</summary>
    public ProviderStub? Providers { get; }

    /// <summary>Says how many seconds of the load have passed.</summary>
    public Func<double> Seconds
    {
        set
        {
            if (_silo is not null) _silo.Seconds = value;
        }
    }

    /// <summary>A platform of its own, with its providers, in an empty folder.</summary>
    public static async Task<ChaosPlatform> StartAsync(ChaosRequest request, string folder)
    {
        var control = Path.Combine(folder, "disk");
        var providers = await ProviderStub.StartAsync();
        var silo = new SupervisedSilo(
            request.Silo, Path.Combine(folder, "data"),
            [.. Standard, .. providers.PlatformOptions, "--Chaos:Disk", control, .. request.Scenario.PlatformOptions, .. request.SiloOptions]);
        var platform = new ChaosPlatform(silo.Url, null, [silo], control, providers, silo);
        try
        {
            platform.Require(request.Scenario);
            await silo.StartAsync();
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>A platform that runs.</summary>
    public static ChaosPlatform Attach(ChaosRequest request)
    {
        var url = request.Url!;
        var processes = request.Processes.Select(process => AttachedProcess.Parse(process, url)).ToList();
        var platform = new ChaosPlatform(url, request.Key, processes, request.DiskControl, null, null);
        platform.Require(request.Scenario);
        return platform;
    }

    /// <summary>The process of this name.</summary>
    public IChaosProcess Process(string name) => Processes.First(process => process.Name == name);

    /// <summary>Makes the journal's disk slow or full.</summary>
    public void HinderDisk(DiskFault fault) => ChangeDisk(() => _diskFaults.Add(fault));

    /// <summary>Makes it good again, but for what other faults do to it.</summary>
    public void HealDisk(DiskFault fault) => ChangeDisk(() => _diskFaults.Remove(fault));

    /// <summary>Makes a provider misbehave; null makes it behave.</summary>
    public void SetProvider(string name, ProviderFault? fault)
    {
        if (name == "payments") Providers!.Payments = fault;
        else Providers!.Notifications = fault;
    }

    public async ValueTask DisposeAsync()
    {
        if (_silo is not null) await _silo.DisposeAsync();
        if (Providers is not null) await Providers.DisposeAsync();
    }

    private void ChangeDisk(Action change)
    {
        lock (_disk)
        {
            change();
            var slow = _diskFaults.Max(fault => fault.Delay) is { } delay
                ? string.Create(CultureInfo.InvariantCulture, $"delay {Math.Ceiling(delay.TotalMilliseconds)}ms\n")
                : "";
            WriteControl(slow + (_diskFaults.Any(fault => fault.Delay is null) ? "full\n" : ""));
        }
    }

    // Renamed into place: whoever looks sees the old text or the new one, and never half of it.
    private void WriteControl(string text)
    {
        var next = _diskControl + ".next";
        File.WriteAllText(next, text);
        File.Move(next, _diskControl!, overwrite: true);
    }

    /// <summary>Refuses a scenario that wants something done to what is not there, before anything is done.</summary>
    private void Require(Scenario scenario)
    {
        foreach (var fault in scenario.Faults)
        {
            if (fault is KillFault or StopFault or PauseFault && Processes.All(process => process.Name != fault.Whom))
            {
                var names = Processes.Count == 0 ? "none" : string.Join(", ", Processes.Select(process => process.Name));
                throw new BadInputException(
                    $"{scenario.Name}: '{fault.Title}' needs a process of this name; there is {names}."
                    + (_silo is null ? " Give it with --process NAME=PID." : ""));
            }

            if (fault is DiskFault && (_diskControl is null || (_silo is not null && fault.Whom != _silo.Name)))
            {
                throw new BadInputException(_silo is null
                    ? $"{scenario.Name}: '{fault.Title}' needs the file that the platform was given as --Chaos:Disk; give it with --disk-control FILE."
                    : $"{scenario.Name}: '{fault.Title}' is to happen to {fault.Whom}; the only disk is that of {_silo.Name}.");
            }

            if (fault is ProviderFault && Providers is null)
                throw new BadInputException($"{scenario.Name}: '{fault.Title}' needs a platform that this command starts, with providers of its own.");
        }
    }
}
