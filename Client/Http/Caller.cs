using Microsoft.AspNetCore.Http;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>Who sends a request, as its API key proves.</summary>
/// <param name="KeyId">The key's public id; limits are counted by it, and the audit names it. Never the key itself.</param>
/// <param name="Kind">What the key is for; exactly one kind.</param>
/// <param name="Subject">Whose key it is within the kind: a customer's, merchant's, courier's, partner's or operator's id.</param>
/// <param name="Live">Whether it acts on the real world; false for a test key.</param>
internal sealed record Caller(string KeyId, Callers Kind, string Subject, bool Live)
{
    /// <summary>Somebody without a key, on a public route.</summary>
    public static readonly Caller Nobody = new("", Callers.Public, "", Live: true);

    /// <summary>The platform's role for the caller; a partner acts for its customers.</summary>
    public Role Role => Kind switch
    {
        Callers.Merchant => Role.Merchant,
        Callers.Courier => Role.Courier,
        Callers.Operator => Role.Operator,
        _ => Role.Customer,
    };
}

/// <summary>The caller of a request.</summary>
internal static class CallerContext
{
    private static readonly object Key = new();

    // Until there are API keys, everybody is taken for an operator.
    private static readonly Caller Anybody = new("anybody", Callers.Operator, "anybody", Live: true);

    /// <summary>Who sends this request.</summary>
    public static Caller Caller(this HttpContext context) => context.Items.TryGetValue(Key, out var caller) ? (Caller)caller! : Anybody;

    /// <summary>Says who sends this request.</summary>
    public static void SetCaller(this HttpContext context, Caller caller) => context.Items[Key] = caller;
}
