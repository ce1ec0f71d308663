using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Deadlines;

/// <summary>A shard's deadlines together with the place in the log they were learnt up to: one write, so they always fit.</summary>
[GenerateSerializer, Alias("orderactors.deadline-state"), StoredAs("deadlines", version: 2)]
public sealed class DeadlineState
{
    /// <summary>Every event up to this sequence is in <see cref="Orders"/>.</summary>
    [Id(0)]
    public long Cursor { get; init; }

    /// <summary>Who has open deadlines.</summary>
    [Id(1)]
    public ImmutableArray<OpenDeadlines> Orders { get; init; } = [];
}

/// <summary>The open deadlines of an order, of its payment or of its refunds.</summary>
/// <param name="Order">The order.</param>
/// <param name="Sequence">The log sequence they were learnt from.</param>
/// <param name="Deadlines">One or more.</param>
/// <param name="Owner">Which of the order's grains waits.</param>
/// <param name="Key">The key of an owner that is no order's grain; null for an order's.</param>
[GenerateSerializer, Immutable, Alias("orderactors.open-deadlines")]
public sealed record OpenDeadlines(
    OrderNumber Order, long Sequence, ImmutableArray<Deadline> Deadlines, DeadlineOwner Owner = DeadlineOwner.Order, string? Key = null);
