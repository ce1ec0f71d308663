using OrderActors.Client.Http;
using OrderActors.Client.Orders;
using OrderActors.Governance.Keys;

namespace OrderActors.Client.Keys;

/// <summary>POST /v1/api-keys.</summary>
/// <param name="Kind">customer, merchant, courier, partner or operator.</param>
/// <param name="Subject">Whose it is within the kind: the customer's, merchant's or courier's id, a partner's or operator's name.</param>
/// <param name="Name">What people call it; 1 to 100 characters.</param>
/// <param name="Livemode">Whether it acts on the real world; as the asking key does when left out.</param>
/// <param name="ExpiresAt">When it ends by itself; never when left out.</param>
internal sealed record CreateApiKeyRequest(ApiKeyKind Kind, string Subject, string Name, bool? Livemode = null, DateTimeOffset? ExpiresAt = null);

/// <summary>POST /v1/api-keys/{id}/rotate. The body may be left out.</summary>
/// <param name="OverlapSeconds">How long the secret before is still taken: 0 to 2,592,000 (30 days); 86,400 (a day) when left out.</param>
internal sealed record RotateApiKeyRequest(int? OverlapSeconds = null)
{
    public static readonly RotateApiKeyRequest Empty = new();
}

/// <summary>An API key.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Version">Counts its changes; also the ETag.</param>
/// <param name="Kind">customer, merchant, courier, partner or operator.</param>
/// <param name="Subject">Whose it is within the kind.</param>
/// <param name="Livemode">Whether it acts on the real world.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Last4">The last four characters of its secret.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="CreatedBy">Who created it.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
/// <param name="RotatedAt">When it got its present secret, if that is not the first.</param>
/// <param name="PreviousUntil">Until when the secret before is taken.</param>
/// <param name="RevokedAt">When it was revoked.</param>
/// <param name="Secret">The key itself: only in the first answer to creating or rotating it, and nowhere again.</param>
internal sealed record ApiKeyResponse(
    string Id,
    long Version,
    ApiKeyKind Kind,
    string Subject,
    bool Livemode,
    string Name,
    string Last4,
    DateTimeOffset CreatedAt,
    ByBody CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RotatedAt,
    DateTimeOffset? PreviousUntil,
    DateTimeOffset? RevokedAt,
    string? Secret = null)
{
    public static ApiKeyResponse From(ApiKeyView key) => new(
        key.Id, key.Version, key.Kind, key.Subject, key.Live, key.Name, key.Last4, key.CreatedAt, ByBody.From(key.CreatedBy), key.ExpiresAt,
        key.RotatedAt, key.PreviousUntil, key.RevokedAt);
}

/// <summary>A page of API keys, newest first.</summary>
/// <param name="Data">The keys, without their secrets.</param>
/// <param name="NextCursor">Where the next page starts; absent at the end.</param>
/// <param name="HasMore">Whether there is a next page.</param>
internal sealed record ApiKeyListResponse(ApiKeyResponse[] Data, string? NextCursor, bool HasMore);
