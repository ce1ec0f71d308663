using OrderActors.Promotions;
using OrderActors.Tools.Simulate.World;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>Coupons were spent by those orders alone that were paid or delivered, within budget and limits, and no use is lost.</summary>
internal static class Coupons
{
    /// <summary>Checks both coupons.</summary>
    public static async Task Check(Town town, IWorldPlatform platform, Stored stored)
    {
        foreach (var code in new[] { "SAVE", "TEN" })
        {
            var (least, most) = (0, 0);
            foreach (var order in town.Orders.Values)
            {
                if (order.Coupon != code || order.IsRefused || order.SpentAt == 0) continue;
                most++;
                // What ended first and was paid after may have been counted in one go with it, or not.
                if (order.UnservedAt == 0 || order.SpentAt <= order.UnservedAt) least++;
            }

            var promotion = await platform.Grains.GetGrain<IPromotionGrain>(code).Get();
            var uses = promotion!.RedeemedUses;
            Promises.Require((promotion.ReservedUses, promotion.ReservedAmount) == (0, 0), "coupons", code, "nothing reserved", promotion.ReservedUses);
            Promises.Require(uses >= least && uses <= most, "coupons", code, $"{least} to {most} uses", uses);
            Promises.Require(
                uses <= (promotion.Terms.BudgetUses ?? uses) && promotion.RedeemedAmount <= (promotion.Terms.BudgetAmount ?? long.MaxValue), "coupons", code,
                promotion.Terms, promotion);
        }

        var taken = 0L;
        foreach (var (key, uses) in stored.Uses)
        {
            Promises.Require(uses.Orders.Length <= Town.SavePerCustomer, "coupons", key, $"at most {Town.SavePerCustomer} uses", uses.Orders.Length);
            taken += uses.Orders.Length;
        }

        var redeemed = (await platform.Grains.GetGrain<IPromotionGrain>("SAVE").Get())!.RedeemedUses;
        Promises.Require(taken == redeemed, "coupons", "SAVE", $"{redeemed} uses of customers", taken);
    }
}
