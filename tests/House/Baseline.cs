using Xunit;

namespace OrderActors.Tests.House;

/// <summary>
/// A reviewed list in the repository. A test fails when the code and the list differ in either direction; setting
/// <c>HOUSE_ACCEPT=1</c> rewrites the list instead, so that the change shows up in the diff under review.
/// </summary>
internal static class Baseline
{
    internal const string AcceptCommand = "HOUSE_ACCEPT=1 dotnet test -c Release tests/House";

    internal static bool Accepting => Environment.GetEnvironmentVariable("HOUSE_ACCEPT") == "1";

    /// <summary>The list's lines without its comments.</summary>
    internal static IReadOnlyList<string> Read(string file) =>
        Repository.Exists(file) ? [.. Repository.Lines(file).Where(line => line.Length > 0 && line[0] != '#')] : [];

    /// <summary>Holds the lines against the file, or rewrites the file when asked to.</summary>
    internal static void Check(string file, string header, IReadOnlyList<string> actual)
    {
        if (Accepting)
        {
            var comments = header.Split('\n').Select(line => line.Length == 0 ? "#" : "# " + line);
            File.WriteAllText(Path.Combine(Repository.Root, file), string.Join('\n', [.. comments, .. actual]) + "\n");
            return;
        }

        var expected = Read(file);
        if (expected.SequenceEqual(actual)) return;
        var differences = Differences(expected, actual);
        Assert.Fail($"""
            {file} and the code differ ('-' is in the list only, '+' in the code only):

            {(differences.Count > 0 ? string.Join('\n', differences) : "the same lines in another order")}

            If the change is meant, rewrite the list and put it into the same commit:

              {AcceptCommand}
            """);
    }

    /// <summary>A line diff with the heading of each changed block, so that an indented line says whose member it is.</summary>
    private static List<string> Differences(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var result = new List<string>();
        var left = Blocks(expected);
        var right = Blocks(actual);
        foreach (var heading in left.Keys.Union(right.Keys))
        {
            var old = left.GetValueOrDefault(heading);
            var now = right.GetValueOrDefault(heading);
            if (old is not null && now is not null && old.SequenceEqual(now)) continue;
            result.Add((old, now) switch { (null, _) => "+ ", (_, null) => "- ", _ => "  " } + heading);
            result.AddRange((old ?? []).Except(now ?? []).Select(line => "- " + line));
            result.AddRange((now ?? []).Except(old ?? []).Select(line => "+ " + line));
            if (old is not null && now is not null && old.Order().SequenceEqual(now.Order())) result.Add("    (the order of its lines changed)");
        }

        return result;
    }

    /// <summary>The lines by heading: indented ones belong to the heading above them.</summary>
    internal static Dictionary<string, List<string>> Blocks(IReadOnlyList<string> lines)
    {
        var blocks = new Dictionary<string, List<string>>();
        List<string>? current = null;
        foreach (var line in lines)
        {
            if (line[0] == ' ' && current is not null) current.Add(line);
            else current = blocks[line] = [];
        }

        return blocks;
    }
}
