using System.Text.Json;
using OrderActors.Client.Http;

namespace OrderActors.Tools.Load.Measuring;

/// <summary>What the priority classes are called.</summary>
internal static class ClassNames
{
    /// <summary>All classes.</summary>
    public static readonly IReadOnlyList<string> Classes = [.. Enum.GetValues<Priority>().Select(Of)];

    /// <summary>A class's name.</summary>
    public static string Of(Priority priority) => JsonNamingPolicy.SnakeCaseLower.ConvertName(priority.ToString());
}
