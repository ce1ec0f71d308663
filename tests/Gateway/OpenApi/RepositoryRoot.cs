namespace OrderActors.Tests.Gateway.OpenApi;

/// <summary>Where the sources are that these tests were built from.</summary>
internal static class RepositoryRoot
{
    /// <summary>The folder of the solution.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "OrderActors.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
