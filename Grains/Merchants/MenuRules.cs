using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>What a menu may contain. Pure.</summary>
internal static class MenuRules
{
    public const int MaxGroups = 20;
    public const int MaxOptions = 50;
    public const int MaxDays = 3_660;
    public const int MaxVouchers = 100;

    /// <summary>What is wrong with a menu; null when nothing is.</summary>
    public static Refusal? Validate(ImmutableArray<MenuItem> items)
    {
        items = items.OrEmpty();
        if (items.Length > MerchantRules.MaxItems)
            return Refusal.Invalid("/items", $"{items.Length} items", $"at most {MerchantRules.MaxItems} items");
        var ids = new HashSet<string>(items.Length, StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            var item = items[i];
            if (item is null) return Refusal.Invalid($"/items/{i}", null, "an item");
            if (!EntityId.IsValid(item.Id)) return Refusal.Invalid($"/items/{i}/id", item.Id, EntityId.Rule);
            if (!ids.Add(item.Id)) return Refusal.Invalid($"/items/{i}/id", item.Id, "on the menu once");
            if ((ValidateItem(item, $"/items/{i}") ?? ValidateOptions(item, $"/items/{i}/options")) is { } refusal) return refusal;
        }

        return null;
    }

    /// <summary>What is wrong with stock that is set; null when nothing is.</summary>
    public static Refusal? ValidateStock(MerchantProfile profile, ImmutableArray<ItemStock> items)
    {
        if (items.IsDefaultOrEmpty || items.Length > MerchantRules.MaxItems)
            return Refusal.Invalid("/items", $"{items.OrEmpty().Length} items", $"1 to {MerchantRules.MaxItems} items");
        var ids = new HashSet<string>(items.Length, StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].Item is null || profile.Find(items[i].Item) is null) return Unknown(profile, items[i].Item, $"/items/{i}/id");
            if (!ids.Add(items[i].Item)) return Refusal.Invalid($"/items/{i}/id", items[i].Item, "there once");
            if (RefuseStock(items[i].Stock, $"/items/{i}/stock") is { } refusal) return refusal;
        }

        return null;
    }

    /// <summary>The refusal of an item that is not on the menu, with some that are.</summary>
    public static Refusal Unknown(MerchantProfile profile, string? item, string field)
    {
        const int MaxNamed = 20;
        return new(
            RefusalCode.UnknownItem, $"'{item}' is not on the menu of merchant {profile.Id}.", field, item,
            [.. profile.Menu.Take(MaxNamed).Select(i => i.Id)]);
    }

    private static Refusal? ValidateItem(MenuItem item, string at)
    {
        if (!MerchantRules.IsName(item.Name)) return Refusal.Invalid($"{at}/name", MerchantRules.Shown(item.Name), $"1 to {MerchantRules.MaxName} characters");
        if (item.Price is < 0 or > MerchantRules.MaxPrice)
            return Refusal.Invalid($"{at}/price", $"{item.Price}", $"0 to {MerchantRules.MaxPrice} minor units");
        if (RefuseStock(item.Stock, $"{at}/stock") is { } refusal) return refusal;
        if (item.Limit is < 1 or > MerchantRules.MaxQuantity * MerchantRules.MaxLines)
            return Refusal.Invalid($"{at}/limit", $"{item.Limit}", $"1 to {MerchantRules.MaxQuantity * MerchantRules.MaxLines}, or null for no limit");
        if (item.Virtual is not { } goods) return null;
        if (goods.MembershipDays is < 0 or > MaxDays)
            return Refusal.Invalid($"{at}/virtual/membership_days", $"{goods.MembershipDays}", $"0 to {MaxDays}");
        if (goods.Vouchers is < 0 or > MaxVouchers) return Refusal.Invalid($"{at}/virtual/vouchers", $"{goods.Vouchers}", $"0 to {MaxVouchers}");
        return goods is { MembershipDays: 0, Vouchers: 0 }
            ? Refusal.Invalid($"{at}/virtual", "nothing", "days of membership, vouchers or both")
            : null;
    }

    private static Refusal? ValidateOptions(MenuItem item, string at)
    {
        var groups = item.Options.OrEmpty();
        if (groups.Length > MaxGroups) return Refusal.Invalid(at, $"{groups.Length} groups", $"at most {MaxGroups} groups");
        var (groupIds, ids) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        for (var g = 0; g < groups.Length; g++)
        {
            var group = groups[g];
            if (group is null) return Refusal.Invalid($"{at}/{g}", null, "a group of options");
            if (!EntityId.IsValid(group.Id)) return Refusal.Invalid($"{at}/{g}/id", group.Id, EntityId.Rule);
            if (!groupIds.Add(group.Id)) return Refusal.Invalid($"{at}/{g}/id", group.Id, "with the item once");
            if (!MerchantRules.IsName(group.Name))
                return Refusal.Invalid($"{at}/{g}/name", MerchantRules.Shown(group.Name), $"1 to {MerchantRules.MaxName} characters");
            var options = group.Options.OrEmpty();
            if (options.Length is < 1 or > MaxOptions) return Refusal.Invalid($"{at}/{g}/options", $"{options.Length} options", $"1 to {MaxOptions} options");
            if (group.Min < 0 || group.Min > options.Length) return Refusal.Invalid($"{at}/{g}/min", $"{group.Min}", $"0 to {options.Length}");
            if (group.Max < Math.Max(1, group.Min) || group.Max > options.Length)
                return Refusal.Invalid($"{at}/{g}/max", $"{group.Max}", $"{Math.Max(1, group.Min)} to {options.Length}");
            for (var o = 0; o < options.Length; o++)
            {
                if (RefuseOption(item, options[o], ids, $"{at}/{g}/options/{o}") is { } refusal) return refusal;
            }
        }

        return null;
    }

    private static Refusal? RefuseOption(MenuItem item, MenuOption option, HashSet<string> ids, string at)
    {
        if (!EntityId.IsValid(option.Id)) return Refusal.Invalid($"{at}/id", option.Id, EntityId.Rule);
        if (!ids.Add(option.Id)) return Refusal.Invalid($"{at}/id", option.Id, "with the item once, over all its groups");
        if (!MerchantRules.IsName(option.Name))
            return Refusal.Invalid($"{at}/name", MerchantRules.Shown(option.Name), $"1 to {MerchantRules.MaxName} characters");
        return option.Price < -item.Price || option.Price > MerchantRules.MaxPrice
            ? Refusal.Invalid($"{at}/price", $"{option.Price}", $"{-item.Price} to {MerchantRules.MaxPrice} minor units")
            : null;
    }

    private static Refusal? RefuseStock(int? stock, string field) => stock is < 0 or > MerchantRules.MaxStock
        ? Refusal.Invalid(field, $"{stock}", $"0 to {MerchantRules.MaxStock}, or null for no limit")
        : null;
}
