using OrderActors.Governance;
using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace OrderActors.Silo.Hosting;

/// <summary>The roles of silos: which classes of work each takes. A silo carries a mark per role, and grains are placed by these.</summary>
public static class RolePlacement
{
    private const string Mark = "role.";

    /// <summary>Makes a silo carry roles and place grains on the silos of their class.</summary>
    public static ISiloBuilder UseRoles(this ISiloBuilder silo, IEnumerable<WorkClass> roles)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.UseSiloMetadata(roles.Distinct().ToDictionary(MarkOf, _ => "yes", StringComparer.Ordinal));
        silo.Services.AddPlacementFilter<RoleFilter, RoleFilterDirector>(ServiceLifetime.Transient);
        silo.Services.AddSingleton<IGrainPropertiesProvider, RoleProperties>();
        return silo;
    }

    /// <summary>A role as it is written: critical, secondary, non-critical.</summary>
    public static string NameOf(WorkClass role) => role == WorkClass.NonCritical ? "non-critical" : role == WorkClass.Secondary ? "secondary" : "critical";

    internal static string MarkOf(WorkClass role) => Mark + NameOf(role);
}

/// <summary>Says of each of our grains what class its work is of. It stands with the grain's class and knows no engine.</summary>
internal sealed class RoleProperties(IServiceProvider services) : IGrainPropertiesProvider
{
    /// <inheritdoc/>
    public void Populate(Type grainClass, GrainType grainType, Dictionary<string, string> properties)
    {
        if (grainClass.Assembly != typeof(GrainServices).Assembly) return;
        var declared = Attribute.GetCustomAttribute(grainClass, typeof(WorkClassAttribute)) as WorkClassAttribute;
        new RoleFilter(declared?.WorkClass ?? WorkClass.Critical).PopulateGrainProperties(services, grainClass, grainType, properties);
    }
}

/// <summary>Places a grain among the silos that take its class of work.</summary>
/// <param name="workClass">The class.</param>
internal sealed class RoleFilter(WorkClass workClass) : PlacementFilterStrategy(order: 0)
{
    private const string Property = "class";

    private string _mark = RolePlacement.MarkOf(workClass);

    /// <summary>For the engine, which fills it in from the grain's properties.</summary>
    public RoleFilter() : this(WorkClass.Critical)
    {
    }

    /// <summary>The mark that a silo must carry.</summary>
    public string Mark => _mark;

    /// <inheritdoc/>
    public override void AdditionalInitialize(GrainProperties properties) => _mark = GetPlacementFilterGrainProperty(Property, properties) ?? _mark;

    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string>> GetAdditionalGrainProperties(
        IServiceProvider services, Type grainClass, GrainType grainType, IReadOnlyDictionary<string, string> existingProperties) =>
        [new(Property, _mark)];
}

/// <summary>Leaves the silos that carry the mark; all of them when none does, because a cluster that is too small still has to work.</summary>
internal sealed class RoleFilterDirector(ISiloMetadataCache silos) : IPlacementFilterDirector
{
    /// <inheritdoc/>
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> candidates)
    {
        var mark = ((RoleFilter)filterStrategy).Mark;
        var all = candidates as IReadOnlyCollection<SiloAddress> ?? [.. candidates];
        var marked = all.Where(silo => silos.GetSiloMetadata(silo).Metadata.ContainsKey(mark)).ToList();
        return marked.Count > 0 ? marked : all;
    }
}
