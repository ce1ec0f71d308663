using OrderActors.Values;

namespace OrderActors.Tools.Diagrams;

/// <summary>How values are called and in which order they come.</summary>
internal static class Vocabulary
{
    /// <summary>All values as the source has them: the numbers on the wire say nothing of an order's life.</summary>
    public static T[] All<T>() where T : struct, Enum =>
        [.. typeof(T).GetFields().Where(field => field.IsLiteral).OrderBy(field => field.MetadataToken).Select(field => (T)field.GetValue(null)!)];

    /// <summary>Where a value stands among all.</summary>
    public static int Rank<T>(T value) where T : struct, Enum => Array.IndexOf(All<T>(), value);

    /// <summary>Names in the order of the source, separated by commas.</summary>
    public static string List<T>(IEnumerable<T> values) where T : struct, Enum =>
        string.Join(", ", values.Distinct().OrderBy(Rank).Select(Names.Of));

    /// <summary>Who, in the words of the documents.</summary>
    public static string Of(Role role) => role == Role.System ? "platform" : Names.Of(role);

    /// <summary>Several of them, the platform last.</summary>
    public static IEnumerable<string> Of(IEnumerable<Role> roles) =>
        roles.Distinct().OrderBy(role => role == Role.System ? int.MaxValue : (int)role).Select(Of);
}
