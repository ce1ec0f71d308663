using System.Security.Cryptography;
using System.Text;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Governance.Keys;

/// <summary>What can become of an API key. Pure.</summary>
internal static class ApiKeyLifecycle
{
    /// <summary>The longest name.</summary>
    public const int LongestName = 100;

    /// <summary>The longest time for which the text before a rotation is taken.</summary>
    public static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(30);

    private const int HashDigits = 64;
    private const int ShownCharacters = 4;

    /// <summary>What became of a command.</summary>
    public readonly record struct Outcome(Refusal? Refusal, bool Replayed = false);

    /// <summary>Decides on a command. The state in the answer is the same instance when nothing is to be written.</summary>
    public static Decision<ApiKeyState, Outcome> Decide(ApiKeyState state, ApiKeyCommand command, string id, DateTimeOffset now)
    {
        var fingerprint = FingerprintOf(command);
        if (state.Commands.Recall(command.Id, fingerprint) is { } known) return new(state, new(known.Refusal, known.Replayed));
        if (Refuse(state, command, id, now) is { } refusal) return new(state, new(refusal));
        var (after, type) = Apply(state, command, id, now);
        after = after with { Version = state.Version + 1, Commands = state.Commands.Remember(command.Id, fingerprint) };
        return new(after with { Raised = state.Raised.Add(new ApiKeyEvent(type, now, command.By, after.Version, after.ToView())) }, new(null));
    }

    /// <summary>What a text with this hash proves; null for nothing.</summary>
    public static ApiKeyGrant? Resolve(ApiKeyState state, string hash, DateTimeOffset now)
    {
        // Both are compared whatever the first says, and each in the same time wherever it differs.
        var present = IsSame(state.Hash, hash);
        var previous = IsSame(state.PreviousHash ?? "", hash) & state.PreviousUntil > now;
        if (!state.Exists || !(present | previous) || state.RevokedAt is not null || state.ExpiresAt <= now) return null;
        var until = present ? state.ExpiresAt : Earlier(state.ExpiresAt, state.PreviousUntil);
        return new(state.Kind, state.Subject, state.Live, until);
    }

    /// <summary>The table: a key exists or not, and one that was revoked stays so.</summary>
    private static Refusal? Refuse(ApiKeyState state, ApiKeyCommand command, string id, DateTimeOffset now) => command switch
    {
        { By.Role: not (Role.Operator or Role.System) } => Names.Forbidden(command.By, NameOf(command), "keys are for operators to give"),
        CreateApiKey when state.Exists => new(RefusalCode.AlreadyExists, $"There is an API key {id} already.", Value: id),
        not CreateApiKey when !state.Exists => new(RefusalCode.NotFound, $"There is no API key {id}.", Value: id),
        _ when state.RevokedAt is not null => Refusal.Transition(NameOf(command), $"API key {id}", "revoked", []),
        CreateApiKey create => Validate(create, now),
        RotateApiKey rotate => BadText(rotate.Hash, rotate.Last4)
            ?? (rotate.Overlap < TimeSpan.Zero || rotate.Overlap > LongestOverlap
                ? Refusal.Invalid("/overlap_seconds", $"{rotate.Overlap.TotalSeconds:0}", $"0 to {LongestOverlap.TotalSeconds:0} seconds")
                : null),
        _ => null,
    };

    private static Refusal? Validate(CreateApiKey create, DateTimeOffset now)
    {
        if (!Enum.IsDefined(create.Kind)) return new(RefusalCode.UnknownValue, "This release does not know the key's kind.", "/kind");
        if (!EntityId.IsValid(create.Subject) || TestMode.IsTest(create.Subject)) return Refusal.Invalid("/subject", create.Subject, EntityId.Rule);
        if (create.Name.Length is 0 or > LongestName) return Refusal.Invalid("/name", create.Name, $"1 to {LongestName} characters");
        if (create.ExpiresAt <= now) return Refusal.Invalid("/expires_at", $"{create.ExpiresAt:O}", "in the future");
        return BadText(create.Hash, create.Last4);
    }

    private static Refusal? BadText(string hash, string last4) =>
        hash.Length == HashDigits && hash.All(char.IsAsciiHexDigitLower) && last4.Length == ShownCharacters
            ? null
            : Refusal.Invalid("/hash", null, "the SHA-256 of the key's text");

    private static (ApiKeyState State, string Type) Apply(ApiKeyState state, ApiKeyCommand command, string id, DateTimeOffset now) => command switch
    {
        CreateApiKey c => (
            new ApiKeyState
            {
                Id = id,
                Kind = c.Kind,
                Subject = c.Subject,
                Live = c.Live,
                Name = c.Name,
                Hash = c.Hash,
                Last4 = c.Last4,
                CreatedAt = now,
                CreatedBy = c.By,
                ExpiresAt = c.ExpiresAt,
            },
            ApiKeyEvent.Created),
        RotateApiKey c => (
            state with { Hash = c.Hash, Last4 = c.Last4, PreviousHash = state.Hash, PreviousUntil = now + c.Overlap, RotatedAt = now },
            ApiKeyEvent.Rotated),
        RevokeApiKey => (state with { RevokedAt = now }, ApiKeyEvent.Revoked),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "An API key does not know this command."),
    };

    // The text is new at every try of the same command, so it is no part of what makes it the same.
    private static string FingerprintOf(ApiKeyCommand command) => CommandMemory.Fingerprint(command switch
    {
        CreateApiKey c => c with { Id = "", Hash = "", Last4 = "" },
        RotateApiKey c => c with { Id = "", Hash = "", Last4 = "" },
        _ => command with { Id = "" },
    });

    private static string NameOf(ApiKeyCommand command) => command switch
    {
        CreateApiKey => "create",
        RotateApiKey => "rotate",
        _ => "revoke",
    };

    private static bool IsSame(string known, string asked) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(known), Encoding.ASCII.GetBytes(asked));

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
}
