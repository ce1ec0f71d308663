using OrderActors.Governance;

namespace OrderActors.TestKit;

/// <summary>How a cluster under test is made.</summary>
public sealed record TestClusterShape
{
    private static readonly WorkClass[] All = Enum.GetValues<WorkClass>();

    /// <summary>How many silos it starts with. Default 2.</summary>
    public int Silos { get; init; } = 2;

    /// <summary>The roles of a silo, by its number from 0 in the order of starting. Default all.</summary>
    public Func<int, IReadOnlyList<WorkClass>> RolesOf { get; init; } = _ => All;

    /// <summary>How long a test waits for an answer; short where silos are killed with answers under way. Default 30 s.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
