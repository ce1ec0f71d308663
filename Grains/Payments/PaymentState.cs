using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Payments;

/// <summary>What the provider is asked to do. The names are part of operation keys.</summary>
internal enum OperationKind
{
    Authorise,
    Capture,
    Void,
    Refund,
}

/// <summary>Something that is being done at the provider: from the write that wants it to the write that knows its outcome.</summary>
/// <param name="Key">The provider's idempotency key.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Amount">Minor units; for a void, what is let go.</param>
/// <param name="Due">When to ask what became of it.</param>
/// <param name="Hold">The hold it is about; 0 for an authorisation.</param>
/// <param name="Refund">The refund it is for; 0 when it is the order's own doing.</param>
/// <param name="Source">The card's token, for an authorisation.</param>
/// <param name="Asked">How often the provider was asked in vain.</param>
/// <param name="Unknown">Whether a call was made and came back without an outcome.</param>
/// <param name="Requested">All that the order wanted held, for an authorisation it asked for.</param>
internal sealed record PaymentOperation(
    string Key,
    OperationKind Kind,
    long Amount,
    DateTimeOffset Due,
    int Hold = 0,
    int Refund = 0,
    string? Source = null,
    int Asked = 0,
    bool Unknown = false,
    long Requested = 0);

/// <summary>Where a hold stands.</summary>
internal enum HoldStatus
{
    /// <summary>The provider holds the money.</summary>
    Open,

    /// <summary>The provider would not let us take it: to be let go.</summary>
    CaptureDeclined,

    /// <summary>Taken.</summary>
    Captured,

    /// <summary>Let go.</summary>
    Voided,
}

/// <summary>Money that the provider held for us once.</summary>
/// <param name="Number">Its number within the payment, from 1.</param>
/// <param name="Reference">The provider's own id.</param>
/// <param name="Amount">What was held.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Captured">What was taken of it.</param>
/// <param name="Refunded">What of that went back.</param>
/// <param name="CaptureReference">The provider's own id of the capture.</param>
internal sealed record PaymentHold(
    int Number, string Reference, long Amount, HoldStatus Status = HoldStatus.Open, long Captured = 0, long Refunded = 0, string? CaptureReference = null);

/// <summary>How an authorisation ended.</summary>
internal enum AttemptOutcome
{
    Authorised,
    Declined,

    /// <summary>The provider never heard of it and nobody wants it any more.</summary>
    GivenUp,
}

/// <summary>An authorisation that is decided.</summary>
/// <param name="Key">The operation's key.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Requested">All that the order wanted held.</param>
/// <param name="Amount">What was asked of the provider.</param>
internal sealed record PaymentAttempt(string Key, AttemptOutcome Outcome, long Requested, long Amount = 0);

/// <summary>Where a claim's money stands.</summary>
internal enum ClaimStatus
{
    Open,
    Refunded,
    Failed,
}

/// <summary>A part that goes back on a claim.</summary>
/// <param name="Refund">The refund's number within the order.</param>
/// <param name="Amount">What goes back.</param>
/// <param name="Done">What of it went back already.</param>
/// <param name="Status">Where it stands.</param>
internal sealed record PaymentClaim(int Refund, long Amount, long Done = 0, ClaimStatus Status = ClaimStatus.Open)
{
    /// <summary>What has still to go back.</summary>
    [JsonIgnore]
    public long Left => Status == ClaimStatus.Open ? Amount - Done : 0;
}

/// <summary>What the order wants of its payment.</summary>
/// <param name="Version">The order's version.</param>
/// <param name="Keep">How much is kept in the end.</param>
/// <param name="Take">Whether it is taken now.</param>
/// <param name="HoldDeclined">The provider declined to hold what is missing.</param>
/// <param name="RefundDeclined">The provider declined to give back what is too much.</param>
internal sealed record PaymentWish(long Version, long Keep, bool Take, bool HoldDeclined = false, bool RefundDeclined = false);

/// <summary>What is stored of an order's payment. A value: a change is a new one.</summary>
[StoredAs("payment", version: 1)]
internal sealed record PaymentState : IRaisesEvents
{
    private readonly ImmutableArray<PaymentHold> _holds;
    private readonly ImmutableArray<PaymentAttempt> _attempts;
    private readonly ImmutableArray<PaymentClaim> _claims;
    private readonly ImmutableArray<PaymentOperation> _operations;
    private readonly ImmutableArray<ProviderAnswer> _early;
    private ImmutableArray<DomainEvent> _raised;

    public long Version { get; init; }

    public OrderNumber Order { get; init; }

    public PaymentMethod Method { get; init; }

    public string Currency { get; init; } = "";

    /// <summary>The card of the last hold, for what has to be held in addition.</summary>
    public string? Source { get; init; }

    /// <summary>Why the provider declined last.</summary>
    public string? DeclineCode { get; init; }

    public PaymentWish? Wish { get; init; }

    public ImmutableArray<PaymentHold> Holds { get => _holds.OrEmpty(); init => _holds = value; }

    public ImmutableArray<PaymentAttempt> Attempts { get => _attempts.OrEmpty(); init => _attempts = value; }

    public ImmutableArray<PaymentClaim> Claims { get => _claims.OrEmpty(); init => _claims = value; }

    /// <summary>What is being done: one that was planned, and perhaps an authorisation whose outcome is unknown.</summary>
    public ImmutableArray<PaymentOperation> Operations { get => _operations.OrEmpty(); init => _operations = value; }

    /// <summary>Answers that came before their operation was known.</summary>
    public ImmutableArray<ProviderAnswer> Early { get => _early.OrEmpty(); init => _early = value; }

    /// <summary>How many operations were planned; numbers their keys.</summary>
    public int Planned { get; init; }

    /// <summary>What was taken, in cash or by the provider.</summary>
    public long Captured { get; init; }

    /// <summary>What went back, on claims or because the order wanted less.</summary>
    public long Refunded { get; init; }

    /// <summary>The part of <see cref="Refunded"/> that went back because the order wanted less.</summary>
    public long Returned { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    /// <summary>Whether anything is known of money; an answer that came too early is not.</summary>
    [JsonIgnore]
    public bool Exists => Currency.Length > 0 || Wish is not null;

    /// <summary>What the provider holds now.</summary>
    [JsonIgnore]
    public long Held => Holds.Where(h => h.Status == HoldStatus.Open).Sum(h => h.Amount);

    /// <summary>What is held, and what was taken and did not go back because the order wanted less.</summary>
    [JsonIgnore]
    public long Secured => Held + Captured - Returned;

    /// <summary>What would still be ours if everything that is to go back had gone.</summary>
    [JsonIgnore]
    public long Net => Captured - Refunded - Claims.Sum(c => c.Left)
        - Operations.Where(o => o is { Kind: OperationKind.Refund, Refund: 0 }).Sum(o => o.Amount);

    /// <summary>Whether the order wants nothing any more.</summary>
    [JsonIgnore]
    public bool Unwanted => Wish is { Take: true, Keep: 0 };

    [JsonIgnore]
    public PaymentStatus Status => this switch
    {
        { Captured: > 0, Refunded: 0 } => PaymentStatus.Paid,
        { Captured: > 0 } => Refunded < Captured ? PaymentStatus.PartiallyRefunded : PaymentStatus.Refunded,
        { Held: > 0 } => PaymentStatus.Authorized,
        { Unwanted: true } => PaymentStatus.Voided,
        { DeclineCode: not null } => PaymentStatus.Failed,
        _ => Holds.IsEmpty ? PaymentStatus.None : PaymentStatus.Voided,
    };

    /// <summary>The one moment at which the payment has to go on by itself.</summary>
    [JsonIgnore]
    public ImmutableArray<Deadline> Deadlines =>
        Operations.IsEmpty ? [] : [new Deadline(DeadlineKind.ProviderAnswer, Operations.Min(o => o.Due))];

    /// <summary>The payment for callers.</summary>
    public PaymentView ToView() => new(
        Order, Version, Status, Method, Currency, Holds.Sum(h => h.Amount), Captured, Refunded, DeclineCode, !Operations.IsEmpty, Secured);
}
