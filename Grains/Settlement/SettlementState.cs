using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Values;

namespace OrderActors.Settlement;

/// <summary>What is stored of a book: the page that is being filled, and sums. Full pages have records of their own.</summary>
[StoredAs("settlement-book", version: 1)]
internal sealed record SettlementBookState
{
    private readonly ImmutableArray<SettlementBooking> _open;
    private readonly ImmutableArray<PartyTotal> _totals;

    public bool Closed { get; init; }

    /// <summary>The highest sequence that was booked.</summary>
    public long Through { get; init; }

    public long Bookings { get; init; }

    /// <summary>Sums by currency and kind of party, in this order.</summary>
    public ImmutableArray<PartyTotal> Totals { get => _totals.OrEmpty(); init => _totals = value; }

    /// <summary>How many pages were sealed; they are 0 to this less one.</summary>
    public int SealedPages { get; init; }

    /// <summary>Bookings that are not on a sealed page, as they came.</summary>
    public ImmutableArray<SettlementBooking> Open { get => _open.OrEmpty(); init => _open = value; }

    /// <summary>The book for callers.</summary>
    public SettlementBookView ToView() =>
        new(Closed, Totals, Bookings, SealedPages + ((Open.Length + SettlementBook.PageSize - 1) / SettlementBook.PageSize));
}

/// <summary>What is stored of a full page.</summary>
[StoredAs("settlement-page", version: 1)]
internal sealed record SettlementPageState
{
    private readonly ImmutableArray<SettlementBooking> _bookings;

    public ImmutableArray<SettlementBooking> Bookings { get => _bookings.OrEmpty(); init => _bookings = value; }
}

/// <summary>What is stored of a day.</summary>
[StoredAs("settlement-day", version: 1)]
internal sealed record SettlementDayState : IRaisesEvents
{
    private readonly ImmutableArray<PartyTotal> _totals;
    private ImmutableArray<DomainEvent> _raised;

    public long Version { get; init; }

    public SettlementDayStatus Status { get; init; }

    /// <summary>Who closed it, or is closing it.</summary>
    public Actor By { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>Its sums, once it is closed.</summary>
    public ImmutableArray<PartyTotal> Totals { get => _totals.OrEmpty(); init => _totals = value; }

    public long Bookings { get; init; }

    /// <summary>Of how many books, once it is closed, the orders were told.</summary>
    public int Exported { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    /// <summary>The day for callers.</summary>
    public SettlementDayView ToView(string day) => new(day, Version, Status, Totals, Bookings, ClosedAt);
}
