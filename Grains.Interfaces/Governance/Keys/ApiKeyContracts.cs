using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Governance.Keys;

/// <summary>Whom an API key speaks for. The numbers are stored and on the wire.</summary>
public enum ApiKeyKind
{
    /// <summary>A customer: the subject is the customer's id.</summary>
    Customer = 0,

    /// <summary>A merchant: the subject is the merchant's id.</summary>
    Merchant = 1,

    /// <summary>A courier: the subject is the courier's id.</summary>
    Courier = 2,

    /// <summary>An integrator, who places orders of its own customers: the subject is the integrator's name.</summary>
    Partner = 3,

    /// <summary>A person or program that runs the platform: the subject is its name.</summary>
    Operator = 4,
}

/// <summary>A command to an API key.</summary>
/// <param name="Id">The command's id: the same id again returns the first outcome and changes nothing.</param>
/// <param name="By">An operator, or the platform.</param>
[GenerateSerializer, Immutable, Alias("orderactors.api-key-command")]
public abstract record ApiKeyCommand(string Id, Actor By);

/// <summary>Creates the key.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Kind">Whom it speaks for.</param>
/// <param name="Subject">Whose it is within the kind.</param>
/// <param name="Live">Whether it acts on the real world; false for a test key.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Hash">The SHA-256 of its text, in 64 hexadecimal digits. The text itself is nobody's to keep.</param>
/// <param name="Last4">The last four characters of its text, by which people tell keys apart.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
[GenerateSerializer, Immutable, Alias("orderactors.create-api-key")]
public sealed record CreateApiKey(
    string Id, Actor By, ApiKeyKind Kind, string Subject, bool Live, string Name, string Hash, string Last4, DateTimeOffset? ExpiresAt = null)
    : ApiKeyCommand(Id, By);

/// <summary>Gives the key another text. The one before is taken for a while yet, so that nobody is locked out while it is replaced.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Hash">The SHA-256 of the new text.</param>
/// <param name="Last4">Its last four characters.</param>
/// <param name="Overlap">How long the text before is taken; zero for not at all.</param>
[GenerateSerializer, Immutable, Alias("orderactors.rotate-api-key")]
public sealed record RotateApiKey(string Id, Actor By, string Hash, string Last4, TimeSpan Overlap) : ApiKeyCommand(Id, By);

/// <summary>Ends the key for good.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.revoke-api-key")]
public sealed record RevokeApiKey(string Id, Actor By) : ApiKeyCommand(Id, By);

/// <summary>A key as people may see it.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Version">Counts its changes.</param>
/// <param name="Kind">Whom it speaks for.</param>
/// <param name="Subject">Whose it is within the kind.</param>
/// <param name="Live">Whether it acts on the real world.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Last4">The last four characters of its text.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="CreatedBy">Who created it.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
/// <param name="RotatedAt">When it got its present text, if that is not the first.</param>
/// <param name="PreviousUntil">Until when the text before is taken.</param>
/// <param name="RevokedAt">When it was ended.</param>
[GenerateSerializer, Immutable, Alias("orderactors.api-key-view")]
public sealed record ApiKeyView(
    string Id,
    long Version,
    ApiKeyKind Kind,
    string Subject,
    bool Live,
    string Name,
    string Last4,
    DateTimeOffset CreatedAt,
    Actor CreatedBy,
    DateTimeOffset? ExpiresAt = null,
    DateTimeOffset? RotatedAt = null,
    DateTimeOffset? PreviousUntil = null,
    DateTimeOffset? RevokedAt = null);

/// <summary>The answer to a command: the key, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.api-key-reply")]
public sealed record ApiKeyReply(ApiKeyView? Key, Refusal? Refusal, bool Replayed = false);

/// <summary>What a right text proves.</summary>
/// <param name="Kind">Whom the key speaks for.</param>
/// <param name="Subject">Whose it is within the kind.</param>
/// <param name="Live">Whether it acts on the real world.</param>
/// <param name="Until">When that text ends; null for no known end.</param>
[GenerateSerializer, Immutable, Alias("orderactors.api-key-grant")]
public sealed record ApiKeyGrant(ApiKeyKind Kind, string Subject, bool Live, DateTimeOffset? Until = null);

/// <summary>A page of keys, newest first.</summary>
/// <param name="Keys">Their ids.</param>
/// <param name="NextCursor">Where the next page starts; null at the end.</param>
[GenerateSerializer, Immutable, Alias("orderactors.api-key-page")]
public sealed record ApiKeyPage(ImmutableArray<string> Keys, string? NextCursor);

/// <summary>One API key. The key is its public id, which the key's text contains, so that one call tells whose it is.</summary>
[Alias("orderactors.IApiKeyGrain")]
public interface IApiKeyGrain : IGrainWithStringKey
{
    /// <summary>Does a command or refuses it.</summary>
    [Alias("execute"), AlwaysInterleave]
    Task<ApiKeyReply> Execute(ApiKeyCommand command);

    /// <summary>What a text with this SHA-256 proves now; null for nothing: it is another text, or the key has ended.</summary>
    [Alias("resolve"), AlwaysInterleave]
    Task<ApiKeyGrant?> Resolve(string hash);

    /// <summary>The key as it stands, or null.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ApiKeyView?> Get();
}

/// <summary>Which keys there are. The key is <c>live</c> or <c>test</c>.</summary>
[Alias("orderactors.IApiKeyDirectoryGrain")]
public interface IApiKeyDirectoryGrain : IGrainWithStringKey
{
    /// <summary>Lists a key. Idempotent for the newest ones.</summary>
    [Alias("add")]
    Task Add(string key);

    /// <summary>Keys, newest first.</summary>
    [Alias("list"), ReadOnly]
    Task<ApiKeyPage> List(string? cursor, int limit);
}

/// <summary>A full page of a directory. The key is the directory's, a slash, and the page's number from 0.</summary>
[Alias("orderactors.IApiKeyDirectoryPageGrain")]
public interface IApiKeyDirectoryPageGrain : IGrainWithStringKey
{
    /// <summary>Keeps the page's keys, oldest first. Idempotent.</summary>
    [Alias("seal")]
    Task Seal(ImmutableArray<string> keys);

    /// <summary>The page's keys, oldest first.</summary>
    [Alias("read"), ReadOnly]
    Task<ImmutableArray<string>> Read();
}
