using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Client.OpenApi;
using OrderActors.Silo.Hosting;

namespace OrderActors.Tools.OpenApi;

/// <summary><c>openapi</c>: writes the API's description from the operation table, and the client from the description, or checks them.</summary>
internal static class OpenApiCommand
{
    /// <summary>What mends files that differ, for whoever finds out.</summary>
    public const string Mend = "dotnet run --project Tools -c Release -- openapi";

    /// <summary>The description within the repository.</summary>
    public static readonly string DocumentPath = Path.Combine("docs", "openapi.json");

    /// <summary>The folder of the generated client within the repository; every file in it is generated.</summary>
    public static readonly string ClientPath = Path.Combine("Client", "Api", "Generated");

    public static Command Create()
    {
        var root = new Option<string>("--root") { Description = "The repository.", DefaultValueFactory = _ => "." };
        var check = new Option<bool>("--check") { Description = "Writes nothing; exit code 1 when a file is not what would be written." };
        var command = new Command("openapi", "Writes the API's description and its client from the code.") { root, check };
        command.SetAction(async (parsed, _) =>
        {
            var folder = parsed.GetRequiredValue(root);
            if (!File.Exists(Path.Combine(folder, "OrderActors.sln")))
                throw new BadInputException($"{Path.GetFullPath(folder)} is not the repository; run from its root, or name it with --root.");
            return await RunAsync(folder, parsed.GetValue(check), Files(await DocumentAsync()), Console.Out, Console.Error);
        });
        return command;
    }

    /// <summary>The description of a host as it is built, without starting it.</summary>
    internal static async Task<string> DocumentAsync()
    {
        // A folder of its own: two may ask at once.
        var folder = Directory.CreateTempSubdirectory("orderactors-openapi-").FullName;
        try
        {
            await using var app = SiloApp.Build(["--Urls", "http://127.0.0.1:0", "--Data", folder]);
            return app.Services.GetRequiredService<OpenApiDocument>().Text;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Every generated file by its path within the repository.</summary>
    internal static SortedDictionary<string, string> Files(string document)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal) { [DocumentPath] = document };
        foreach (var (file, text) in ClientGenerator.Files(document)) files[Path.Combine(ClientPath, file)] = text;
        return files;
    }

    /// <summary>Writes or checks; returns the exit code.</summary>
    internal static async Task<int> RunAsync(
        string root, bool check, IReadOnlyDictionary<string, string> files, TextWriter stdout, TextWriter stderr)
    {
        var differ = new List<string>();
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(root, path);
            if (!File.Exists(file) || await File.ReadAllTextAsync(file) != text) differ.Add(path);
        }

        var folder = Path.Combine(root, ClientPath);
        var orphans = Directory.Exists(folder)
            ? Directory.GetFiles(folder).Select(file => Path.GetRelativePath(root, file)).Where(path => !files.ContainsKey(path)).ToList()
            : [];
        if (differ.Count + orphans.Count == 0)
        {
            await stdout.WriteLineAsync("The description and the client are as the code is.");
            return ExitCodes.Ok;
        }

        if (check)
        {
            await stderr.WriteLineAsync($"Not as the code is: {string.Join(", ", differ.Concat(orphans))}. Mend it: {Mend}");
            return ExitCodes.Failed;
        }

        Directory.CreateDirectory(folder);
        foreach (var path in differ) await File.WriteAllTextAsync(Path.Combine(root, path), files[path]);
        foreach (var path in orphans) File.Delete(Path.Combine(root, path));
        await stdout.WriteLineAsync($"Written: {string.Join(", ", differ)}.{(orphans.Count == 0 ? "" : $" Deleted: {string.Join(", ", orphans)}.")}");
        return ExitCodes.Ok;
    }
}
