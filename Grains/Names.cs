using System.Collections.Immutable;
using System.Text.Json;
using OrderActors.Values;

namespace OrderActors;

/// <summary>Names as the API writes them.</summary>
internal static class Names
{
    /// <summary>A value of an enumeration in snake_case.</summary>
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>Values of an enumeration in snake_case.</summary>
    public static ImmutableArray<string> Of<T>(IEnumerable<T> values) where T : struct, Enum => [.. values.Select(Of)];

    /// <summary>The refusal of a place that is none.</summary>
    public static Refusal BadPlace(string field, GeoPoint at) =>
        Refusal.Invalid(field, $"{at.Latitude},{at.Longitude}", "a latitude of -90 to 90 and a longitude of -180 to 180");

    /// <summary>The refusal of a caller whom the command does not belong to.</summary>
    public static Refusal Forbidden(Actor by, string command, string why) =>
        new(RefusalCode.Forbidden, $"{by} may not give {command}: {why}.", Value: by.ToString());
}

/// <summary>Roles as a set.</summary>
[Flags]
internal enum Roles
{
    None = 0,
    System = 1 << Role.System,
    Customer = 1 << Role.Customer,
    Merchant = 1 << Role.Merchant,
    Courier = 1 << Role.Courier,
    Operator = 1 << Role.Operator,
    Any = System | Customer | Merchant | Courier | Operator,
}

internal static class RolesExtensions
{
    public static bool Has(this Roles roles, Role role) => (roles & (Roles)(1 << (int)role)) != 0;
}
