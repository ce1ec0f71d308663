using OrderActors.Client.Hosting;
using OrderActors.Client.Operations;
using OrderActors.Governance;

namespace OrderActors.Silo.Outbound.Pipelines;

/// <summary>All pipelines, one per dependency: the table of whom we call.</summary>
internal sealed class OutboundPipelines : IOutboundStates, IBreakerStates, IDisposable
{
    /// <summary>The section of their options.</summary>
    public const string Section = "Outbound";

    /// <summary>The payment provider.</summary>
    public const string Payments = "Payments";

    /// <summary>The provider of SMS and push messages.</summary>
    public const string Notifications = "Notifications";

    /// <summary>Every dependency, as its section is called.</summary>
    public static readonly string[] Names = [Payments, Notifications];

    private readonly Dictionary<string, OutboundPipeline> _pipelines;

    public OutboundPipelines(IReadOnlyDictionary<string, OutboundOptions> options, TimeProvider clock, Func<double> random, IOutboundChaos chaos) =>
        _pipelines = options.ToDictionary(
            entry => entry.Key,
            entry => new OutboundPipeline(entry.Key.ToLowerInvariant(), entry.Value, clock, random, chaos),
            StringComparer.Ordinal);

    /// <summary>The way to a dependency.</summary>
    public OutboundPipeline this[string name] => _pipelines[name];

    /// <inheritdoc/>
    public IReadOnlyList<OutboundState> States() => [.. Names.Select(name => _pipelines[name].State())];

    /// <inheritdoc/>
    public IEnumerable<string> Open() => States().Where(state => state.IsGivenUp).Select(state => state.Name);

    public void Dispose()
    {
        foreach (var pipeline in _pipelines.Values) pipeline.Dispose();
    }

    /// <summary>Reads the options of every dependency.</summary>
    /// <exception cref="StartupException">An option, or a dependency's name, is wrong.</exception>
    public static Dictionary<string, OutboundOptions> Read(IConfiguration configuration)
    {
        foreach (var child in configuration.GetSection(Section).GetChildren())
        {
            if (!Names.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                throw new StartupException($"There is no dependency {Section}:{child.Key}. They are {string.Join(", ", Names)}.");
        }

        return Names.ToDictionary(name => name, name => OutboundOptions.Read(configuration, name), StringComparer.Ordinal);
    }
}
