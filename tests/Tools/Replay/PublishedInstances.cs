namespace OrderActors.Tests.Tools.Replay;

/// <summary>The published instances: not part of the repository, beside it where they are.</summary>
internal static class PublishedInstances
{
    public const string Variable = "ORDERACTORS_MDRP";

    /// <summary>The folder of the instances and peers.csv; null when there is none.</summary>
    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen) return chosen;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "OrderActors.sln"))) continue;
            var folder = Path.Combine(at.FullName, "..", "shared", "data", "mdrp");
            return File.Exists(Path.Combine(folder, "peers.csv")) ? folder : null;
        }

        return null;
    }
}

/// <summary>A test that needs the published instances; without them it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PublishedInstancesFactAttribute : FactAttribute
{
    public PublishedInstancesFactAttribute()
    {
        if (PublishedInstances.Folder is null)
            Skip = $"The published instances are not there: not tested. Set {PublishedInstances.Variable} to their folder.";
    }
}
