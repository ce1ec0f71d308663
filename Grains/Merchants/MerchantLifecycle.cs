using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>The merchant's rules for its own commands. Pure. Orders are the business of <see cref="StockRules"/>.</summary>
internal static class MerchantLifecycle
{
    /// <summary>Decides on a command. The profile in the answer is the same instance when nothing is to be written.</summary>
    public static Decision<MerchantProfile, Outcome> Decide(MerchantProfile profile, MerchantCommand command, string id, DateTimeOffset now)
    {
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (profile.Commands.Recall(command.Id, fingerprint) is { } known) return new(profile, new(known.Refusal, known.Replayed));
        if (Refuse(profile, command, id) is { } refusal) return new(profile, new(refusal));
        var after = Apply(profile, command, id, now) with { Version = profile.Version + 1 };
        after = after with { Commands = after.Commands.Remember(command.Id, fingerprint) };
        if (profile.Exists && profile.Status == after.Status) return new(after, new(null));
        return new(after with
        {
            Raised = profile.Raised.Add(new MerchantEvent(EventTypes.MerchantStatusChanged, now, command.By, after.Version, id, after.Status)),
        }, new(null));
    }

    /// <summary>The table: a merchant exists or not, and every command is possible in each status once it does.</summary>
    private static Refusal? Refuse(MerchantProfile profile, MerchantCommand command, string id) => (profile.Exists, command) switch
    {
        (true, CreateMerchant) => new(RefusalCode.AlreadyExists, $"Merchant {id} exists already.", Value: id),
        (false, not CreateMerchant) => new(RefusalCode.NotFound, $"There is no merchant {id}.", Value: id),
        _ => MerchantRules.Validate(id, command) ?? MayGive(command, id),
    };

    private static Refusal? MayGive(MerchantCommand command, string id) => command.By switch
    {
        { Role: Role.Operator or Role.System } => null,
        { Role: Role.Merchant } by when by.Id == id => null,
        var by => Names.Forbidden(by, Name(command), "it is for the merchant itself or an operator to give"),
    };

    private static MerchantProfile Apply(MerchantProfile profile, MerchantCommand command, string id, DateTimeOffset now) => command switch
    {
        CreateMerchant c => profile with
        {
            Id = id,
            Name = c.Name,
            Zone = c.Zone,
            Location = c.Location,
            Currency = c.Currency,
            PreparationTime = c.PreparationTime,
            AutoAccept = c.AutoAccept,
        },
        SetMenu c => profile with { Menu = c.Items, MenuRevision = profile.MenuRevision + 1 },
        SetMerchantStatus c => profile with { Status = c.Status },
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, $"A merchant does not know this command ({now:O})."),
    };

    private static string Name(MerchantCommand command) => command switch
    {
        CreateMerchant => "create",
        SetMenu => "menu",
        SetMerchantStatus => "status",
        _ => command.GetType().Name,
    };

    /// <summary>What became of a command.</summary>
    public readonly record struct Outcome(Refusal? Refusal, bool Replayed = false);
}
