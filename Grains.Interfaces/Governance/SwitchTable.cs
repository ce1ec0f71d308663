namespace OrderActors.Governance;

/// <summary>Why a feature is off.</summary>
/// <param name="Reason">One sentence.</param>
/// <param name="Passive">Whether the platform decided so by itself.</param>
/// <param name="Until">When it goes on again by itself; null when nobody knows.</param>
public sealed record Off(string Reason, bool Passive, DateTimeOffset? Until = null);

/// <summary>A view in the form in which it is asked, thousands of times a second. Never changes.</summary>
public sealed class SwitchTable
{
    private readonly Dictionary<(Feature Feature, SwitchScope Scope), FeatureSwitch> _switches;
    private readonly HashSet<string> _conditions;

    /// <summary>Takes a view.</summary>
    public SwitchTable(GovernanceView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        View = view;
        _switches = view.Switches.ToDictionary(s => (s.Feature, s.Scope));
        _conditions = view.Conditions.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        IsEmpty = _switches.Count == 0 && _conditions.Count == 0;
    }

    /// <summary>Nothing is off.</summary>
    public static SwitchTable Nothing { get; } = new(GovernanceView.Nothing);

    /// <summary>What it was made of.</summary>
    public GovernanceView View { get; }

    /// <summary>Whether nothing is off, and nobody needs to ask further.</summary>
    public bool IsEmpty { get; }

    /// <summary>Whether the platform is behind with what it took in: who only wants to know a price gets it from memory.</summary>
    public bool IsBehind => Has(Conditions.EventLag) || Has(Conditions.IntakeBacklog);

    /// <summary>Whether the platform notices this.</summary>
    public bool Has(string condition) => _conditions.Contains(condition);

    /// <summary>Why a feature is off, for everybody or in one of these scopes; null when it is on.</summary>
    public Off? Find(Feature feature, DateTimeOffset now, string? merchant = null, string? zone = null)
    {
        if (IsEmpty) return null;
        return Find(feature, SwitchScope.Platform, now)
            ?? (merchant is null ? null : Find(feature, new(ScopeKind.Merchant, merchant), now))
            ?? (zone is null ? null : Find(feature, new(ScopeKind.Zone, zone), now))
            ?? Passive(feature);
    }

    private Off? Find(Feature feature, SwitchScope scope, DateTimeOffset now) =>
        _switches.TryGetValue((feature, scope), out var found) && found.Holds(now) ? new(found.Reason, Passive: false, found.Until) : null;

    /// <summary>The passive rules: what a condition switches off.</summary>
    private Off? Passive(Feature feature) => feature switch
    {
        Feature.CardPayments when Has(Conditions.PaymentsDown) => new("The payment provider does not answer.", Passive: true),
        Feature.Reports when Has(Conditions.EventLag) => new("The consumers of the event log are far behind.", Passive: true),
        _ => null,
    };
}
