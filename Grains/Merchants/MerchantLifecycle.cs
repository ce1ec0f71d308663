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
        if (Refuse(profile, command, id, now) is { } refusal) return new(profile, new(refusal));
        var after = Apply(profile, command, id) with { Version = profile.Version + 1 };
        after = after with { Commands = after.Commands.Remember(command.Id, fingerprint) };
        return new(Announce(profile, after, command, now), new(null));
    }

    /// <summary>The table: a merchant exists or not, and every command is possible in each status once it does.</summary>
    private static Refusal? Refuse(MerchantProfile profile, MerchantCommand command, string id, DateTimeOffset now) => (profile.Exists, command) switch
    {
        (true, CreateMerchant) => new(RefusalCode.AlreadyExists, $"Merchant {id} exists already.", Value: id),
        (false, not CreateMerchant) => new(RefusalCode.NotFound, $"There is no merchant {id}.", Value: id),
        _ => Refusal.Stale(command.ExpectedVersion, profile.Version, $"Merchant {id}")
            ?? MerchantRules.Validate(id, profile, command, now) ?? MayGive(command, id),
    };

    private static Refusal? MayGive(MerchantCommand command, string id) => command.By switch
    {
        { Role: Role.Operator or Role.System } => null,
        { Role: Role.Merchant } by when by.Id == id => null,
        var by => Names.Forbidden(by, Name(command), "it is for the merchant itself or an operator to give"),
    };

    private static MerchantProfile Apply(MerchantProfile profile, MerchantCommand command, string id) => command switch
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
        SetMenu c => profile with { Menu = c.Items, MenuRevision = profile.MenuRevision + 1, StockRevision = 0, StockSettings = [] },
        SetStock c => SetStock(profile, c.Items),
        SetMerchantStatus c => SetStatus(profile, c),
        SetMerchantHours c => profile with { Hours = c.Hours },
        SetMerchantCapacity c => profile with { Capacity = c.Capacity },
        SetMerchantPreparation c => profile with { PreparationTime = c.PreparationTime, AutoAccept = c.AutoAccept, Learn = c.Learn },
        SetMerchantTerms c => profile with { Terms = c.Terms },
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, $"Merchant {id} does not know this command."),
    };

    // What is stored says open or closed, which the release before this one understands; the spell says the rest.
    private static MerchantProfile SetStatus(MerchantProfile profile, SetMerchantStatus c) => profile with
    {
        Status = c.Status is MerchantStatus.Open or MerchantStatus.Busy ? MerchantStatus.Open : MerchantStatus.Closed,
        Spell = c.Status switch
        {
            MerchantStatus.Busy => new(Paused: false, c.Until, c.BusyPreparation),
            MerchantStatus.Paused => new(Paused: true, c.Until, TimeSpan.Zero),
            _ => null,
        },
    };

    private static MerchantProfile SetStock(MerchantProfile profile, ImmutableArray<ItemStock> items)
    {
        var revision = profile.StockRevision + 1;
        var (menu, settings) = (profile.Menu.ToBuilder(), profile.StockSettings);
        foreach (var set in items)
        {
            for (var i = 0; i < menu.Count; i++)
            {
                if (menu[i].Id == set.Item) menu[i] = menu[i] with { Stock = set.Stock };
            }

            settings = settings.RemoveAll(s => s.Item == set.Item).Add(new(set.Item, revision));
        }

        return profile with { Menu = menu.DrainToImmutable(), StockRevision = revision, StockSettings = settings };
    }

    /// <summary>
    /// A status that changed is an event of its own; everything else is an update that says what was updated. The status in an
    /// event is open or closed, which every release reads; its detail has the word.
    /// </summary>
    private static MerchantProfile Announce(MerchantProfile before, MerchantProfile after, MerchantCommand command, DateTimeOffset now)
    {
        if (command is CreateMerchant or SetMerchantStatus)
        {
            if (before.Exists && before.Status == after.Status && before.Spell == after.Spell) return after;
            return Raise(after, command.By, EventTypes.MerchantStatusChanged, Names.Of(after.StatusAt(now)), now);
        }

        return Raise(after, command.By, EventTypes.MerchantUpdated, Name(command), now);
    }

    private static MerchantProfile Raise(MerchantProfile profile, Actor by, string type, string detail, DateTimeOffset now) =>
        profile with { Raised = profile.Raised.Add(new MerchantEvent(type, now, by, profile.Version, profile.Id, profile.Status, detail)) };

    private static string Name(MerchantCommand command) => command switch
    {
        CreateMerchant => "create",
        SetMenu => "menu",
        OrderActors.Merchants.SetStock => "stock",
        SetMerchantStatus => "status",
        SetMerchantHours => "hours",
        SetMerchantCapacity => "capacity",
        SetMerchantPreparation => "preparation",
        SetMerchantTerms => "terms",
        _ => command.GetType().Name,
    };

    /// <summary>What became of a command.</summary>
    public readonly record struct Outcome(Refusal? Refusal, bool Replayed = false);
}
