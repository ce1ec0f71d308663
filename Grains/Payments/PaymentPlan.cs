namespace OrderActors.Payments;

/// <summary>What a payment does next, so that what its order wants and what was claimed become true. Pure.</summary>
internal static class PaymentPlan
{
    /// <summary>The next operation, or null when there is nothing to do or one is being done.</summary>
    public static PaymentOperation? Next(PaymentDraft d)
    {
        var s = d.State;
        if (!s.Operations.IsEmpty) return null;
        if (s.Holds.FirstOrDefault(h => h.Status == HoldStatus.CaptureDeclined) is { } refused) return Void(d, refused);
        return (s.Wish is { } wish ? ForWish(d, wish) : null) ?? ForClaims(d);
    }

    private static PaymentOperation? ForWish(PaymentDraft d, PaymentWish wish)
    {
        var s = d.State;

        // Claims lower what is left of the money and not what the order took: a claim is never charged again.
        var missing = wish.Keep - (s.Captured - s.Returned);
        if (missing > 0)
        {
            var held = s.Held;
            if (held < missing && !wish.HoldDeclined && s.Source is { } source && HasRoom(s))
                return New(d, OperationKind.Authorise, missing - held) with { Source = source };
            return wish.Take && Open(s) is { } hold ? New(d, OperationKind.Capture, Math.Min(hold.Amount, missing), hold) : null;
        }

        if (!wish.Take) return null;
        if (Open(s) is { } spare) return Void(d, spare);

        // Beside what was claimed, whichever of the two is heard of first; never more than is left.
        var toReturn = Math.Min(s.Net, -missing);
        return toReturn > 0 && !wish.RefundDeclined ? Refund(d, toReturn, refund: 0) : null;
    }

    private static PaymentOperation? ForClaims(PaymentDraft d) =>
        d.State.Claims.FirstOrDefault(c => c.Status == ClaimStatus.Open) is { } claim ? Refund(d, claim.Left, claim.Refund) : null;

    // Money goes back the way it came: what was taken in several parts goes back in several.
    private static PaymentOperation? Refund(PaymentDraft d, long amount, int refund) =>
        d.State.Holds.LastOrDefault(h => h.Captured > h.Refunded) is { } hold
            ? New(d, OperationKind.Refund, Math.Min(amount, hold.Captured - hold.Refunded), hold) with { Refund = refund }
            : null;

    private static bool HasRoom(PaymentState s) => s.Holds.Length < PaymentLifecycle.MaxHolds && s.Attempts.Length < PaymentLifecycle.MaxAttempts;

    private static PaymentHold? Open(PaymentState s) => s.Holds.FirstOrDefault(h => h.Status == HoldStatus.Open);

    private static PaymentOperation Void(PaymentDraft d, PaymentHold hold) => New(d, OperationKind.Void, hold.Amount, hold);

    // It is done right after the write; asking is for when that broke off.
    private static PaymentOperation New(PaymentDraft d, OperationKind kind, long amount, PaymentHold? hold = null) => new(
        OperationKey.OfPlanned(d.State.Order, kind, d.State.Planned + 1), kind, amount,
        d.Now + d.Options.CallTimeout + d.Options.FirstRetry, hold?.Number ?? 0);
}
