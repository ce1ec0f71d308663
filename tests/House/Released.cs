using System.Globalization;

namespace OrderActors.Tests.House;

/// <summary>
/// What the last release spoke and stored: a copy of <c>Contracts.txt</c> as it was then. A release replaces it, as
/// <c>docs/decisions/0008-versions.md</c> says; nothing else does.
/// </summary>
internal static class Released
{
    internal const string File = "tests/House/Released.txt";

    /// <summary>The headings with the lines under each.</summary>
    internal static Dictionary<string, List<string>> Blocks { get; } = Baseline.Blocks(Baseline.Read(File));

    /// <summary>The contracts' version then.</summary>
    internal static int Contracts { get; } =
        int.Parse(Blocks.Keys.Single(heading => heading.StartsWith("contracts ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>The version of a stored record then; null when there was none of this name.</summary>
    internal static int? StoredVersion(string name) =>
        Blocks["stored"].Select(line => line.Trim().Split(' ')).FirstOrDefault(parts => parts[0] == name) is { } found
            ? int.Parse(found[1], CultureInfo.InvariantCulture)
            : null;
}
