using OrderActors.Values;

namespace OrderActors.Promotions;

/// <summary>What a promotion's commands may contain. Pure.</summary>
internal static class PromotionRules
{
    /// <summary>All of a discount, in thousandths.</summary>
    public const int Whole = 1_000;

    /// <summary>The longest code, in characters.</summary>
    public const int MaxCode = 32;

    public const int MaxMerchants = 100;

    /// <summary>The most uses of one customer: each is listed in the customer's record.</summary>
    public const int MaxPerCustomer = 100;

    /// <summary>Orders under way with one coupon: what keeps its record below a megabyte.</summary>
    public const int MaxReserved = 10_000;

    /// <summary>The largest discount of one order, in minor units.</summary>
    public const long MaxDiscount = 100_000_000;

    /// <summary>The largest budget, in minor units.</summary>
    public const long MaxBudget = 1_000_000_000_000;

    /// <summary>The most uses that a budget may have.</summary>
    public const long MaxUses = 1_000_000_000;

    /// <summary>What is wrong with a command; null when nothing is.</summary>
    /// <param name="terms">The promotion's terms before it.</param>
    /// <param name="command">The command.</param>
    /// <param name="code">The promotion's code: the grain's key.</param>
    public static Refusal? Validate(PromotionTerms terms, PromotionCommand command, string code)
    {
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        return command switch
        {
            CreatePromotion c => ValidateCode(code) ?? ValidateTerms(c.Terms),
            SetPromotionStatus c when !Enum.IsDefined(c.Status) => new(RefusalCode.UnknownValue, $"{c.Status} is no status of a promotion.", "/status"),
            RaiseBudget c => ValidateRaise(terms, c),
            _ => null,
        };
    }

    private static Refusal? ValidateCode(string code) =>
        EntityId.IsValid(code) && TestMode.Shown(code).Length <= MaxCode && !code.Any(char.IsAsciiLetterLower)
            ? null
            : Refusal.Invalid("/code", code, $"1 to {MaxCode} capital letters, digits, '-' or '_'");

    private static Refusal? ValidateTerms(PromotionTerms t)
    {
        if (!Money.IsCurrency(t.Currency)) return Refusal.Invalid("/currency", t.Currency, "three capital letters");
        if (t.MerchantPermille is < 0 or > Whole) return Refusal.Invalid("/merchant_permille", $"{t.MerchantPermille}", $"0 to {Whole}");
        if (t.PerCustomer is < 1 or > MaxPerCustomer) return Refusal.Invalid("/per_customer", $"{t.PerCustomer}", $"1 to {MaxPerCustomer}");
        if (t.ValidFrom >= t.ValidUntil) return Refusal.Invalid("/valid_until", $"{t.ValidUntil:O}", "after valid_from");
        if (t.MinimumSubtotal is < 0 or > MaxDiscount)
            return Refusal.Invalid("/minimum_subtotal", $"{t.MinimumSubtotal}", $"0 to {MaxDiscount} minor units");
        if (t.BudgetAmount is null && t.BudgetUses is null) return Refusal.Invalid("/budget", null, "an amount, a number of uses, or both");
        return ValidateDiscount(t) ?? ValidateBudget(t.BudgetAmount, t.BudgetUses) ?? ValidateMerchants(t);
    }

    private static Refusal? ValidateDiscount(PromotionTerms t) => t.Kind switch
    {
        DiscountKind.AmountOff when t.Value is < 1 or > MaxDiscount => Refusal.Invalid("/amount_off", $"{t.Value}", $"1 to {MaxDiscount} minor units"),
        DiscountKind.AmountOff when t.Cap is not null => Refusal.Invalid("/cap", $"{t.Cap}", "left out for an amount, which is its own cap"),
        DiscountKind.PermilleOff when t.Value is < 1 or > Whole => Refusal.Invalid("/permille_off", $"{t.Value}", $"1 to {Whole}"),
        DiscountKind.PermilleOff when t.Cap is < 1 or > MaxDiscount => Refusal.Invalid("/cap", $"{t.Cap}", $"1 to {MaxDiscount} minor units"),
        DiscountKind.AmountOff or DiscountKind.PermilleOff => null,
        _ => new(RefusalCode.UnknownValue, $"{t.Kind} is no kind of discount.", "/kind"),
    };

    private static Refusal? ValidateBudget(long? amount, long? uses)
    {
        if (amount is < 1 or > MaxBudget) return Refusal.Invalid("/budget/amount", $"{amount}", $"1 to {MaxBudget} minor units");
        return uses is < 1 or > MaxUses ? Refusal.Invalid("/budget/uses", $"{uses}", $"1 to {MaxUses}") : null;
    }

    private static Refusal? ValidateMerchants(PromotionTerms t)
    {
        var merchants = t.Merchants.OrEmpty();
        if (merchants.Length > MaxMerchants) return Refusal.Invalid("/merchants", $"{merchants.Length} merchants", $"at most {MaxMerchants}");
        for (var i = 0; i < merchants.Length; i++)
        {
            if (!EntityId.IsValid(merchants[i])) return Refusal.Invalid($"/merchants/{i}", merchants[i], EntityId.Rule);
        }

        return null;
    }

    private static Refusal? ValidateRaise(PromotionTerms t, RaiseBudget c)
    {
        if (c.Amount is null && c.Uses is null) return Refusal.Invalid("/budget", null, "an amount, a number of uses, or both");
        if (c.Amount is not null && !(c.Amount >= t.BudgetAmount)) return Refusal.Invalid("/amount", $"{c.Amount}", NotBelow(t.BudgetAmount));
        if (c.Uses is not null && !(c.Uses >= t.BudgetUses)) return Refusal.Invalid("/uses", $"{c.Uses}", NotBelow(t.BudgetUses));
        return ValidateBudget(c.Amount, c.Uses);
    }

    private static string NotBelow(long? bound) => bound is { } least ? $"at least {least}, what it is" : "left out: the budget has no such bound";
}
