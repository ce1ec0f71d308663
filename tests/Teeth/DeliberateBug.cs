using System.Globalization;
using System.Text.RegularExpressions;
using OrderActors.Tools.Simulate;

namespace OrderActors.Tests.Teeth;

/// <summary>A bug of the folder <c>Bugs</c>.</summary>
/// <param name="Name">Its name: that of its file.</param>
/// <param name="Summary">What is wrong.</param>
/// <param name="Places">The sources it is in.</param>
/// <param name="Seed">The seed that catches it: how many it takes, counted from 1.</param>
/// <param name="Orders">Orders in each world.</param>
/// <param name="Intensity">How many times the usual rate of faults.</param>
/// <param name="Promise">The promise that it breaks; several are separated by <c>or</c>.</param>
/// <param name="How">What the complaint says where the promise has several sides; empty for anything.</param>
internal sealed partial record DeliberateBug(
    string Name, string Summary, IReadOnlyList<string> Places, long Seed, int Orders, double Intensity, string Promise, string How)
{
    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<DeliberateBug> All { get; } =
        [.. typeof(DeliberateBug).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>Its row in docs/simulation.md.</summary>
    public string Row => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Summary} | {string.Join(", ", Places.Select(place => $"`{place}`"))} | {Promise} | {Seed} of {Orders} orders, faults × {Intensity} |");

    /// <summary>Whether this is what it breaks, and not what another mistake does.</summary>
    public bool IsBrokenBy(SeedFailure failure) => Promise.Split(" or ").Contains(failure.Invariant) && failure.Message.Contains(How, StringComparison.Ordinal);

    /// <summary>Writes its seed into its file.</summary>
    /// <param name="folder">The folder of the bugs.</param>
    public void Write(string folder)
    {
        var file = Path.Combine(folder, $"{Name}.patch");
        var lines = File.ReadAllLines(file);
        var how = How.Length > 0 ? $" ({How})" : "";
        lines[1] = string.Create(CultureInfo.InvariantCulture, $"Caught by seed {Seed} with {Orders} orders and intensity {Intensity}: {Promise}{how}");
        File.WriteAllText(file, string.Join('\n', lines) + '\n');
    }

    private static DeliberateBug Read(string name)
    {
        using var reader = new StreamReader(typeof(DeliberateBug).Assembly.GetManifestResourceStream(name)!);
        var lines = reader.ReadToEnd().Split('\n');
        var caught = CaughtLine().Match(lines[1]);
        if (!caught.Success)
            throw new FormatException($"{name}: its second line has to be 'Caught by seed S with N orders and intensity X: promise (what it says)'.");
        return new(
            name, lines[0], [.. lines.Where(line => line.StartsWith("--- ", StringComparison.Ordinal)).Select(line => line[4..].Trim()).Distinct()],
            long.Parse(caught.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(caught.Groups[2].Value, CultureInfo.InvariantCulture),
            double.Parse(caught.Groups[3].Value, CultureInfo.InvariantCulture), caught.Groups[4].Value, caught.Groups[5].Value);
    }

    [GeneratedRegex(@"^Caught by seed (\d+) with (\d+) orders and intensity ([\d.]+): ([a-z ]+?)(?: \(([^)]+)\))?$")]
    private static partial Regex CaughtLine();
}
