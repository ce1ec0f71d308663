using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>What a merchant's commands and an order's lines may contain. Pure.</summary>
internal static class MerchantRules
{
    public const int MaxName = 200;
    public const int MaxItems = 500;
    public const int MaxLines = 100;
    public const int MaxQuantity = 99;
    public const int MaxStock = 1_000_000;
    public const long MaxPrice = 100_000_000;

    /// <summary>The largest amount of an order, in minor units.</summary>
    public const long MaxTotal = 1_000_000_000_000;

    /// <summary>Orders at once at one merchant: what keeps its stock record below a few megabytes.</summary>
    public const int MaxOpenOrders = 10_000;

    /// <summary>Options on one line.</summary>
    public const int MaxChosen = 50;

    /// <summary>What is wrong with a command; null when nothing is.</summary>
    public static Refusal? Validate(string merchant, MerchantProfile profile, MerchantCommand command, DateTimeOffset now)
    {
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        return command switch
        {
            CreateMerchant c => ValidateProfile(merchant, c),
            SetMenu c => MenuRules.Validate(c.Items),
            SetStock c => MenuRules.ValidateStock(profile, c.Items),
            SetMerchantStatus c => TermsRules.ValidateStatus(c, now),
            SetMerchantHours c => TermsRules.ValidateHours(c.Hours),
            SetMerchantCapacity c => TermsRules.ValidateCapacity(c.Capacity),
            SetMerchantPreparation c => OrderValidation.RefusePreparation(c.PreparationTime),
            SetMerchantTerms c => TermsRules.ValidateTerms(c.Terms),
            _ => null,
        };
    }

    /// <summary>What is wrong with what is ordered; null when nothing is. An item stands on several lines only with other options.</summary>
    public static Refusal? ValidateLines(ImmutableArray<OrderLine> lines)
    {
        if (lines.IsDefaultOrEmpty || lines.Length > MaxLines)
            return Refusal.Invalid("/lines", $"{lines.OrEmpty().Length} lines", $"1 to {MaxLines} lines");
        var seen = new HashSet<string>(lines.Length, StringComparer.Ordinal);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (!EntityId.IsValid(line.Item)) return Refusal.Invalid($"/lines/{i}/item", line.Item, EntityId.Rule);
            if (line.Quantity is < 1 or > MaxQuantity) return Refusal.Invalid($"/lines/{i}/quantity", $"{line.Quantity}", $"1 to {MaxQuantity}");
            if (line.Options.OrEmpty().Length > MaxChosen)
                return Refusal.Invalid($"/lines/{i}/options", $"{line.Options.Length} options", $"at most {MaxChosen}");
            foreach (var option in line.Options.OrEmpty())
            {
                if (!EntityId.IsValid(option)) return Refusal.Invalid($"/lines/{i}/options", option, EntityId.Rule);
            }

            if (!seen.Add(KeyOf(line.Item, line.Options)))
                return Refusal.Invalid($"/lines/{i}/item", line.Item, "on one line only with the same options, with its whole quantity");
        }

        return null;
    }

    /// <summary>What tells lines apart: the item with its options, in whatever order they were chosen.</summary>
    public static string KeyOf(string item, ImmutableArray<string> options) =>
        options.IsDefaultOrEmpty ? item : $"{item}/{string.Join('/', options.Order(StringComparer.Ordinal))}";

    public static bool IsName(string? name) => name is { Length: > 0 and <= MaxName } && !string.IsNullOrWhiteSpace(name);

    /// <summary>A text for a message: not the whole of a long one.</summary>
    public static string? Shown(string? name) => name is { Length: > MaxName } ? $"{name.Length} characters" : name;

    private static Refusal? ValidateProfile(string merchant, CreateMerchant c)
    {
        if (!EntityId.IsValid(merchant)) return Refusal.Invalid("/merchant", merchant, EntityId.Rule);
        if (!IsName(c.Name)) return Refusal.Invalid("/name", Shown(c.Name), $"1 to {MaxName} characters");
        if (!EntityId.IsValid(c.Zone)) return Refusal.Invalid("/zone", c.Zone, EntityId.Rule);
        if (!c.Location.IsValid) return Names.BadPlace("/location", c.Location);
        if (!Money.IsCurrency(c.Currency)) return Refusal.Invalid("/currency", c.Currency, "three capital letters");
        return OrderValidation.RefusePreparation(c.PreparationTime);
    }
}
