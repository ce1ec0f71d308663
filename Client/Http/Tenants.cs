using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>Within which names of one's own a caller is: external ids are unique there, and seen from there alone.</summary>
internal static class Tenants
{
    /// <summary>A partner's are its own, also each customer's; the operators of a side share theirs.</summary>
    public static string? Of(Caller caller) => caller.Kind switch
    {
        Callers.Partner => caller.Subject,
        Callers.Customer => caller.Subject + "@customer",
        _ => caller.Live ? null : TestMode.Mark.ToString(),
    };
}
