using System.Text.RegularExpressions;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.House.Tidy;

/// <summary>The repository lints itself. Every failure names the file, the line and what to do.</summary>
public partial class TidyTests
{
    private const int MostLines = 500;

    private const int LongestLine = 160;

    private static readonly string[] Folders =
        ["Grains.Interfaces", "Grains", "Embedded", "Silo", "Client", "Tools", "tests", "docs", ".ci", ".config", ".github", ".devcontainer", ".vscode"];

    /// <summary>Words that say less than they seem to, with what to write instead.</summary>
    private static readonly (string Word, string Instead, string[] In)[] Banned =
    [
        ("leverage", "use", [".md"]),
        ("utilize", "use", [".md"]),
        ("seamless", "say what the reader notices", [".md"]),
        ("blazing", "a number", [".md"]),
        ("robust", "say what it survives", [".md"]),
        ("TO" + "DO", "do it, or say in docs what is missing", [".cs", ".md", ".csproj", ".props", "run"]),
        ("FIX" + "ME", "fix it", [".cs", ".md", ".csproj", ".props", "run"]),
        ("HA" + "CK", "say what the platform gets wrong", [".cs", ".md", ".csproj", ".props", "run"]),
        ("XX" + "X", "say it in words", [".cs", ".md", ".csproj", ".props", "run"]),
    ];

    [Fact]
    public void Source_files_and_lines_stay_short() => Holds(
        Repository.With(".cs").Where(file => Repository.Lines(file).Length > MostLines)
            .Select(file => $"{file}: {Repository.Lines(file).Length} lines, at most {MostLines}; it is asking to be two")
            .Concat(Matches([".cs"], line => line.Length > LongestLine, $"longer than {LongestLine} characters")));

    [Fact]
    public void Banned_words_stay_out() => Holds(
        from ban in Banned
        let pattern = new Regex($@"\b{ban.Word}\b", char.IsLower(ban.Word[0]) ? RegexOptions.IgnoreCase : RegexOptions.None)
        from breach in Matches(ban.In, line => pattern.IsMatch(line), $"'{ban.Word}'; instead: {ban.Instead}")
        select breach);

    [Fact]
    public void Type_names_say_what_a_type_is() => Holds(
        Matches([".cs"], line => EmptyName().IsMatch(line), "a name that says nothing (Manager, Helper, Util, Processor, Impl, Common)")
            .Where(breach => !breach.StartsWith("Embedded/Api/", StringComparison.Ordinal)));

    [Fact]
    public void Tests_neither_sleep_nor_are_skipped() => Holds(
        Matches([".cs"], line => Sleep().IsMatch(line) && !OwnClock().IsMatch(line), "waits in real time; wait for a condition, or own the clock")
            .Concat(Matches([".cs"], line => Skip().IsMatch(line), "a skipped test; repair or delete it"))
            .Where(breach => breach.StartsWith("tests/", StringComparison.Ordinal)));

    [Fact]
    public void Grains_do_not_know_their_engine() => Holds(
        Matches([".cs"], line => EngineInGrains().IsMatch(line), "names an engine; only hosts choose it")
            .Where(breach => breach.StartsWith("Grains", StringComparison.Ordinal)));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("OrderActors.sln").Replace('\\', '/');
        Holds(Repository.With(".csproj").Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal))
            .Select(project => $"{project}: not in the solution; dotnet sln add {project}"));
    }

    [Fact]
    public void Top_level_folders_are_those_of_the_layout() => Holds(
        Repository.TopFolders().Except(Folders).Select(folder => $"{folder}/: not a folder of the layout; put its files where they belong"));

    [Fact]
    public void Every_document_has_one_title() => Holds(
        from file in Repository.With(".md")
        let titles = Prose(file).Count(line => line.StartsWith("# ", StringComparison.Ordinal))
        where titles != 1
        select $"{file}: {titles} lines start with '# '; one does");

    [Fact]
    public void Every_path_in_a_document_exists() => Holds(
        from file in Repository.With(".md")
        from line in Prose(file)
        from path in LinkedPaths(line).Concat(QuotedPaths(line))
        where !Exists(file, path)
        select $"{file}: '{path}' does not exist");

    [Fact]
    public void No_file_names_a_path_of_one_machine() => Holds(
        Matches([""], line => MachinePath().IsMatch(line), "a path of one machine; make it relative or ask the system"));

    [Fact]
    public void Refusal_codes_in_the_docs_are_the_codes_in_their_order()
    {
        const string Page = "docs/api.md";
        if (!Repository.Exists(Page)) return;
        var section = Repository.Lines(Page)
            .SkipWhile(line => !(line.StartsWith('#') && line.Contains("refusal", StringComparison.OrdinalIgnoreCase)))
            .Skip(1).TakeWhile(line => !line.StartsWith('#'));
        var documented = section.Select(line => CodeCell().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value);
        // In the order of the source: the numbers on the wire say nothing of precedence.
        var names = typeof(RefusalCode).GetFields().Where(field => field.IsLiteral).OrderBy(field => field.MetadataToken).Select(field => field.Name);
        var codes = names.Select(name => WordStart().Replace(name, "_$1").ToLowerInvariant());
        Assert.Equal(codes, documented);
    }

    [Fact]
    public void The_script_runs_the_command_of_the_readme()
    {
        const string Command = "dotnet test -c Release";
        Assert.Contains(Command, Repository.Lines(".ci/run").Select(line => line.Split(" ||")[0].Trim()));
        if (Repository.Exists("README.md")) Assert.Contains(Command, Repository.Read("README.md"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("await Task.Del" + "ay(100);", true)]
    [InlineData("await Task.Del" + "ay(span, clock);", false)]
    [InlineData("Thread.Sle" + "ep(1);", true)]
    public void A_sleep_is_noticed(string line, bool sleeps) => Assert.Equal(sleeps, Sleep().IsMatch(line) && !OwnClock().IsMatch(line));

    [Theory]
    [InlineData("cd /ro" + "ot/x", true)]
    [InlineData("see /ho" + "me/me", true)]
    [InlineData("GET /v1/orders", false)]
    [InlineData("docs/wo" + "rk/plan.md", false)]
    public void A_machine_path_is_noticed(string line, bool found) => Assert.Equal(found, MachinePath().IsMatch(line));

    private static IEnumerable<string> Matches(string[] endings, Func<string, bool> breaks, string why) =>
        from file in Repository.With(endings)
        from line in Repository.Lines(file).Select((text, index) => (Text: text, Number: index + 1))
        where breaks(line.Text)
        select $"{file}:{line.Number}: {why}";

    /// <summary>A document's lines outside of code blocks.</summary>
    private static IEnumerable<string> Prose(string file)
    {
        var inCode = false;
        foreach (var line in Repository.Lines(file))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal)) inCode = !inCode;
            else if (!inCode) yield return line;
        }
    }

    private static IEnumerable<string> LinkedPaths(string line) =>
        Link().Matches(line).Select(match => match.Groups[1].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains(':', StringComparison.Ordinal));

    /// <summary>Code spans that start with a folder of the layout. Patterns with a star stand for many files and are left alone.</summary>
    private static IEnumerable<string> QuotedPaths(string line) =>
        CodeSpan().Matches(line).Select(match => match.Groups[1].Value)
            .Where(path => path.Contains('/', StringComparison.Ordinal) && Folders.Contains(path.Split('/')[0]));

    private static bool Exists(string document, string path) =>
        Repository.Exists(path.TrimStart('/')) || Repository.Exists(Path.Combine(Path.GetDirectoryName(document)!, path));

    private static void Holds(IEnumerable<string> breaches)
    {
        var found = breaches.ToList();
        Assert.True(found.Count == 0, $"{found.Count} found:\n{string.Join('\n', found)}");
    }

    [GeneratedRegex(@"\b(class|struct|record|interface|enum) \w*(Manager|Helpers?|Utils?|Utility|Processor|Impl|Common)\b")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"Thread\.Sleep\b|Task\.Delay\(")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"clock|TimeProvider|InfiniteTimeSpan|Timeout\.Infinite|,\s*time\b", RegexOptions.IgnoreCase)]
    private static partial Regex OwnClock();

    [GeneratedRegex(@"\bSkip\s*=\s*""")]
    private static partial Regex Skip();

    [GeneratedRegex(@"^\s*#if\b|\bOrderActors\.Embedded\b|\busing Embedded\b")]
    private static partial Regex EngineInGrains();

    [GeneratedRegex(@"(?<![\w.~*)}\]-])/(work|farm|root|tmp|home)/")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([\w./-]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"^\|\s*`([a-z_]+)`")]
    private static partial Regex CodeCell();

    [GeneratedRegex(@"(?<!^)([A-Z])")]
    private static partial Regex WordStart();
}
