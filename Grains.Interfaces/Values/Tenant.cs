namespace OrderActors.Values;

/// <summary>
/// Who has external ids of their own: each partner, by its name; each customer; the operators of the test side. Those of the live
/// side have none.
/// </summary>
public static class Tenant
{
    /// <summary>What a tenant may be, for messages.</summary>
    public const string Rule = "a partner's name or a customer's id with @customer";

    /// <summary>The operators of the test side.</summary>
    public const string TestOperators = "~";

    private const string Suffix = "@customer";

    /// <summary>A customer.</summary>
    public static string OfCustomer(string customer) => customer + Suffix;

    /// <summary>Whether a text can be a tenant.</summary>
    public static bool IsValid(string tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return tenant == TestOperators || EntityId.IsValid(tenant.EndsWith(Suffix, StringComparison.Ordinal) ? tenant[..^Suffix.Length] : tenant);
    }
}
