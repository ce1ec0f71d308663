using System.Reflection;
using Xunit;

namespace OrderActors.Tests.House.Api;

/// <summary>
/// The embedded engine declares a subset of Orleans' API in Orleans' namespaces. It must invent nothing, or grains would
/// compile here and not against Orleans.
/// </summary>
public class ApiSurfaceTests
{
    private const string OtherAssemblies = "tests/House/OtherAssemblies.txt";

    private const string Header = """
        What the embedded engine declares under Orleans' namespaces beyond Orleans.Core.Abstractions, which the tests read
        themselves. The other assemblies cannot be restored everywhere, so a person compares each line with Orleans' source
        (src/api in the dotnet/orleans repository) and names the assembly that holds the type.

        type | Orleans assembly | declaration or member

        To accept a change: HOUSE_ACCEPT=1 dotnet test -c Release tests/House, then replace each '?' by the assembly's name.
        """;

    private static readonly IReadOnlyDictionary<string, TypeSurface> Genuine = AssemblySurface.Read(GenuinePath());

    private static readonly IReadOnlyList<TypeSurface> Ours =
    [
        .. AssemblySurface.Read(Assembly.Load("OrderActors.Embedded").Location).Values
            .Where(type => type.Name.StartsWith("Orleans.", StringComparison.Ordinal)),
    ];

    [Fact]
    public void What_Orleans_Core_Abstractions_declares_has_the_same_signature_here()
    {
        var common = Ours.Where(type => Genuine.ContainsKey(type.Name)).ToList();
        Assert.True(common.Count > 30, $"Only {common.Count} types were compared; the original was not read properly.");
        var deviations = common.SelectMany(type => type.NotIn(WithAncestors(Genuine[type.Name]))).ToList();
        Assert.True(deviations.Count == 0, $"{deviations.Count} deviations from Orleans' API:\n{string.Join('\n', deviations)}");
    }

    [Fact]
    public void What_other_Orleans_assemblies_declare_is_reviewed()
    {
        var homes = Baseline.Read(OtherAssemblies).Select(line => line.Split(" | ")).ToLookup(parts => parts[0], parts => parts[1]);
        var lines = Ours.Where(type => !Genuine.ContainsKey(type.Name))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .SelectMany(type => type.Lines().Select(line => $"{type.Name} | {homes[type.Name].FirstOrDefault("?")} | {line}"))
            .ToList();
        Baseline.Check(OtherAssemblies, Header, lines);
        Assert.DoesNotContain(lines, line => line.Contains(" | ? | ", StringComparison.Ordinal));
    }

    [Fact]
    public void An_invented_member_is_noticed()
    {
        var original = Genuine["Orleans.IGrainFactory"];
        var invented = original with { Members = new HashSet<string>([.. original.Members, "abstract void Invent(int count)"]) };
        Assert.Equal(["Orleans.IGrainFactory: the original has no 'abstract void Invent(int count)'"], invented.NotIn(original));
    }

    /// <summary>A subset may leave out the classes between a type and one that it inherits from.</summary>
    private static TypeSurface WithAncestors(TypeSurface type)
    {
        var bases = new HashSet<string>(type.BaseTypes);
        var open = new Stack<string>(bases);
        while (open.TryPop(out var name))
        {
            if (!Genuine.TryGetValue(name, out var ancestor)) continue;
            foreach (var next in ancestor.BaseTypes.Where(bases.Add)) open.Push(next);
        }

        return type with { BaseTypes = bases };
    }

    private static string GenuinePath() =>
        typeof(ApiSurfaceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "GenuineOrleans").Value!;
}
