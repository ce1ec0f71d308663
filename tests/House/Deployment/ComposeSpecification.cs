using System.Text.RegularExpressions;

namespace OrderActors.Tests.House.Deployment;

/// <summary>
/// The part of the Compose specification (compose-spec.io) that our file uses: which keys exist where, and what their values
/// are. What is not listed here is refused, so a new key is looked up before it is written.
/// </summary>
internal static partial class ComposeSpecification
{
    private static readonly Dictionary<string, Action<object?, string, List<string>>> Build = new() { ["context"] = AnyText, ["target"] = AnyText };

    private static readonly Dictionary<string, Action<object?, string, List<string>>> Config = new() { ["content"] = AnyText, ["file"] = AnyText };

    private static readonly Dictionary<string, Action<object?, string, List<string>>> ConfigUse = new() { ["source"] = AnyText, ["target"] = AnyText };

    private static readonly Dictionary<string, Action<object?, string, List<string>>> Dependency = new()
    {
        ["condition"] = (v, at, faults) =>
            Require(v is "service_started" or "service_healthy" or "service_completed_successfully", at, "a condition of depends_on", faults),
    };

    private static readonly Dictionary<string, Action<object?, string, List<string>>> Health = new()
    {
        ["test"] = (v, at, faults) =>
        {
            Texts(v, at, faults);
            var isCommand = v is List<object> test && (test is ["CMD", _, ..] || test is ["CMD-SHELL", _]);
            Require(isCommand, at, "a list with CMD or CMD-SHELL first", faults);
        },
        ["interval"] = Duration,
        ["timeout"] = Duration,
        ["start_period"] = Duration,
        ["retries"] = (v, at, faults) => Require(int.TryParse(v as string, out var n) && n > 0, at, "a number", faults),
    };

    private static readonly Dictionary<string, Action<object?, string, List<string>>> Service = new()
    {
        ["image"] = (v, at, faults) => Text(v, at, faults, Image()),
        ["build"] = (v, at, faults) => Keys(v, at, faults, Build),
        ["command"] = Texts,
        ["restart"] = (v, at, faults) => Text(v, at, faults, Restart()),
        ["stop_grace_period"] = Duration,
        ["shm_size"] = (v, at, faults) => Text(v, at, faults, Size()),
        ["environment"] = (v, at, faults) => Each(v, at, faults, (variable, a) => Require(variable is string, a, "text", faults)),
        ["depends_on"] = (v, at, faults) => Each(v, at, faults, (d, a) => Keys(d, a, faults, Dependency)),
        ["volumes"] = Texts,
        ["ports"] = Texts,
        ["configs"] = (v, at, faults) => Items(v, at, faults, (c, a) => Keys(c, a, faults, ConfigUse)),
        ["healthcheck"] = (v, at, faults) => Keys(v, at, faults, Health),
    };

    private static readonly Dictionary<string, Action<object?, string, List<string>>> Top = new()
    {
        ["name"] = (v, at, faults) => Text(v, at, faults, ProjectName()),
        ["services"] = (v, at, faults) => Each(v, at, faults, (s, a) => Keys(s, a, faults, Service)),
        ["volumes"] = (v, at, faults) => Each(v, at, faults, (volume, a) => Require(volume is null, a, "a volume without options", faults)),
        ["configs"] = (v, at, faults) => Each(v, at, faults, (config, a) => Keys(config, a, faults, Config)),
    };

    /// <summary>What the specification does not allow, each with its place.</summary>
    public static List<string> Faults(Dictionary<object, object?> root)
    {
        var faults = new List<string>();

        // Extensions are for anchors; compose does not look into them.
        Keys(root.Where(e => !((string)e.Key).StartsWith("x-", StringComparison.Ordinal)).ToDictionary(), "", faults, Top);
        return faults;
    }

    private static void Keys(object? value, string at, List<string> faults, Dictionary<string, Action<object?, string, List<string>>> known) =>
        Each(value, at, faults, (v, a) =>
        {
            var key = a[(a.LastIndexOf('/') + 1)..];
            if (known.TryGetValue(key, out var check)) check(v, a, faults);
            else faults.Add($"{a}: there is no such key; known are {string.Join(", ", known.Keys)}");
        });

    private static void Each(object? value, string at, List<string> faults, Action<object?, string> look)
    {
        if (value is not Dictionary<object, object?> map) faults.Add($"{at}: must be a mapping");
        else foreach (var (key, inner) in map) look(inner, $"{at}/{key}");
    }

    private static void Items(object? value, string at, List<string> faults, Action<object?, string> look)
    {
        if (value is not List<object> list) faults.Add($"{at}: must be a list");
        else for (var i = 0; i < list.Count; i++) look(list[i], $"{at}/{i}");
    }

    private static void Texts(object? value, string at, List<string> faults) => Items(value, at, faults, (v, a) => AnyText(v, a, faults));

    private static void AnyText(object? value, string at, List<string> faults) => Require(value is string { Length: > 0 }, at, "text", faults);

    private static void Text(object? value, string at, List<string> faults, Regex pattern) =>
        Require(value is string text && pattern.IsMatch(text), at, $"like {pattern}", faults);

    private static void Duration(object? value, string at, List<string> faults) => Text(value, at, faults, Time());

    private static void Require(bool holds, string at, string what, List<string> faults)
    {
        if (!holds) faults.Add($"{at}: must be {what}");
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]*$")]
    private static partial Regex ProjectName();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9./_-]*(:[\w][\w.-]*)?$")]
    private static partial Regex Image();

    [GeneratedRegex("^(no|always|on-failure|unless-stopped)$")]
    private static partial Regex Restart();

    [GeneratedRegex(@"^(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$(?<!^)")]
    private static partial Regex Time();

    [GeneratedRegex("^[0-9]+(b|k|m|g|kb|mb|gb)$")]
    private static partial Regex Size();
}
