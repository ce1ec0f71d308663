using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Intake;

/// <summary>The orders of a request as they were taken in: written once, and forgotten when all of them have their outcome.</summary>
[StoredAs("intake-batch", version: 1)]
internal sealed record IntakeBatchState
{
    private readonly ImmutableArray<string> _orders;

    /// <summary>Whose they are; empty while there are none.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Of their content.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>When they were taken in.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Each order's command, a <see cref="StoredIntakeOrder"/> as text: one that cannot be read harms no other.</summary>
    public ImmutableArray<string> Orders { get => _orders.OrEmpty(); init => _orders = value; }
}

/// <summary>What became of a request's orders. It outlives the orders themselves.</summary>
[StoredAs("intake-receipt", version: 1)]
internal sealed record IntakeReceiptState
{
    private readonly ImmutableArray<IntakeOutcome> _outcomes;

    public string Owner { get; init; } = "";

    public string Fingerprint { get; init; } = "";

    public DateTimeOffset At { get; init; }

    /// <summary>How many orders there are; 0 before the first outcome.</summary>
    public int Orders { get; init; }

    /// <summary>Outcomes in the order of the request; those without one are left out.</summary>
    public ImmutableArray<IntakeOutcome> Outcomes { get => _outcomes.OrEmpty(); init => _outcomes = value; }
}

/// <summary>One order as text.</summary>
[StoredAs("intake-order", version: 1)]
internal sealed record StoredIntakeOrder
{
    public PlaceOrder? Command { get; init; }

    /// <summary>The partner whose customer it has to be; null for none.</summary>
    public string? Partner { get; init; }
}
