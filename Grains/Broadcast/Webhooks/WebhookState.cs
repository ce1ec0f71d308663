using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>A secret that deliveries are signed with.</summary>
/// <param name="Value"><c>whsec_</c> and 32 bytes in base64. For signing it has to be kept as it is.</param>
/// <param name="Until">When it ends; null for the newest.</param>
internal sealed record WebhookSecret(string Value, DateTimeOffset? Until = null);

/// <summary>An event that is on its way.</summary>
/// <param name="Event">The event.</param>
/// <param name="NotBefore">When it is tried at the earliest.</param>
/// <param name="Tries">How often it was tried in vain.</param>
/// <param name="Attempts">The newest tries.</param>
internal sealed record WaitingEvent(FeedEvent Event, DateTimeOffset NotBefore, int Tries = 0, ImmutableArray<WebhookAttempt> Attempts = default);

/// <summary>Old events that are being sent again.</summary>
/// <param name="From">From when.</param>
/// <param name="To">Until when, not included.</param>
/// <param name="Partition">The partition that is being read.</param>
/// <param name="After">The last sequence that was read; null where it is still to be found.</param>
/// <param name="Head">Where it ends.</param>
internal sealed record WebhookReplay(DateTimeOffset From, DateTimeOffset To, int Partition, long? After = null, long Head = 0);

/// <summary>
/// What is stored of an endpoint: its settings, the events that are tried now or were tried in vain, and the newest that arrived. Those
/// between are on pages with records of their own.
/// </summary>
[StoredAs("webhook-endpoint", version: 1)]
internal sealed record WebhookState : IRaisesEvents
{
    private readonly ImmutableArray<WebhookSecret> _secrets;
    private readonly ImmutableArray<WaitingEvent> _open;
    private readonly ImmutableArray<FeedEvent> _tail;
    private readonly ImmutableArray<WebhookDelivery> _done;
    private readonly ImmutableSortedDictionary<int, long>? _taken;
    private ImmutableArray<DomainEvent> _raised;

    /// <summary>Counts the changes of settings, secret and status; 0 when there is no endpoint.</summary>
    public long Version { get; init; }

    public FeedScope? Owner { get; init; }

    public WebhookSettings? Settings { get; init; }

    public WebhookStatus Status { get; init; }

    public WebhookDisableReason Reason { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The newest first.</summary>
    public ImmutableArray<WebhookSecret> Secrets { get => _secrets.OrEmpty(); init => _secrets = value; }

    /// <summary>The last sequence of each partition that was taken: the same events again are no news.</summary>
    public ImmutableSortedDictionary<int, long> Taken { get => _taken ?? ImmutableSortedDictionary<int, long>.Empty; init => _taken = value; }

    /// <summary>What may be tried, or waits for its next try; in the order of arrival.</summary>
    public ImmutableArray<WaitingEvent> Open { get => _open.OrEmpty(); init => _open = value; }

    /// <summary>The oldest page, and the one after the newest.</summary>
    public long FirstPage { get; init; }

    public long NextPage { get; init; }

    /// <summary>How many events the pages have.</summary>
    public int Paged { get; init; }

    /// <summary>What came last and is on no page.</summary>
    public ImmutableArray<FeedEvent> Tail { get => _tail.OrEmpty(); init => _tail = value; }

    /// <summary>Tries in vain since the last success.</summary>
    public int Failures { get; init; }

    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>The endpoint is left alone until then.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>The newest deliveries that are done, newest first.</summary>
    public ImmutableArray<WebhookDelivery> Done { get => _done.OrEmpty(); init => _done = value; }

    public WebhookReplay? Replay { get; init; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    [JsonIgnore]
    public bool Exists => Settings is not null;

    [JsonIgnore]
    public int Waiting => Open.Length + Paged + Tail.Length;

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    /// <summary>The endpoint for callers.</summary>
    public WebhookView ToView(string id) => new(
        id, Version, Settings!, Status, Reason, CreatedAt, Waiting, FailingSince, PausedUntil, Secrets.Length > 1 ? Secrets[1].Until : null,
        Replay is not null);

    /// <summary>The endpoint in the directory.</summary>
    public WebhookListing ToListing(string id) => new(id, Version, Settings!.Filter, Status == WebhookStatus.Enabled);
}
