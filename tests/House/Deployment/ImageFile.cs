namespace OrderActors.Tests.House.Deployment;

/// <summary>The Dockerfile, stage by stage.</summary>
internal sealed class ImageFile
{
    private ImageFile(IReadOnlyList<(string Name, string From, List<(string Word, string Text)> Lines)> stages) => Stages = stages;

    public static ImageFile Both { get; } = Parse(Repository.Lines("Dockerfile"));

    public IReadOnlyList<(string Name, string From, List<(string Word, string Text)> Lines)> Stages { get; }

    /// <summary>A stage's instructions with those of the stages that it is made from, the base first.</summary>
    public List<(string Word, string Text)> Whole(string name)
    {
        var stage = Stages.Single(s => s.Name == name);
        return [.. Stages.Any(s => s.Name == stage.From) ? Whole(stage.From) : [], .. stage.Lines];
    }

    /// <summary>The last instruction of this word; null when there is none.</summary>
    public string? Last(string stage, string word) => Whole(stage).LastOrDefault(l => l.Word == word).Text;

    private static ImageFile Parse(string[] lines)
    {
        var stages = new List<(string Name, string From, List<(string Word, string Text)> Lines)>();
        foreach (var line in lines.Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var parts = line.Split(' ', 2);
            if (parts[0] == "FROM")
            {
                var from = parts[1].Split(' ');
                stages.Add((from is [_, "AS", var name] ? name : "", from[0], []));
                continue;
            }

            stages[^1].Lines.Add((parts[0], parts[1]));
        }

        return new ImageFile(stages);
    }
}
