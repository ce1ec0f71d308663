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

    /// <summary>Orders at once at one merchant: what keeps its stock record below a few megabytes.</summary>
    public const int MaxOpenOrders = 10_000;

    /// <summary>What is wrong with a command; null when nothing is.</summary>
    public static Refusal? Validate(string merchant, MerchantCommand command)
    {
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        return command switch
        {
            CreateMerchant c => ValidateProfile(merchant, c),
            SetMenu c => ValidateMenu(c.Items),
            SetMerchantStatus c when !Enum.IsDefined(c.Status) => Refusal.Invalid("/status", c.Status.ToString(), "open or closed"),
            _ => null,
        };
    }

    /// <summary>What is wrong with what is ordered; null when nothing is. An item stands on one line only.</summary>
    public static Refusal? ValidateLines(ImmutableArray<OrderLine> lines)
    {
        if (lines.IsDefaultOrEmpty || lines.Length > MaxLines)
            return Refusal.Invalid("/lines", $"{lines.OrEmpty().Length} lines", $"1 to {MaxLines} lines");
        var items = new HashSet<string>(lines.Length, StringComparer.Ordinal);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (!EntityId.IsValid(line.Item)) return Refusal.Invalid($"/lines/{i}/item", line.Item, EntityId.Rule);
            if (line.Quantity is < 1 or > MaxQuantity) return Refusal.Invalid($"/lines/{i}/quantity", $"{line.Quantity}", $"1 to {MaxQuantity}");
            if (!items.Add(line.Item)) return Refusal.Invalid($"/lines/{i}/item", line.Item, "on one line only, with its whole quantity");
        }

        return null;
    }

    private static Refusal? ValidateProfile(string merchant, CreateMerchant c)
    {
        if (!EntityId.IsValid(merchant)) return Refusal.Invalid("/merchant", merchant, EntityId.Rule);
        if (!IsName(c.Name)) return Refusal.Invalid("/name", Shown(c.Name), $"1 to {MaxName} characters");
        if (!EntityId.IsValid(c.Zone)) return Refusal.Invalid("/zone", c.Zone, EntityId.Rule);
        if (!c.Location.IsValid) return Names.BadPlace("/location", c.Location);
        if (!Money.IsCurrency(c.Currency)) return Refusal.Invalid("/currency", c.Currency, "three capital letters");
        return OrderValidation.RefusePreparation(c.PreparationTime);
    }

    private static Refusal? ValidateMenu(ImmutableArray<MenuItem> items)
    {
        items = items.OrEmpty();
        if (items.Length > MaxItems) return Refusal.Invalid("/items", $"{items.Length} items", $"at most {MaxItems} items");
        var ids = new HashSet<string>(items.Length, StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            var item = items[i];
            if (item is null) return Refusal.Invalid($"/items/{i}", null, "an item");
            if (!EntityId.IsValid(item.Id)) return Refusal.Invalid($"/items/{i}/id", item.Id, EntityId.Rule);
            if (!ids.Add(item.Id)) return Refusal.Invalid($"/items/{i}/id", item.Id, "on the menu once");
            if (!IsName(item.Name)) return Refusal.Invalid($"/items/{i}/name", Shown(item.Name), $"1 to {MaxName} characters");
            if (item.Price is < 0 or > MaxPrice) return Refusal.Invalid($"/items/{i}/price", $"{item.Price}", $"0 to {MaxPrice} minor units");
            if (item.Stock is < 0 or > MaxStock) return Refusal.Invalid($"/items/{i}/stock", $"{item.Stock}", $"0 to {MaxStock}, or null for no limit");
        }

        return null;
    }

    private static bool IsName(string? name) => name is { Length: > 0 and <= MaxName } && !string.IsNullOrWhiteSpace(name);

    private static string? Shown(string? name) => name is { Length: > MaxName } ? $"{name.Length} characters" : name;
}
