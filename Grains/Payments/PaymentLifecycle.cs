using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Payments;

/// <summary>What an order brought in without a provider.</summary>
/// <param name="Paid">In cash, minor units.</param>
/// <param name="Currency">ISO 4217.</param>
internal sealed record CashPaid(long Paid, string Currency);

/// <summary>
/// The rules of an order's payment: what is asked of it and what the provider said, decided on the state. Pure. What follows
/// from a decision at the provider is <see cref="PaymentPlan"/>'s.
/// </summary>
internal static class PaymentLifecycle
{
    /// <summary>The largest amount, in minor units: what an order can come to at most.</summary>
    public const long MaxAmount = 1_000_000_000_000;

    /// <summary>
    /// How often the provider is asked again about an authorisation that nobody wants any more and that it knows nothing of, until that is given
    /// up: a call that timed out may still be on its way. With the default waits that is 35 seconds at least.
    /// </summary>
    public const int GiveUpAfter = 3;

    /// <summary>How often money may be held for one order.</summary>
    public const int MaxHolds = 16;

    /// <summary>How many authorisations of one order are decided; those that were declined count.</summary>
    public const int MaxAttempts = 32;

    /// <summary>How many claims one order may have.</summary>
    public const int MaxClaims = 64;

    /// <summary>How many answers are kept that came before their operation.</summary>
    public const int MaxEarly = 8;

    /// <summary>The longest token of a card, in characters.</summary>
    public const int MaxSource = 255;

    /// <summary>
    /// Whether the provider is to be asked to hold an amount, and how much: 0 when it has answered before, or holds enough.
    /// </summary>
    public static (long Missing, Refusal? Refusal) Screen(PaymentState state, AuthorisePayment request)
    {
        if (Validate(state, request) is { } invalid) return (0, invalid);
        var key = OperationKey.OfAttempt(state.Order, request.Attempt);
        var known = state.Attempts.FirstOrDefault(a => a.Key == key)?.Requested ?? state.Operations.FirstOrDefault(o => o.Key == key)?.Requested;
        if (known is { } requested) return (0, requested == request.Amount.Amount ? null : CommandMemory(request.Attempt));
        if (state.Unwanted || state is { Currency.Length: > 0, Method: PaymentMethod.Cash })
            return (0, Refusal.Transition("authorise", "The payment", Names.Of(state.Status), []));
        if (request.OrderVersion > 0 && state.Wish is { } wish && wish.Version > request.OrderVersion)
            return (0, new(RefusalCode.Unavailable, "The order went on while its payment was asked; look at it again."));
        if (!state.Operations.IsEmpty)
            return (0, new(RefusalCode.Unavailable, "The outcome of another operation of this payment is not known yet; try again later."));
        if (state.Attempts.Length >= MaxAttempts || state.Holds.Length >= MaxHolds)
            return (0, new(RefusalCode.TooMany, $"This order was tried to be paid {state.Attempts.Length} times; {MaxAttempts} are possible."));
        return (Math.Max(0, request.Amount.Amount - state.Held - (state.Captured - state.Returned)), null);
    }

    /// <summary>The provider is asked next to hold what is missing; what breaks off is taken up by the deadline.</summary>
    public static Decision<PaymentState, PaymentOutcome> Begin(
        PaymentState state, AuthorisePayment request, long missing, PaymentOptions options, DateTimeOffset now)
    {
        var d = new PaymentDraft(state, options, now);
        if (Knows(state, request)) return d.Done();
        if (Screen(state, request).Refusal is { } refusal) return d.Refuse(refusal);
        Add(d, request, missing, now + options.CallTimeout + options.FirstRetry, asked: false);
        return d.Done();
    }

    /// <summary>The provider was asked to hold what was missing: null for a call that came back without an outcome.</summary>
    public static Decision<PaymentState, PaymentOutcome> Authorised(
        PaymentState state, AuthorisePayment request, long missing, ProviderResult? result, PaymentOptions options, DateTimeOffset now)
    {
        var d = new PaymentDraft(state, options, now);
        if (Knows(state, request)) return d.Done();
        var key = Add(d, request, missing, now + options.FirstRetry, asked: true);
        PaymentAnswers.Settle(d, key, Final(result) ?? PaymentAnswers.TakeEarly(d, key));
        if (d.State.Operations.Any(o => o.Key == key)) d.Raise(EventTypes.PaymentOutcomeUnknown, missing);
        return d.Done();
    }

    /// <summary>The order wants something of its payment. An older word than the last one changes nothing.</summary>
    public static Decision<PaymentState, PaymentOutcome> Require(PaymentState state, RequirePayment request, PaymentOptions options, DateTimeOffset now)
    {
        if (request.Keep is < 0 or > MaxAmount) throw new ArgumentOutOfRangeException(nameof(request), request.Keep, "No order comes to this.");
        var d = new PaymentDraft(state, options, now);
        if (state.Wish is { } known && (request.OrderVersion <= known.Version || Same(known, request))) return d.Done();
        d.State = state with { Wish = new(request.OrderVersion, request.Keep, request.Take) };

        // What is held already and only stays so costs no write.
        if (!request.Take && state.Wish is null && PaymentPlan.Next(d) is null) d.State = state;
        if (request.Attempted is not { } attempted || Knows(state, attempted)) return d.Done();
        return d.Done(ask: Add(d, attempted, attempted.Amount.Amount, now + options.CallTimeout + options.FirstRetry, asked: true));
    }

    /// <summary>
    /// What is held is taken at once, whatever the order said last; what it says next counts again. Nothing is taken for an
    /// order that wants its money back.
    /// </summary>
    public static Decision<PaymentState, PaymentOutcome> Take(PaymentState state, PaymentOptions options, DateTimeOffset now)
    {
        var d = new PaymentDraft(state, options, now);
        if (state.Held > 0 && !state.Unwanted) d.State = state with { Wish = new(state.Wish?.Version ?? 1, state.Secured, Take: true) };
        return d.Done();
    }

    /// <summary>A claim: a part goes back.</summary>
    /// <param name="state">The payment.</param>
    /// <param name="request">The claim.</param>
    /// <param name="cash">What was paid in cash, when the payment does not know of any money; null when that was nothing.</param>
    /// <param name="options">How long to wait.</param>
    /// <param name="now">The time.</param>
    public static Decision<PaymentState, PaymentOutcome> Refund(
        PaymentState state, RefundPayment request, CashPaid? cash, PaymentOptions options, DateTimeOffset now)
    {
        var d = new PaymentDraft(state, options, now);
        if (state.Currency.Length == 0 && cash is not null) state = state with { Currency = cash.Currency, Captured = cash.Paid };
        var known = state.Claims.FirstOrDefault(c => c.Refund == request.Refund);
        if (known is not null && known.Amount != request.Amount) return d.Refuse(CommandMemory(Text(request.Refund)));
        if (known is { Status: not ClaimStatus.Failed }) return d.Done();
        if (RefuseClaim(state, request, known is null) is { } refusal) return d.Refuse(refusal);

        // What failed may be tried again; what of it went back before stays so.
        var claim = (known ?? new PaymentClaim(request.Refund, request.Amount)) with { Status = ClaimStatus.Open };
        d.State = state with { Claims = known is null ? state.Claims.Add(claim) : state.Claims.Replace(known, claim) };
        if (state.Method == PaymentMethod.Cash) PaymentAnswers.Credit(d, claim);
        return d.Done();
    }

    /// <summary>An answer of the provider that came by itself.</summary>
    public static Decision<PaymentState, PaymentOutcome> Answered(PaymentState state, ProviderAnswer answer, PaymentOptions options, DateTimeOffset now)
    {
        var d = new PaymentDraft(state, options, now);
        var result = Final(new(answer.Outcome, answer.Reference, answer.DeclineCode));
        if (result is null or { Outcome: ProviderOutcome.NotFound }) return d.Done();
        if (state.Operations.Any(o => o.Key == answer.Operation)) PaymentAnswers.Settle(d, answer.Operation, result);
        else if (state.Attempts.FirstOrDefault(a => a.Key == answer.Operation) is { } attempt) PaymentAnswers.Belated(d, attempt, result);
        // What the payment plans itself is known before the provider hears of it.
        else if (OperationKey.IsAttempt(answer.Operation)) PaymentAnswers.KeepEarly(d, answer);
        return d.Done();
    }

    /// <summary>What a call for an operation, or the question what became of it, brought: null for nothing.</summary>
    public static Decision<PaymentState, PaymentOutcome> Resolve(
        PaymentState state, string key, ProviderResult? result, PaymentOptions options, DateTimeOffset now)
    {
        var d = new PaymentDraft(state, options, now);
        if (state.Operations.FirstOrDefault(o => o.Key == key) is not { } operation) return d.Done();
        var final = Final(result);
        if (final is { Outcome: ProviderOutcome.NotFound })
        {
            // It never happened. The same key again makes it happen once at most, even if the first call is still on its way.
            if (operation.Kind != OperationKind.Authorise || !state.Unwanted) return new(state, new(Run: key));
            if (operation.Asked >= GiveUpAfter) PaymentAnswers.GiveUp(d, operation);
        }
        else if (final is not null)
        {
            PaymentAnswers.Settle(d, key, final);
        }
        else if (!operation.Unknown)
        {
            d.State = state with
            {
                Operations = state.Operations.Replace(operation, operation with { Unknown = true, Due = now + options.RetryAfter(operation.Asked) }),
            };
            d.Raise(EventTypes.PaymentOutcomeUnknown, operation.Amount, operation.Refund);
        }

        return d.Done();
    }

    /// <summary>
    /// A deadline fired: the provider is to be asked. The next deadline is written before that, so that the question is asked
    /// again whatever becomes of this one.
    /// </summary>
    public static Decision<PaymentState, PaymentOutcome> Reach(PaymentState state, Deadline deadline, PaymentOptions options, DateTimeOffset now)
    {
        var d = new PaymentDraft(state, options, now);
        if (!state.Deadlines.Contains(deadline) || deadline.Due > now) return d.Done();
        var due = state.Operations.MinBy(o => o.Due)!;
        var asked = due with { Asked = due.Asked + 1, Unknown = true, Due = now + options.RetryAfter(due.Asked + 1) };
        d.State = state with { Operations = state.Operations.Replace(due, asked) };
        d.Raise(EventTypes.PaymentOutcomeUnknown, due.Amount, due.Refund);
        return d.Done(ask: due.Key);
    }

    private static bool Knows(PaymentState state, AuthorisePayment request)
    {
        var key = OperationKey.OfAttempt(state.Order, request.Attempt);
        return state.Attempts.Any(a => a.Key == key) || state.Operations.Any(o => o.Key == key);
    }

    private static string Add(PaymentDraft d, AuthorisePayment request, long missing, DateTimeOffset due, bool asked)
    {
        var key = OperationKey.OfAttempt(d.State.Order, request.Attempt);
        d.State = d.State with
        {
            Currency = request.Amount.Currency,
            Method = PaymentMethod.Card,
            Operations = d.State.Operations.Add(new(
                key, OperationKind.Authorise, missing, due, Source: request.Source, Unknown: asked, Requested: request.Amount.Amount)),
        };

        // Asked beyond the order's last word, for a change that is being decided: neither taken nor let go before its next word.
        if (d.State.Wish is { Take: true, Keep: > 0 } wish && request.Amount.Amount > wish.Keep)
            d.State = d.State with { Wish = wish with { Keep = request.Amount.Amount, Take = false } };
        return key;
    }

    private static bool Same(PaymentWish wish, RequirePayment request) =>
        wish.Keep == request.Keep && wish.Take == request.Take && wish is { HoldDeclined: false, RefundDeclined: false };

    // Pending is as good as no answer: it comes by itself, or is asked for.
    private static ProviderResult? Final(ProviderResult? result) => result is { Outcome: ProviderOutcome.Pending } ? null : result;

    private static Refusal? Validate(PaymentState state, AuthorisePayment request)
    {
        if (!CommandId.IsValid(request.Attempt)) return Refusal.Invalid("/attempt", request.Attempt, "1 to 255 visible ASCII characters");
        if (request.Amount.Amount is < 1 or > MaxAmount)
            return new(RefusalCode.InvalidAmount, $"{request.Amount} cannot be paid; amounts are 1 to {MaxAmount} minor units.", "/amount",
                Text(request.Amount.Amount));
        if (!Money.IsCurrency(request.Amount.Currency))
            return Refusal.Invalid("/currency", request.Amount.Currency, "three capital letters (ISO 4217)");
        if (state.Currency.Length > 0 && state.Currency != request.Amount.Currency)
            return new(RefusalCode.WrongCurrency, $"The payment is in {state.Currency}.", "/currency", request.Amount.Currency, [state.Currency]);
        return request.Source is { Length: > 0 and <= MaxSource } && request.Source.All(c => c is > ' ' and <= '~')
            ? null
            // A card's token is never repeated, not even one that is none.
            : new(RefusalCode.ValidationFailed, $"The source of the payment must be 1 to {MaxSource} visible ASCII characters.", "/source");
    }

    private static Refusal? RefuseClaim(PaymentState state, RefundPayment request, bool isNew)
    {
        if (request.Refund < 1) return Refusal.Invalid("/refund", Text(request.Refund), "1 or more");
        if (request.Amount is < 1 or > MaxAmount)
            return new(RefusalCode.InvalidAmount, $"{request.Amount} cannot go back; amounts are 1 to {MaxAmount} minor units.", "/amount",
                Text(request.Amount));
        if (state.Currency.Length == 0) return new(RefusalCode.NotFound, "Nothing was paid for this order.");
        if (isNew && state.Claims.Length >= MaxClaims)
            return new(RefusalCode.TooMany, $"This order has {MaxClaims} claims; more are not possible.");
        var left = state.Net;
        var wanted = request.Amount - (state.Claims.FirstOrDefault(c => c.Refund == request.Refund)?.Done ?? 0);
        if (wanted <= left) return null;
        return state.Operations.Any(o => o.Kind == OperationKind.Capture)
            ? new(RefusalCode.Unavailable, "The money is being taken just now; try again later.")
            : new(RefusalCode.OverRefund, $"{left} of what was paid is left; {wanted} cannot go back.", "/amount", Text(wanted), [Text(left)]);
    }

    private static Refusal CommandMemory(string id) => Idempotency.CommandMemory.Reused(id);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
