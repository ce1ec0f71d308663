using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Notifications;

/// <summary>How a message reaches its recipient.</summary>
public enum NotificationChannel
{
    /// <summary>A text message to a phone.</summary>
    Sms,

    /// <summary>A message of the app.</summary>
    Push,
}

/// <summary>The languages that messages are written in.</summary>
public enum NotificationLanguage
{
    /// <summary>English.</summary>
    En,

    /// <summary>German.</summary>
    De,
}

/// <summary>The time of day in which only what is urgent is sent; it may go over midnight.</summary>
/// <param name="FromMinute">Its begin in minutes after midnight, 0 to 1,439.</param>
/// <param name="ToMinute">Its end in minutes after midnight, 0 to 1,439; another one than the begin.</param>
[GenerateSerializer, Immutable, Alias("orderactors.quiet-hours")]
public sealed record QuietHours(int FromMinute, int ToMinute);

/// <summary>How somebody wants to be told.</summary>
/// <param name="Phone">In E.164, such as <c>+4915112345678</c>; null for no text messages.</param>
/// <param name="PushToken">The app's token; null for no messages of the app.</param>
/// <param name="Sms">Whether text messages are wanted.</param>
/// <param name="Push">Whether messages of the app are wanted.</param>
/// <param name="Language">In which language.</param>
/// <param name="TimeZone">The IANA name of the time zone that quiet hours are in.</param>
/// <param name="Quiet">When only what is urgent is sent; null for never.</param>
[GenerateSerializer, Immutable, Alias("orderactors.contact")]
public sealed record Contact(
    string? Phone = null,
    string? PushToken = null,
    bool Sms = false,
    bool Push = false,
    NotificationLanguage Language = NotificationLanguage.En,
    string TimeZone = "Etc/UTC",
    QuietHours? Quiet = null)
{
    /// <summary>Whether there is any way that is wanted.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsReachable => (Sms && Phone is not null) || (Push && PushToken is not null);
}

/// <summary>Says how somebody wants to be told.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The customer or an operator.</param>
/// <param name="Contact">All of it, as it shall be.</param>
[GenerateSerializer, Immutable, Alias("orderactors.set-contact")]
public sealed record SetContact(string Id, Actor By, Contact Contact);

/// <summary>A contact as it stands.</summary>
/// <param name="Version">Counts the changes.</param>
/// <param name="Contact">How the recipient wants to be told.</param>
/// <param name="Waiting">Messages that are to be sent.</param>
/// <param name="Sent">Messages that were sent.</param>
/// <param name="Dropped">Messages that were not: too old, too many, or refused for good.</param>
[GenerateSerializer, Immutable, Alias("orderactors.contact-view")]
public sealed record ContactView(long Version, Contact Contact, int Waiting, long Sent, long Dropped);

/// <summary>The answer to a contact's change.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.contact-reply")]
public sealed record ContactReply(ContactView? Contact, Refusal? Refusal, bool Replayed = false);

/// <summary>Something to tell somebody.</summary>
/// <param name="Partition">The event's partition.</param>
/// <param name="Sequence">The event's place in it: the same one again is told once.</param>
/// <param name="Template">What to say: the event's type.</param>
/// <param name="Order">The order it is about.</param>
/// <param name="At">When it happened.</param>
/// <param name="Amount">The money it is about, or null.</param>
/// <param name="Detail">A reason, in the API's words, or null.</param>
[GenerateSerializer, Immutable, Alias("orderactors.notice")]
public sealed record Notice(
    int Partition, long Sequence, string Template, OrderNumber Order, DateTimeOffset At, Money? Amount = null, string? Detail = null);

/// <summary>Tells one recipient what happened. The key is the recipient, such as <c>customer/anna</c>.</summary>
[Alias("orderactors.INotificationGrain")]
public interface INotificationGrain : IGrainWithStringKey
{
    /// <summary>Says how the recipient wants to be told.</summary>
    [Alias("set-contact"), AlwaysInterleave]
    Task<ContactReply> SetContact(SetContact command);

    /// <summary>The contact as it stands, or null.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ContactView?> Get();

    /// <summary>Takes what is to be told; answers when that is durable, and never waits until it is sent.</summary>
    [Alias("tell"), AlwaysInterleave]
    Task Tell(ImmutableArray<Notice> notices);
}

/// <summary>Hands events on to those who are to be told. The key is the partition.</summary>
[Alias("orderactors.INotificationFeedGrain")]
public interface INotificationFeedGrain : ISubscriberGrain;
