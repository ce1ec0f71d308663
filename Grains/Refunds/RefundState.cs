using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Refunds;

/// <summary>The items of a line that a refund is for: each of them has a price of its own, so that the cents add up.</summary>
/// <param name="Line">The line's place in the order, from 1.</param>
/// <param name="Units">Which of its items, from 0.</param>
internal readonly record struct ClaimedLine(int Line, ImmutableArray<int> Units);

/// <summary>One refund.</summary>
internal sealed record Claim
{
    private readonly ImmutableArray<ClaimedLine> _lines;

    public int Number { get; init; }

    /// <summary>The command that asked for it.</summary>
    public string Command { get; init; } = "";

    public RefundStatus Status { get; init; }

    public RefundReason Reason { get; init; }

    /// <summary>What was asked for, in minor units.</summary>
    public long Requested { get; init; }

    /// <summary>What goes back, or would; never more than was asked for.</summary>
    public long Amount { get; init; }

    public ImmutableArray<ClaimedLine> Lines { get => _lines.OrEmpty(); init => _lines = value; }

    public string? Note { get; init; }

    public Actor By { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>Whether a rule granted it.</summary>
    public bool Automatic { get; init; }

    public Actor? DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    public string? DecisionNote { get; init; }

    /// <summary>What it waits for: a decision, or that the payment hears of it; null for neither.</summary>
    public Deadline? Deadline { get; init; }

    /// <summary>The payment's version that what became of the money was learnt from.</summary>
    public long PaymentVersion { get; init; }

    /// <summary>Why the money could not go back.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether its money is gone or may go: it counts against what was paid. What failed may have gone in part.</summary>
    [JsonIgnore]
    public bool Counts => Status is not (RefundStatus.Declined or RefundStatus.Withdrawn);

    [JsonIgnore]
    public long MerchantShare => RefundRules.IsBorneByMerchant(Reason, By) ? Amount : 0;

    public RefundView ToView(OrderNumber order, string currency) => new(
        order, Number, Status, Reason, new Money(Amount, currency), Requested, MerchantShare,
        [.. Lines.Select(line => new RefundLine(line.Line, line.Units.Length))],
        Note, By, At, DecidedBy, DecidedAt, DecisionNote,
        Status == RefundStatus.Requested ? Deadline?.Due : null, Failure, RefundLifecycle.Allowed(Status));
}

/// <summary>What is stored of an order's refunds.</summary>
[StoredAs("refunds", version: 1)]
internal sealed record RefundState : IRaisesEvents
{
    private readonly ImmutableArray<Claim> _refunds;
    private ImmutableArray<DomainEvent> _raised;

    /// <summary>0 while there was none.</summary>
    public long Version { get; init; }

    public OrderNumber Order { get; init; }

    public string Customer { get; init; } = "";

    public string Merchant { get; init; } = "";

    public string Currency { get; init; } = "";

    /// <summary>The refunds by their numbers, from 1.</summary>
    public ImmutableArray<Claim> Refunds { get => _refunds.OrEmpty(); init => _refunds = value; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    /// <summary>What went back, or may.</summary>
    [JsonIgnore]
    public long Claimed
    {
        get
        {
            var sum = 0L;
            foreach (var refund in Refunds) sum = checked(sum + (refund.Counts ? refund.Amount : 0));
            return sum;
        }
    }

    public Claim? Find(int number) => number >= 1 && number <= Refunds.Length ? Refunds[number - 1] : null;

    public RefundView? View(int number) => Find(number)?.ToView(Order, Currency);
}
