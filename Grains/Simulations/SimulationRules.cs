using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Simulations;

/// <summary>What a simulation may be. Pure.</summary>
internal static class SimulationRules
{
    public const int MaxMerchants = 20;
    public const int MaxCouriers = 200;
    public const int MaxPlays = 20;
    public const int MaxSpeed = 1_000;
    public const int MaxSeconds = 86_400;
    public const int MaxWeight = 1_000;
    public const int MaxName = 100;
    public const int MaxSource = 100;

    /// <summary>How far one command may advance a clock.</summary>
    public static readonly TimeSpan MaxAdvance = TimeSpan.FromDays(7);

    /// <summary>The shortest time for which a simulation may be wanted.</summary>
    public static readonly TimeSpan LeastLasts = TimeSpan.FromMinutes(1);

    // At which a customer may cancel.
    private static readonly ImmutableArray<OrderStatus> CancelAt =
        [OrderStatus.Scheduled, OrderStatus.AwaitingPayment, OrderStatus.AwaitingMerchant, OrderStatus.Preparing];

    private static readonly ImmutableArray<CancelReason> Rejections = OrderEnds.Reasons(new RejectOrder("", default, default), Role.Merchant);
    private static readonly ImmutableArray<CancelReason> Failures = OrderEnds.Reasons(new FailDelivery("", default, default), Role.Courier);

    /// <summary>Why a plan is not possible; null when it is.</summary>
    public static Refusal? Refuse(SimulationPlan plan, FeedScope owner, SimulationOptions options)
    {
        if (owner.Live) return new(RefusalCode.Forbidden, "Simulations are for test keys: they play test orders.");
        if (plan.Name is { Length: > MaxName }) return Refusal.Invalid("/name", null, $"at most {MaxName} characters");
        if (!Enum.IsDefined(plan.Preset)) return Refusal.Invalid("/preset", plan.Preset.ToString(), "a preset of this release");
        return RefuseRobots(plan, owner) ?? RefuseClock(plan, options) ?? RefuseScript(plan.Script);
    }

    private static Refusal? RefuseRobots(SimulationPlan plan, FeedScope owner)
    {
        var (merchants, couriers) = (plan.Merchants.OrEmpty(), plan.Couriers.OrEmpty());
        if (plan.Town is { } town)
        {
            if (town.Merchants is < 0 or > MaxMerchants) return Refusal.Invalid("/town/merchant_count", Shown(town.Merchants), $"0 to {MaxMerchants}");
            if (town.Couriers is < 0 or > MaxCouriers) return Refusal.Invalid("/town/courier_count", Shown(town.Couriers), $"0 to {MaxCouriers}");
            if (!town.Center.IsValid) return Names.BadPlace("/town/center", town.Center);
            if (!Money.IsCurrency(town.Currency)) return Refusal.Invalid("/town/currency", town.Currency, "three capital letters");
        }

        if (merchants.Length > MaxMerchants) return Refusal.Invalid("/merchants", $"{merchants.Length} merchants", $"at most {MaxMerchants}");
        if (couriers.Length > MaxCouriers) return Refusal.Invalid("/couriers", $"{couriers.Length} couriers", $"at most {MaxCouriers}");
        if (Wrong(merchants, "/merchants") is { } wrong) return wrong;
        if (Wrong(couriers, "/couriers") is { } wrongCourier) return wrongCourier;
        if ((plan.Town?.Merchants ?? 0) + (plan.Town?.Couriers ?? 0) + merchants.Length + couriers.Length == 0)
            return new(RefusalCode.ValidationFailed, "Nobody would play: say a town, or which merchants or couriers.", "/town");

        // A partner has no say over merchants and couriers that are there already: they may be somebody else's.
        return owner.Audience == FeedAudience.Operator || merchants.Length + couriers.Length == 0
            ? null
            : new(RefusalCode.Forbidden, "Only operators may have merchants and couriers played that are there already; say a town instead.",
                merchants.Length > 0 ? "/merchants" : "/couriers");
    }

    private static Refusal? Wrong(ImmutableArray<string> ids, string field)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            if (!EntityId.IsValid(ids[i]) || !TestMode.IsTest(ids[i])) return Refusal.Invalid($"{field}/{i}", TestMode.Shown(ids[i]), EntityId.Rule);
            if (ids.IndexOf(ids[i]) < i) return Refusal.Invalid($"{field}/{i}", TestMode.Shown(ids[i]), "there once");
        }

        return null;
    }

    private static Refusal? RefuseClock(SimulationPlan plan, SimulationOptions options)
    {
        if (!Enum.IsDefined(plan.Clock)) return Refusal.Invalid("/clock", plan.Clock.ToString(), "real or manual");
        if (plan.Speed is < 1 or > MaxSpeed) return Refusal.Invalid("/speed", Shown(plan.Speed), $"1 to {MaxSpeed}");
        if (plan.Clock == SimulationClock.Manual && plan.Speed != 1)
            return Refusal.Invalid("/speed", Shown(plan.Speed), "left out with a manual clock, which goes as its owner advances it");
        return plan.Lasts is { } lasts && (lasts < LeastLasts || lasts > options.MaxLasts)
            ? Refusal.Invalid("/lasts_seconds", Seconds(lasts), $"{Seconds(LeastLasts)} to {Seconds(options.MaxLasts)}")
            : null;
    }

    private static Refusal? RefuseScript(SimulationScript script)
    {
        var (merchants, couriers, customers) = (script.Merchants.OrEmpty(), script.Couriers.OrEmpty(), script.Customers.OrEmpty());
        for (var i = 0; i < merchants.Length; i++)
        {
            var at = $"/script/merchant_plays/{i}";
            if (!Enum.IsDefined(merchants[i].Act)) return Refusal.Invalid(at + "/act", merchants[i].Act.ToString(), "an act of a merchant");
            if ((Range(at + "/after_seconds", merchants[i].AfterSeconds) ?? Range(at + "/ready_seconds", merchants[i].ReadySeconds)
                    ?? Reason(at, merchants[i].Reason, Rejections)) is { } wrong) return wrong;
        }

        for (var i = 0; i < couriers.Length; i++)
        {
            var at = $"/script/courier_plays/{i}";
            if (!Enum.IsDefined(couriers[i].Act)) return Refusal.Invalid(at + "/act", couriers[i].Act.ToString(), "an act of a courier");
            if ((Range(at + "/after_seconds", couriers[i].AfterSeconds) ?? Range(at + "/step_seconds", couriers[i].StepSeconds)
                    ?? Range(at + "/late_seconds", couriers[i].LateSeconds) ?? Reason(at, couriers[i].Reason, Failures)) is { } wrong) return wrong;
        }

        for (var i = 0; i < customers.Length; i++)
        {
            var at = $"/script/customer_plays/{i}";
            if (!Enum.IsDefined(customers[i].Act)) return Refusal.Invalid(at + "/act", customers[i].Act.ToString(), "an act of a customer");
            if (Range(at + "/after_seconds", customers[i].AfterSeconds) is { } wrong) return wrong;
            if (customers[i].Source is not { Length: > 0 and <= MaxSource }) return Refusal.Invalid(at + "/source", null, $"1 to {MaxSource} characters");
            if (!CancelAt.Contains(customers[i].At))
                return new(RefusalCode.ValidationFailed, $"A customer cannot cancel when the order is {Names.Of(customers[i].At)}.", at + "/at",
                    Names.Of(customers[i].At), Names.Of(CancelAt));
        }

        return Weights([.. merchants.Select(p => p.Weight)], "/script/merchant_plays") ?? Weights([.. couriers.Select(p => p.Weight)], "/script/courier_plays")
            ?? Weights([.. customers.Select(p => p.Weight)], "/script/customer_plays");
    }

    private static Refusal? Weights(ImmutableArray<int?> weights, string field)
    {
        if (weights.Length > MaxPlays) return Refusal.Invalid(field, $"{weights.Length} plays", $"at most {MaxPlays}");
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] is < 1 or > MaxWeight) return Refusal.Invalid($"{field}/{i}/weight", Shown(weights[i]!.Value), $"1 to {MaxWeight}");
            if (weights[i] is null != weights[0] is null)
                return new(RefusalCode.ValidationFailed, $"{field}: either every play has a weight, or none has one.", $"{field}/{i}/weight");
        }

        return null;
    }

    private static Refusal? Range(string field, int seconds) =>
        seconds is < 0 or > MaxSeconds ? Refusal.Invalid(field, Shown(seconds), $"0 to {MaxSeconds}") : null;

    private static Refusal? Reason(string at, CancelReason reason, ImmutableArray<CancelReason> allowed) => allowed.Contains(reason)
        ? null
        : Refusal.Invalid(at + "/reason", Names.Of(reason), $"one of {string.Join(", ", Names.Of(allowed))}") with { Allowed = Names.Of(allowed) };

    private static string Shown(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
}
