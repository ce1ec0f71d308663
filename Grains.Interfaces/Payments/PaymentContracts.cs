using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Payments;

/// <summary>An order's money as its payment has it.</summary>
/// <param name="Order">The order.</param>
/// <param name="Version">Counts the changes.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Method">How it is paid.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Authorised">What the provider holds or held for us, in minor units.</param>
/// <param name="Captured">What was taken.</param>
/// <param name="Refunded">What went back; never more than was taken.</param>
/// <param name="DeclineCode">Why the provider declined last, in its words; null when it did not.</param>
/// <param name="OutcomeUnknown">Whether an operation is under way whose outcome is not known yet.</param>
/// <param name="Secured">What is held now, and what was taken and did not go back because the order wanted less; null from the release before.</param>
[GenerateSerializer, Immutable, Alias("orderactors.payment-view")]
public sealed record PaymentView(
    OrderNumber Order,
    long Version,
    PaymentStatus Status,
    PaymentMethod Method,
    string Currency,
    long Authorised,
    long Captured,
    long Refunded,
    string? DeclineCode = null,
    bool OutcomeUnknown = false,
    long? Secured = null);

/// <summary>Asks the provider to hold an amount.</summary>
/// <param name="Order">The order.</param>
/// <param name="Attempt">Names the attempt within the order: the same one again is the same operation at the provider.</param>
/// <param name="Amount">All that the order needs; an amount above what is held already is held in addition.</param>
/// <param name="Source">The provider's token for the customer's card.</param>
/// <param name="Take">Whether the amount is taken at once, for goods that are handed over with the answer.</param>
/// <param name="Remembered">
/// Whether whoever asks has stored that it asks, and comes back after a crash: then the payment stores the attempt with its outcome.
/// Otherwise it stores it before the provider hears of it.
/// </param>
/// <param name="SameCard">Whether it is the card of the last hold that is asked, when there is one, and not <paramref name="Source"/>.</param>
/// <param name="OrderVersion">
/// The version of the order that asks: when the order has said something newer since, nothing is held. 0 for one that asks in any case.
/// </param>
[GenerateSerializer, Immutable, Alias("orderactors.authorise-payment")]
public sealed record AuthorisePayment(
    OrderNumber Order, string Attempt, Money Amount, string Source, bool Take = false, bool Remembered = false, bool SameCard = false,
    long OrderVersion = 0);

/// <summary>What the order wants of its payment: the newest of these is made true, by whatever it takes.</summary>
/// <param name="Order">The order.</param>
/// <param name="OrderVersion">The order's version: an older one changes nothing.</param>
/// <param name="Keep">How much shall be kept in the end, in minor units: the total, or a fee; what is beyond goes back.</param>
/// <param name="Take">Whether it shall be taken now; otherwise it is only held.</param>
/// <param name="Attempted">An attempt that may have reached the provider without the payment's knowing: the provider is asked.</param>
[GenerateSerializer, Immutable, Alias("orderactors.require-payment")]
public sealed record RequirePayment(OrderNumber Order, long OrderVersion, long Keep, bool Take, AuthorisePayment? Attempted = null);

/// <summary>Gives a part back, on a claim.</summary>
/// <param name="Order">The order.</param>
/// <param name="Refund">The refund's number within the order: the same one again is the same operation.</param>
/// <param name="Amount">Minor units, 1 or more.</param>
[GenerateSerializer, Immutable, Alias("orderactors.refund-payment")]
public sealed record RefundPayment(OrderNumber Order, int Refund, long Amount);

/// <summary>An answer of the provider that came by itself: late, twice, or before its call returned.</summary>
/// <param name="Operation">The operation's key, as the provider was given it.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reference">The provider's own id for it.</param>
/// <param name="DeclineCode">Why it was declined, or null.</param>
[GenerateSerializer, Immutable, Alias("orderactors.provider-answer")]
public sealed record ProviderAnswer(string Operation, ProviderOutcome Outcome, string? Reference = null, string? DeclineCode = null);

/// <summary>What became of an operation at the provider.</summary>
public enum ProviderOutcome
{
    /// <summary>The provider has not decided yet.</summary>
    Pending,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Declined for good.</summary>
    Declined,

    /// <summary>The provider never heard of it.</summary>
    NotFound,
}

/// <summary>The answer of a payment: how it stands, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.payment-reply")]
public sealed record PaymentReply(PaymentView? Payment, Refusal? Refusal = null);

/// <summary>The money of one order: the only one who talks to the provider about it. The key is the order's number.</summary>
[Alias("orderactors.IPaymentGrain")]
public interface IPaymentGrain : IGrainWithStringKey
{
    /// <summary>
    /// Holds an amount. The answer says how the payment stands: authorised, failed, or with an unknown outcome, which is
    /// settled later and told by an event.
    /// </summary>
    [Alias("authorise"), AlwaysInterleave]
    Task<PaymentReply> Authorise(AuthorisePayment request);

    /// <summary>Makes true what the order wants. Returns when it is remembered durably; what becomes of it is told by events.</summary>
    [Alias("require"), AlwaysInterleave]
    Task Require(RequirePayment request);

    /// <summary>Gives a part back. Refused when more would go back than was taken. What becomes of it is told by an event.</summary>
    [Alias("refund"), AlwaysInterleave]
    Task<PaymentReply> Refund(RefundPayment request);

    /// <summary>An answer of the provider that came by itself. Idempotent.</summary>
    [Alias("answered"), AlwaysInterleave]
    Task Answered(ProviderAnswer answer);

    /// <summary>A deadline of the payment fired; answers whether it still waits for just this.</summary>
    [Alias("reach"), AlwaysInterleave]
    Task<bool> Reach(Deadline deadline);

    /// <summary>The payment as it stands, or null.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<PaymentView?> Get();
}
