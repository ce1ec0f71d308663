namespace OrderActors;

/// <summary>
/// The version of everything that crosses between processes: grain interfaces, commands, answers, events. Silos whose
/// versions differ by one work together, for a rolling upgrade; others refuse to join one cluster.
/// </summary>
/// <remarks>
/// Raised at most once per release: when something that was released is changed or taken away, when it is marked to go, and
/// when a release starts to rely on what the one before it added. See <c>docs/decisions/0008-versions.md</c>.
/// </remarks>
public static class ContractsVersion
{
    /// <summary>The version that this release speaks.</summary>
    public const int Current = 2;

    /// <summary>How far the versions in one cluster may be apart.</summary>
    public const int Tolerance = 1;
}
