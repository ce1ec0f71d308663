using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Notifications;

/// <summary>A message that is to be sent.</summary>
/// <param name="Notice">What it tells.</param>
/// <param name="NotBefore">When it is sent at the earliest.</param>
/// <param name="Tries">How often it was tried in vain.</param>
/// <param name="PushRefused">Whether the app is gone, and a text message has to do.</param>
internal sealed record WaitingMessage(Notice Notice, DateTimeOffset NotBefore, int Tries = 0, bool PushRefused = false);

/// <summary>The place of an event that was told.</summary>
internal readonly record struct ToldEvent(int Partition, long Sequence);

/// <summary>What is stored of a recipient. A value: a change is a new one.</summary>
[StoredAs("notifications", version: 1)]
internal sealed record NotificationState
{
    private readonly ImmutableArray<WaitingMessage> _waiting;
    private readonly ImmutableArray<ToldEvent> _told;

    public long Version { get; init; }

    /// <summary>How the recipient wants to be told; null until somebody says so.</summary>
    public Contact? Contact { get; init; }

    /// <summary>The messages that are to be sent, oldest first.</summary>
    public ImmutableArray<WaitingMessage> Waiting { get => _waiting.OrEmpty(); init => _waiting = value; }

    /// <summary>The newest events that were told.</summary>
    public ImmutableArray<ToldEvent> Told { get => _told.OrEmpty(); init => _told = value; }

    public long Sent { get; init; }

    public long Dropped { get; init; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    [JsonIgnore]
    public ContactView? View => Contact is null ? null : new(Version, Contact, Waiting.Length, Sent, Dropped);
}
