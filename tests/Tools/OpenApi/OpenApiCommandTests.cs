using OrderActors.Tools;
using OrderActors.Tools.OpenApi;

namespace OrderActors.Tests.Tools.OpenApi;

/// <summary>The description and the client in the repository are those of the code.</summary>
public sealed class OpenApiCommandTests
{
    [Fact]
    public async Task The_description_and_the_client_are_as_the_operation_table_is()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "OrderActors.sln"))) root = root.Parent!;
        using var said = new StringWriter();
        var files = OpenApiCommand.Files(await OpenApiCommand.DocumentAsync());
        var code = await OpenApiCommand.RunAsync(root.FullName, check: true, files, said, said);
        Assert.True(code == ExitCodes.Ok, said.ToString());
    }

    [Fact]
    public async Task What_differs_is_named_written_and_cleared_away()
    {
        using var folder = new TemporaryFolder();
        var client = Path.Combine(folder.Path, OpenApiCommand.ClientPath);
        Directory.CreateDirectory(client);
        Directory.CreateDirectory(Path.Combine(folder.Path, "docs"));
        await File.WriteAllTextAsync(Path.Combine(client, "Gone.cs"), "an operation that is no more");
        var files = new Dictionary<string, string> { [OpenApiCommand.DocumentPath] = "{}\n", [Path.Combine(OpenApiCommand.ClientPath, "New.cs")] = "new\n" };
        using var said = new StringWriter();
        Assert.Equal(ExitCodes.Failed, await OpenApiCommand.RunAsync(folder.Path, check: true, files, said, said));
        Assert.Contains("openapi.json", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("Gone.cs", said.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(client, "Gone.cs")));

        Assert.Equal(ExitCodes.Ok, await OpenApiCommand.RunAsync(folder.Path, check: false, files, said, said));
        Assert.Equal(ExitCodes.Ok, await OpenApiCommand.RunAsync(folder.Path, check: true, files, said, said));
        Assert.Equal(["New.cs"], Directory.GetFiles(client).Select(Path.GetFileName));
    }
}
