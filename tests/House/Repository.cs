namespace OrderActors.Tests.House;

/// <summary>The source tree that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] NotSource = ["bin", "obj", "data", "TestResults", ".git", ".vs", ".idea"];

    private static readonly string[] TextFiles =
    [
        ".cs", ".csproj", ".css", ".html", ".http", ".js", ".json", ".md", ".props", ".ps1", ".sh", ".sln", ".sql", ".targets", ".txt", ".xml",
        ".yaml", ".yml", "run", "Dockerfile",
    ];

    /// <summary>The folder that holds the solution.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>Every text file, relative to the root, with forward slashes.</summary>
    internal static IReadOnlyList<string> Files { get; } =
        [.. Walk(Root).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    internal static IEnumerable<string> With(params string[] endings) => Files.Where(file => endings.Any(file.EndsWith));

    internal static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    internal static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    internal static bool Exists(string path) =>
        File.Exists(Path.Combine(Root, path)) || Directory.Exists(Path.Combine(Root, path));

    internal static IEnumerable<string> TopFolders() =>
        Directory.EnumerateDirectories(Root).Select(folder => Path.GetFileName(folder)).Where(name => !NotSource.Contains(name));

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder)
            .Where(file => TextFiles.Contains(Path.GetExtension(file)) || TextFiles.Contains(Path.GetFileName(file)))
            .Concat(Directory.EnumerateDirectories(folder).Where(sub => !NotSource.Contains(Path.GetFileName(sub))).SelectMany(Walk));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrderActors.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"No OrderActors.sln above {AppContext.BaseDirectory}; run the tests from their build folder.");
    }
}
