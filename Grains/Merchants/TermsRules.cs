using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>What a merchant's status, hours, capacity and terms may be. Pure.</summary>
internal static class TermsRules
{
    public const int MaxIntervals = 4;
    public const int MaxExceptions = 400;
    public const int MaxCapacity = 1_000;
    public const int MaxRadius = 1_000_000;
    public const int MaxZoneName = 64;
    private const int MinutesPerDay = 24 * 60;

    /// <summary>The longest spell.</summary>
    public static readonly TimeSpan MaxSpell = TimeSpan.FromDays(366);

    /// <summary>How much longer orders may take while the merchant is busy.</summary>
    public static readonly TimeSpan MaxBusy = TimeSpan.FromHours(2);

    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(10);

    public static Refusal? ValidateStatus(SetMerchantStatus c, DateTimeOffset now)
    {
        if (!Enum.IsDefined(c.Status))
            return new(RefusalCode.UnknownValue, $"There is no status {c.Status}.", "/status", c.Status.ToString(), Names.Of(Enum.GetValues<MerchantStatus>()));
        var spell = c.Status is MerchantStatus.Busy or MerchantStatus.Paused;
        if (c.Until is { } until)
        {
            if (!spell) return Refusal.Invalid("/until", Shown(until), $"left out: {Names.Of(c.Status)} does not end by itself");
            if (until <= now || until > now + MaxSpell)
                return Refusal.Invalid("/until", Shown(until), $"after now, {Shown(now)}, and at most {MaxSpell.Days} days ahead");
        }

        if (c.Status != MerchantStatus.Busy)
            return c.BusyPreparation == TimeSpan.Zero ? null : Refusal.Invalid("/busy_seconds", Seconds(c.BusyPreparation), "left out unless busy");
        return c.BusyPreparation < TimeSpan.Zero || c.BusyPreparation > MaxBusy
            ? Refusal.Invalid("/busy_seconds", Seconds(c.BusyPreparation), $"0 to {Seconds(MaxBusy)}")
            : null;
    }

    public static Refusal? ValidateHours(OpeningHours? hours)
    {
        if (hours is null) return null;
        if (!IsZoneName(hours.TimeZone)) return Refusal.Invalid("/time_zone", MerchantRules.Shown(hours.TimeZone), "an IANA time zone such as Europe/Berlin");
        if (OpeningTimes.Zone(hours.TimeZone) is null)
        {
            return Refusal.Invalid(
                "/time_zone", hours.TimeZone, "an IANA time zone such as Europe/Berlin that the platform's time zone database has; it does not have this one");
        }

        var (week, exceptions) = (hours.Week.OrEmpty(), hours.Exceptions.OrEmpty());
        if (week.Length > 7) return Refusal.Invalid("/week", $"{week.Length} days", "at most 7 days");
        for (var i = 0; i < week.Length; i++)
        {
            if (week[i] is not { } day) return Refusal.Invalid($"/week/{i}", null, "a day");
            if (!Enum.IsDefined(day.Day))
                return new(RefusalCode.UnknownValue, $"There is no day {day.Day}.", $"/week/{i}/day", day.Day.ToString(), Names.Of(Enum.GetValues<Weekday>()));
            if (week.Take(i).Any(earlier => earlier.Day == day.Day)) return Refusal.Invalid($"/week/{i}/day", Names.Of(day.Day), "there once");
            if (RefuseIntervals(day.Open, $"/week/{i}/open") is { } refusal) return refusal;
        }

        if (exceptions.Length > MaxExceptions) return Refusal.Invalid("/exceptions", $"{exceptions.Length} dates", $"at most {MaxExceptions} dates");
        var dates = new HashSet<DateOnly>();
        for (var i = 0; i < exceptions.Length; i++)
        {
            if (exceptions[i] is not { } date) return Refusal.Invalid($"/exceptions/{i}", null, "a date");
            if (date.Date.Year is < 2000 or > 2200) return Refusal.Invalid($"/exceptions/{i}/date", Shown(date.Date), "between the years 2000 and 2200");
            if (!dates.Add(date.Date)) return Refusal.Invalid($"/exceptions/{i}/date", Shown(date.Date), "there once");
            if (RefuseIntervals(date.Open, $"/exceptions/{i}/open") is { } refusal) return refusal;
        }

        return null;
    }

    public static Refusal? ValidateCapacity(MerchantCapacity? capacity)
    {
        if (capacity is null) return null;
        if (capacity.Limit is < 1 or > MaxCapacity)
            return Refusal.Invalid("/limit", $"{capacity.Limit}", $"1 to {MaxCapacity}, or null for no limit");
        return Enum.IsDefined(capacity.WhenFull)
            ? null
            : new(RefusalCode.UnknownValue, $"There is no {capacity.WhenFull}.", "/when_full", $"{capacity.WhenFull}", Names.Of(Enum.GetValues<WhenFull>()));
    }

    public static Refusal? ValidateTerms(MerchantTerms? terms)
    {
        if (terms is null) return Refusal.Invalid("/terms", null, "the terms");
        if (Amount("/delivery_fee", terms.DeliveryFee) is { } fee) return fee;
        if (Amount("/delivery_fee_per_km", terms.DeliveryFeePerKilometre) is { } perKilometre) return perKilometre;
        if (terms.FreeDeliveryFrom is { } free && Amount("/free_delivery_from", free, MerchantRules.MaxTotal) is { } from) return from;
        if (terms.RadiusMetres is < 1 or > MaxRadius)
            return Refusal.Invalid("/radius_metres", $"{terms.RadiusMetres}", $"1 to {MaxRadius}, or null for any distance");
        if (terms.CommissionPermille is < 0 or > 1_000) return Refusal.Invalid("/commission_permille", $"{terms.CommissionPermille}", "0 to 1000");
        if (Amount("/minimum_order", terms.MinimumOrder) is { } minimum) return minimum;
        if (terms.Discount is { } discount)
        {
            if (discount.Permille is < 1 or > 1_000) return Refusal.Invalid("/discount/permille", $"{discount.Permille}", "1 to 1000");
            if (Amount("/discount/from_subtotal", discount.FromSubtotal, MerchantRules.MaxTotal) is { } subtotal) return subtotal;
            if (discount.From >= discount.Until) return Refusal.Invalid("/discount/until", Shown(discount.Until!.Value), "after from");
        }

        var kinds = terms.Kinds.OrEmpty();
        if (kinds.Length > 2 || kinds.Any(kind => kind is not (OrderKind.Delivery or OrderKind.Pickup)) || kinds.Distinct().Count() != kinds.Length)
            return Refusal.Invalid("/kinds", string.Join(", ", kinds.Take(4).Select(kind => Names.Of([kind])[0])), "delivery, pickup or both, each once");
        return RefuseWaits(terms.Waits);
    }

    private static Refusal? RefuseWaits(OrderWaits? waits)
    {
        if (waits is null) return null;
        foreach (var (name, wait, most) in new[]
        {
            ("payment", waits.Payment, 1), ("acceptance", waits.Acceptance, 1), ("courier_search", waits.CourierSearch, 1), ("pickup", waits.Pickup, 1),
            ("delivery", waits.Delivery, 1), ("collection", waits.Collection, 1), ("completion", waits.Completion, 30),
        })
        {
            var max = TimeSpan.FromDays(most);
            if (wait is { } w && (w < LeastWait || w > max))
                return Refusal.Invalid($"/waits/{name}_seconds", Seconds(w), $"{Seconds(LeastWait)} to {Seconds(max)}, or null for the platform's");
        }

        return null;
    }

    private static Refusal? RefuseIntervals(ImmutableArray<OpenInterval> open, string at)
    {
        open = open.OrEmpty();
        if (open.Length > MaxIntervals) return Refusal.Invalid(at, $"{open.Length} intervals", $"at most {MaxIntervals} intervals");
        for (var i = 0; i < open.Length; i++)
        {
            if (open[i].From is < 0 or >= MinutesPerDay) return Refusal.Invalid($"{at}/{i}/from", $"minute {open[i].From}", "00:00 to 23:59");
            if (open[i].To is < 0 or > MinutesPerDay) return Refusal.Invalid($"{at}/{i}/to", $"minute {open[i].To}", "00:00 to 24:00");
        }

        var sorted = open.Sort((a, b) => a.From.CompareTo(b.From));
        for (var i = 1; i < sorted.Length; i++)
        {
            var end = sorted[i - 1].To > sorted[i - 1].From ? sorted[i - 1].To : sorted[i - 1].To + MinutesPerDay;
            if (sorted[i].From < end) return Refusal.Invalid(at, "overlapping intervals", "apart from one another");
        }

        return null;
    }

    private static Refusal? Amount(string field, long amount, long max = MerchantRules.MaxPrice) =>
        amount < 0 || amount > max ? new(RefusalCode.InvalidAmount, $"{field} is {amount}; it must be 0 to {max} minor units.", field, $"{amount}") : null;

    // Looked up in a folder of the system: nothing that could lead out of it.
    private static bool IsZoneName(string? zone) => zone is { Length: > 0 and <= MaxZoneName } &&
        zone.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+') && zone[0] != '/';

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>An instant as the API writes it.</summary>
    public static string Shown(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Shown(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
