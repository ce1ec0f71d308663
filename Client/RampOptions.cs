using OrderActors.Client.Hosting;

namespace OrderActors.Client;

/// <summary>How a host that has just become ready takes its load: the section <c>Ramp</c>.</summary>
public sealed class RampOptions
{
    /// <summary>The section's name.</summary>
    internal const string Section = "Ramp";

    /// <summary>How long until everything is admitted. Default 20 seconds; 0 (at once) to 10 minutes.</summary>
    public TimeSpan Time { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The share that is admitted at first. Default 0.25; 0.01 to 1.</summary>
    public double From { get; set; } = 0.25;

    /// <summary>Throws, naming the option, if a value is outside its range.</summary>
    /// <exception cref="StartupException">It is.</exception>
    internal void Validate()
    {
        HostChecks.RequireRange($"{Section}:{nameof(Time)}", Time, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        HostChecks.RequireRange($"{Section}:{nameof(From)}", From, 0.01, 1);
    }
}
