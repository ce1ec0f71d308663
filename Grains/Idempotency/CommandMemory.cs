using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrderActors.Values;

namespace OrderActors.Idempotency;

/// <summary>A command that was decided.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="Fingerprint">Of its content.</param>
/// <param name="Refusal">Why it was refused; null when it was done.</param>
internal sealed record RememberedCommand(string Id, string Fingerprint, Refusal? Refusal = null);

/// <summary>
/// The newest commands of a grain with their outcomes: the same id with the same content gets the first outcome, the same
/// id with other content is refused.
/// </summary>
/// <remarks>
/// Remembered are commands that were done, in the same write as what they did, and refusals that depend on the state
/// (<see cref="IsRemembered"/>): a retry must not succeed where its first try was answered with a refusal. Not remembered
/// are refusals that the content alone decides, which come out the same again; those of callers without a right, who must
/// not be able to cause writes; and that somebody has not answered, which asks for the same id again. Refusals have a small
/// share of their own, so that no flood of them pushes out what was done.
/// </remarks>
internal sealed record CommandMemory
{
    /// <summary>How many commands are remembered; an order sees about 15 in its life.</summary>
    public const int MaxCommands = 32;

    /// <summary>How many of them may be refusals.</summary>
    public const int MaxRefusals = 8;

    // The id is looked at before the content, so content that is nonsense (a coordinate that is no number) has a fingerprint too.
    private static readonly JsonSerializerOptions Content =
        new(StoredJson.Options) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly ImmutableArray<RememberedCommand> _commands;

    /// <summary>Nothing remembered.</summary>
    public static CommandMemory Empty { get; } = new();

    /// <summary>The commands, oldest first.</summary>
    public ImmutableArray<RememberedCommand> Commands
    {
        get => _commands.OrEmpty();
        init => _commands = value;
    }

    /// <summary>What is known of a command id: null when it is new.</summary>
    public Recollection? Recall(string id, string fingerprint)
    {
        foreach (var known in Commands)
        {
            if (known.Id == id) return new(known.Fingerprint == fingerprint ? known.Refusal : Reused(id), known.Fingerprint == fingerprint);
        }

        return null;
    }

    /// <summary>Remembers a command and forgets the oldest beyond the bounds.</summary>
    public CommandMemory Remember(string id, string fingerprint, Refusal? refusal = null)
    {
        var commands = Commands;
        if (refusal is not null && commands.Count(c => c.Refusal is not null) >= MaxRefusals)
            commands = commands.Remove(commands.First(c => c.Refusal is not null));
        if (commands.Length >= MaxCommands) commands = commands.RemoveAt(0);
        return this with { Commands = commands.Add(new(id, fingerprint, refusal)) };
    }

    /// <summary>A command that was taken in turned out to be refused: from now on that is its outcome.</summary>
    public CommandMemory Settle(string id, Refusal refusal) =>
        this with { Commands = [.. Commands.Select(known => known.Id == id ? known with { Refusal = refusal } : known)] };

    /// <summary>
    /// Whether a refusal is remembered. The platform's own commands are safe to decide again, but for those after whose refusal it does something
    /// that a later yes would make wrong.
    /// </summary>
    public static bool IsRemembered(Refusal refusal, Actor by, bool isActedOn = false) =>
        !SaysLater(refusal.Code) && (isActedOn || (by.Role != Role.System && refusal.Code is not (
            RefusalCode.IdempotencyKeyReused or RefusalCode.NotFound or RefusalCode.AlreadyExists or RefusalCode.VersionConflict or
            RefusalCode.ValidationFailed or RefusalCode.Forbidden)));

    /// <summary>Whether a refusal says to come again: then the same command may do later what it was refused now.</summary>
    public static bool SaysLater(RefusalCode code) =>
        code is RefusalCode.TooMany or RefusalCode.Unavailable or RefusalCode.SwitchedOff or RefusalCode.DependencyOpen;

    /// <summary>A stable hash of a command's content: everything but the id.</summary>
    /// <param name="contentWithoutId">The command with an empty id.</param>
    public static string Fingerprint(object contentWithoutId)
    {
        var type = contentWithoutId.GetType();
        var json = JsonSerializer.SerializeToUtf8Bytes(contentWithoutId, type, Content);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(json, hash);
        // 96 bits: no two contents of one id meet by chance.
        return $"{type.Name}:{Convert.ToBase64String(hash[..12])}";
    }

    /// <summary>The refusal of an id that stands for other content.</summary>
    public static Refusal Reused(string id) =>
        new(RefusalCode.IdempotencyKeyReused, $"The command id '{id}' was used before for something else. Give the new command an id of its own.", Value: id);
}

/// <summary>What is remembered of a command id.</summary>
/// <param name="Refusal">The first outcome's refusal, or that the id stands for other content; null when it was done.</param>
/// <param name="Replayed">Whether it is the same command.</param>
internal readonly record struct Recollection(Refusal? Refusal, bool Replayed);
