using System.Diagnostics;
using System.Text.RegularExpressions;
using OrderActors.Client.Http;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>The documents say what is so: their commands are run as they stand.</summary>
[Collection(SharedSilo.Name)]
public sealed partial class DocumentTests(SiloUnderTest silo)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task The_quick_start_and_the_examples_of_the_reference_work_word_for_word()
    {
        var script = string.Join('\n', Commands("quickstart.md").Concat(Commands("api.md")));
        var output = await Run(script.Replace("http://127.0.0.1:8080", silo.Api.Url.TrimEnd('/'), StringComparison.Ordinal));
        Assert.Contains("\"type\":\"delivery.picked_up\"", output, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"delivery.delivered\"", output, StringComparison.Ordinal);
        Assert.Contains("\"note\":\"third floor\"", output, StringComparison.Ordinal);
        Assert.DoesNotContain("/problems/", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_problem_has_a_row_with_its_status()
    {
        var rows = ProblemRow().Matches(Read("api.md"))
            .SelectMany(m => Code().Matches(m.Groups[1].Value).Select(c => $"{c.Groups[1].Value} {m.Groups[2].Value}")).ToHashSet();
        var kinds = typeof(ProblemKind).GetFields().Where(f => f.IsStatic).Select(f => (ProblemKind)f.GetValue(null)!);
        foreach (var kind in kinds.Where(k => k != ProblemKind.ReplayFailed)) Assert.Contains($"{kind.Code} {kind.Status}", rows);
    }

    [Fact]
    public void Every_route_is_documented()
    {
        var documented = Route().Matches(Read("api.md")).Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value}").ToHashSet();
        Assert.NotEmpty(silo.Routes);
        Assert.All(silo.Routes, route => Assert.Contains(route, documented));
        Assert.Equal(silo.Routes.Count(), documented.Count);
    }

    private static IEnumerable<string> Commands(string page) => Block().Matches(Read(page)).Select(m => m.Groups[1].Value);

    private static string Read(string page)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OrderActors.sln"))) folder = folder.Parent!;
        return File.ReadAllText(Path.Combine(folder.FullName, "docs", page));
    }

    private static async Task<string> Run(string script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-e", "-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KEY"] = Api.OperatorKey;
        using var shell = Process.Start(start)!;
        var output = shell.StandardOutput.ReadToEndAsync();
        var error = shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(shell.ExitCode == 0, $"The commands ended with {shell.ExitCode}: {await error} {await output}");
        return await output;
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\| ((?:`[a-z_]+`(?:, )?)+) \| (\d{3}) \|", RegexOptions.Multiline)]
    private static partial Regex ProblemRow();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\| `(GET|POST|PUT|DELETE) (/[^?`]*)", RegexOptions.Multiline)]
    private static partial Regex Route();
}
