using System.Collections.Immutable;

namespace OrderActors;

/// <summary>A stored array that was left out, or a caller's missing one, is an empty one.</summary>
internal static class ImmutableArrays
{
    /// <summary>The array, or an empty one where there is none.</summary>
    public static ImmutableArray<T> OrEmpty<T>(this ImmutableArray<T> array) => array.IsDefault ? [] : array;
}
