using OrderActors.Broadcast;
using OrderActors.Values;

namespace OrderActors.Payments;

/// <summary>What the provider's answers do to a payment. Pure.</summary>
internal static class PaymentAnswers
{
    /// <summary>The decline code of an authorisation that nobody wants any more and that never reached the provider.</summary>
    public const string NeverReached = "never_reached_provider";

    private const int LongestText = 200;

    /// <summary>An operation is decided; nothing happens while it is not.</summary>
    public static void Settle(PaymentDraft d, string key, ProviderResult? result)
    {
        if (result is not { Outcome: ProviderOutcome.Succeeded or ProviderOutcome.Declined }) return;
        if (d.State.Operations.FirstOrDefault(o => o.Key == key) is not { } operation) return;
        d.State = d.State with { Operations = d.State.Operations.Remove(operation) };
        if (result.Outcome == ProviderOutcome.Succeeded) Succeed(d, operation, result.Reference ?? key);
        else Decline(d, operation, Bounded(result.DeclineCode) ?? "declined");
    }

    /// <summary>An authorisation that never reached the provider, for an order that wants nothing any more.</summary>
    public static void GiveUp(PaymentDraft d, PaymentOperation operation)
    {
        d.State = d.State with
        {
            Operations = d.State.Operations.Remove(operation),
            Attempts = d.State.Attempts.Add(new(operation.Key, AttemptOutcome.GivenUp, operation.Requested, operation.Amount)),
            DeclineCode = NeverReached,
        };
        d.Raise(EventTypes.PaymentDeclined, operation.Amount);
    }

    /// <summary>An answer for an authorisation that is decided: matters only if it was given up and happened after all.</summary>
    public static void Belated(PaymentDraft d, PaymentAttempt attempt, ProviderResult result)
    {
        if (attempt.Outcome != AttemptOutcome.GivenUp || result.Outcome != ProviderOutcome.Succeeded) return;
        d.State = d.State with { Attempts = d.State.Attempts.Replace(attempt, attempt with { Outcome = AttemptOutcome.Authorised }) };
        Hold(d, result.Reference ?? attempt.Key, attempt.Amount);
    }

    /// <summary>Keeps an answer for an operation that is not known yet.</summary>
    public static void KeepEarly(PaymentDraft d, ProviderAnswer answer)
    {
        var early = d.State.Early;
        if (early.Any(known => known.Operation == answer.Operation)) return;
        if (early.Length >= PaymentLifecycle.MaxEarly) early = early.RemoveAt(0);
        d.State = d.State with
        {
            Early = early.Add(answer with { Reference = Bounded(answer.Reference), DeclineCode = Bounded(answer.DeclineCode) }),
        };
    }

    /// <summary>The answer that came for an operation before it was known.</summary>
    public static ProviderResult? TakeEarly(PaymentDraft d, string key)
    {
        if (d.State.Early.FirstOrDefault(known => known.Operation == key) is not { } answer) return null;
        d.State = d.State with { Early = d.State.Early.Remove(answer) };
        return new(answer.Outcome, answer.Reference, answer.DeclineCode);
    }

    /// <summary>A claim on an order that was paid in cash: the customer's credit, and nobody has to be asked.</summary>
    public static void Credit(PaymentDraft d, PaymentClaim claim)
    {
        d.State = d.State with
        {
            Refunded = checked(d.State.Refunded + claim.Left),
            Claims = d.State.Claims.Replace(claim, claim with { Done = claim.Amount, Status = ClaimStatus.Refunded }),
        };
        d.Raise(EventTypes.PaymentRefunded, claim.Amount, claim.Refund);
    }

    private static void Succeed(PaymentDraft d, PaymentOperation o, string reference)
    {
        var s = d.State;
        reference = Bounded(reference)!;
        switch (o.Kind)
        {
            case OperationKind.Authorise:
                d.State = s with
                {
                    Source = o.Source,
                    DeclineCode = null,
                    Attempts = s.Attempts.Add(new(o.Key, AttemptOutcome.Authorised, o.Requested, o.Amount)),
                    Wish = s.Wish is { } wish ? wish with { HoldDeclined = false } : null,
                };
                Hold(d, reference, o.Amount);
                break;
            case OperationKind.Capture:
                Change(d, o.Hold, h => h with { Status = HoldStatus.Captured, Captured = o.Amount, CaptureReference = reference });
                d.State = d.State with { Captured = checked(s.Captured + o.Amount) };
                d.Raise(EventTypes.PaymentCaptured, o.Amount);
                break;
            case OperationKind.Void:
                LetGo(d, o);
                break;
            case OperationKind.Refund:
                GiveBack(d, o);
                break;
        }
    }

    private static void Decline(PaymentDraft d, PaymentOperation o, string code)
    {
        var s = d.State;
        switch (o.Kind)
        {
            case OperationKind.Authorise:
                d.State = s with
                {
                    DeclineCode = code,
                    Attempts = s.Attempts.Add(new(o.Key, AttemptOutcome.Declined, o.Requested, o.Amount)),
                    Wish = s.Wish is { } wish ? wish with { HoldDeclined = true } : null,
                };
                d.Raise(EventTypes.PaymentDeclined, o.Amount);
                break;
            case OperationKind.Capture:
                // The card is not asked again by itself; the customer may try another one.
                Change(d, o.Hold, h => h with { Status = HoldStatus.CaptureDeclined });
                d.State = d.State with { DeclineCode = code, Source = null };
                d.Raise(EventTypes.PaymentDeclined, o.Amount);
                break;
            case OperationKind.Void:
                // Nothing to let go: the hold ran out by itself.
                LetGo(d, o);
                break;
            case OperationKind.Refund:
                d.State = s with { DeclineCode = code };
                if (o.Refund == 0) d.State = d.State with { Wish = s.Wish! with { RefundDeclined = true } };
                else ChangeClaim(d, o.Refund, c => c with { Status = ClaimStatus.Failed });
                d.Raise(EventTypes.PaymentRefundFailed, o.Amount, o.Refund);
                break;
        }
    }

    private static void Hold(PaymentDraft d, string reference, long amount)
    {
        d.State = d.State with { Holds = d.State.Holds.Add(new(d.State.Holds.Length + 1, Bounded(reference)!, amount)) };
        d.Raise(EventTypes.PaymentAuthorized, amount);
    }

    private static void LetGo(PaymentDraft d, PaymentOperation o)
    {
        Change(d, o.Hold, h => h with { Status = HoldStatus.Voided });
        d.Raise(EventTypes.PaymentVoided, o.Amount);
    }

    private static void GiveBack(PaymentDraft d, PaymentOperation o)
    {
        Change(d, o.Hold, h => h with { Refunded = checked(h.Refunded + o.Amount) });
        d.State = d.State with { Refunded = checked(d.State.Refunded + o.Amount) };
        if (o.Refund == 0)
        {
            d.State = d.State with { Returned = checked(d.State.Returned + o.Amount) };
            d.Raise(EventTypes.PaymentRefunded, o.Amount);
            return;
        }

        ChangeClaim(d, o.Refund, c => c with
        {
            Done = checked(c.Done + o.Amount),
            Status = c.Done + o.Amount == c.Amount ? ClaimStatus.Refunded : ClaimStatus.Open,
        });

        // Whoever waits for the claim is told when all of it is back.
        var whole = d.State.Claims.Single(c => c.Refund == o.Refund).Status == ClaimStatus.Refunded;
        d.Raise(EventTypes.PaymentRefunded, o.Amount, whole ? o.Refund : 0);
    }

    private static void Change(PaymentDraft d, int hold, Func<PaymentHold, PaymentHold> change)
    {
        var known = d.State.Holds.Single(h => h.Number == hold);
        d.State = d.State with { Holds = d.State.Holds.Replace(known, change(known)) };
    }

    private static void ChangeClaim(PaymentDraft d, int refund, Func<PaymentClaim, PaymentClaim> change)
    {
        var known = d.State.Claims.Single(c => c.Refund == refund);
        d.State = d.State with { Claims = d.State.Claims.Replace(known, change(known)) };
    }

    private static string? Bounded(string? text) => text is { Length: > LongestText } ? text[..LongestText] : text;
}
