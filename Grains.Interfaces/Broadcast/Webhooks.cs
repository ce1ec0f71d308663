using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Broadcast;

/// <summary>Whether an endpoint is sent anything.</summary>
public enum WebhookStatus
{
    /// <summary>Events are sent to it.</summary>
    Enabled = 0,

    /// <summary>Nothing is sent; what happens meanwhile is not kept for it.</summary>
    Disabled = 1,
}

/// <summary>Why an endpoint was disabled.</summary>
public enum WebhookDisableReason
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>Its owner wanted so.</summary>
    Requested = 1,

    /// <summary>It answered nothing but failures for days.</summary>
    Failing = 2,

    /// <summary>It answered 410: gone.</summary>
    Gone = 3,

    /// <summary>More waited for it than is kept.</summary>
    Backlog = 4,
}

/// <summary>Where a delivery stands.</summary>
public enum WebhookDeliveryStatus
{
    /// <summary>It waits for its first try or a further one.</summary>
    Pending = 0,

    /// <summary>The endpoint took it.</summary>
    Delivered = 1,

    /// <summary>It was given up.</summary>
    Failed = 2,
}

/// <summary>What an endpoint's owner says of it.</summary>
/// <param name="Url">Where events are posted to.</param>
/// <param name="Filter">Which events; its scope is the owner's.</param>
/// <param name="Ordered">Whether an event waits until the earlier ones of its source were taken.</param>
/// <param name="Description">For people; at most 200 characters.</param>
[GenerateSerializer, Immutable, Alias("orderactors.webhook-settings")]
public sealed record WebhookSettings(string Url, FeedFilter Filter, bool Ordered, string? Description = null);

/// <summary>An endpoint as it stands, without its secret.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Counts the changes of its settings, secret and status.</param>
/// <param name="Settings">What its owner says.</param>
/// <param name="Status">Whether it is sent anything.</param>
/// <param name="Reason">Why not.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="Waiting">Events that wait for it.</param>
/// <param name="FailingSince">Since when every try failed; null when the last one did not.</param>
/// <param name="NextTryAt">When it is tried again, while it is failing.</param>
/// <param name="OldSecretUntil">How long signatures with the secret before are sent as well.</param>
/// <param name="Replaying">Whether old events are being sent again.</param>
[GenerateSerializer, Immutable, Alias("orderactors.webhook-view")]
public sealed record WebhookView(
    string Id,
    long Version,
    WebhookSettings Settings,
    WebhookStatus Status,
    WebhookDisableReason Reason,
    DateTimeOffset CreatedAt,
    int Waiting,
    DateTimeOffset? FailingSince = null,
    DateTimeOffset? NextTryAt = null,
    DateTimeOffset? OldSecretUntil = null,
    bool Replaying = false);

/// <summary>One try of a delivery.</summary>
/// <param name="At">When it began.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Status">The HTTP status; 0 when there was no answer.</param>
/// <param name="Error">Why there was none, in a word; null when there was one.</param>
/// <param name="Response">The beginning of an answer that was no success.</param>
[GenerateSerializer, Immutable, Alias("orderactors.webhook-attempt")]
public sealed record WebhookAttempt(DateTimeOffset At, TimeSpan Took, int Status, string? Error = null, string? Response = null);

/// <summary>A delivery of an event to an endpoint.</summary>
/// <param name="Event">The event's id, which is the delivery's.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Attempts">The newest tries, oldest first.</param>
/// <param name="Tries">How many there were.</param>
/// <param name="NextTryAt">When it is tried again.</param>
[GenerateSerializer, Immutable, Alias("orderactors.webhook-delivery")]
public sealed record WebhookDelivery(
    string Event, string Type, WebhookDeliveryStatus Status, ImmutableArray<WebhookAttempt> Attempts, int Tries, DateTimeOffset? NextTryAt = null);

/// <summary>A command to an endpoint.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who gives it.</param>
/// <param name="Owner">Whose endpoint it must be; for others there is none.</param>
[GenerateSerializer, Immutable, Alias("orderactors.webhook-command")]
public abstract record WebhookCommand(string Id, Actor By, FeedScope Owner);

/// <summary>Creates it.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.create-webhook")]
public sealed record CreateWebhook(string Id, Actor By, FeedScope Owner, WebhookSettings Settings) : WebhookCommand(Id, By, Owner);

/// <summary>Sets all that its owner says of it. Enabling one that failed tries it at once.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.change-webhook")]
public sealed record ChangeWebhook(string Id, Actor By, FeedScope Owner, WebhookSettings Settings, WebhookStatus Status) : WebhookCommand(Id, By, Owner);

/// <summary>Gives it a new secret.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who gives it.</param>
/// <param name="Owner">Whose endpoint it must be.</param>
/// <param name="Overlap">How long signatures with the old one are sent as well; at most 7 days.</param>
[GenerateSerializer, Immutable, Alias("orderactors.rotate-webhook-secret")]
public sealed record RotateWebhookSecret(string Id, Actor By, FeedScope Owner, TimeSpan Overlap) : WebhookCommand(Id, By, Owner);

/// <summary>Removes it with all that waits for it.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.remove-webhook")]
public sealed record RemoveWebhook(string Id, Actor By, FeedScope Owner) : WebhookCommand(Id, By, Owner);

/// <summary>Sends an event again that was delivered or given up.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who gives it.</param>
/// <param name="Owner">Whose endpoint it must be.</param>
/// <param name="Event">The event's id.</param>
[GenerateSerializer, Immutable, Alias("orderactors.redeliver-webhook")]
public sealed record RedeliverWebhook(string Id, Actor By, FeedScope Owner, string Event) : WebhookCommand(Id, By, Owner);

/// <summary>Sends what the log still has of a time again.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who gives it.</param>
/// <param name="Owner">Whose endpoint it must be.</param>
/// <param name="From">From when.</param>
/// <param name="To">Until when, not included.</param>
[GenerateSerializer, Immutable, Alias("orderactors.replay-webhook")]
public sealed record ReplayWebhook(string Id, Actor By, FeedScope Owner, DateTimeOffset From, DateTimeOffset To) : WebhookCommand(Id, By, Owner);

/// <summary>The answer to a command.</summary>
/// <param name="Endpoint">The endpoint; null when there is none.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Replayed">Whether the command was done before.</param>
/// <param name="Secret">The secret, with the command that made it and with nothing else.</param>
[GenerateSerializer, Immutable, Alias("orderactors.webhook-reply")]
public sealed record WebhookReply(WebhookView? Endpoint, Refusal? Refusal, bool Replayed = false, string? Secret = null);

/// <summary>The answer to a test.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.webhook-test-reply")]
public sealed record WebhookTestReply(WebhookAttempt? Attempt, Refusal? Refusal);

/// <summary>One webhook endpoint. The key is its id.</summary>
[Alias("orderactors.IWebhookEndpointGrain")]
public interface IWebhookEndpointGrain : IGrainWithStringKey
{
    /// <summary>Gives it a command.</summary>
    [Alias("execute"), AlwaysInterleave]
    Task<WebhookReply> Execute(WebhookCommand command);

    /// <summary>The endpoint as it stands, or null when this owner has none of this id.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<WebhookView?> Get(FeedScope owner);

    /// <summary>The newest deliveries, newest first: those under way, then those that are done.</summary>
    [Alias("deliveries"), AlwaysInterleave]
    Task<ImmutableArray<WebhookDelivery>> Deliveries(FeedScope owner);

    /// <summary>Sends a test event now, once, and tells what came of it.</summary>
    [Alias("test"), AlwaysInterleave]
    Task<WebhookTestReply> Test(FeedScope owner);

    /// <summary>Takes events that are to be sent; answers when that is durable, and never waits until they are.</summary>
    /// <param name="events">Events of one partition, in order.</param>
    /// <param name="again">Whether they may be older than what was taken before.</param>
    [Alias("append"), AlwaysInterleave]
    Task Append(ImmutableArray<FeedEvent> events, bool again);
}

/// <summary>An endpoint in the directory: what is needed to know whether an event is for it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version; an older one changes nothing.</param>
/// <param name="Filter">Which events it wants.</param>
/// <param name="Enabled">Whether it is sent anything.</param>
[GenerateSerializer, Immutable, Alias("orderactors.webhook-listing")]
public sealed record WebhookListing(string Id, long Version, FeedFilter Filter, bool Enabled);

/// <summary>The directory as it stands.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.webhook-directory")]
public sealed record WebhookDirectory(long Version, ImmutableArray<WebhookListing> Endpoints);

/// <summary>All webhook endpoints. There is one; its key is <see cref="Key"/>.</summary>
[Alias("orderactors.IWebhookDirectoryGrain")]
public interface IWebhookDirectoryGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Key = "all";

    /// <summary>Lists an endpoint, or what changed of it; a refusal when there are too many.</summary>
    [Alias("put"), AlwaysInterleave]
    Task<Refusal?> Put(WebhookListing endpoint);

    /// <summary>Takes an endpoint off the list.</summary>
    [Alias("remove"), AlwaysInterleave]
    Task Remove(string id);

    /// <summary>The directory; null when it is still this version.</summary>
    [Alias("get"), ReadOnly]
    Task<WebhookDirectory?> Get(long known);

    /// <summary>The ids of an owner's endpoints after one, in order.</summary>
    [Alias("list"), ReadOnly]
    Task<ImmutableArray<string>> List(FeedScope owner, string? after, int limit);
}

/// <summary>Events of an endpoint's queue that its own record has no room for. The key is the endpoint's id and the page's number.</summary>
[Alias("orderactors.IWebhookPageGrain")]
public interface IWebhookPageGrain : IGrainWithStringKey
{
    /// <summary>Keeps these events, instead of whatever was kept.</summary>
    [Alias("put"), AlwaysInterleave]
    Task Put(ImmutableArray<FeedEvent> events);

    /// <summary>The events.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ImmutableArray<FeedEvent>> Get();

    /// <summary>Forgets them.</summary>
    [Alias("clear"), AlwaysInterleave]
    Task Clear();
}

/// <summary>Hands events on to the webhook endpoints that want them. The key is the partition.</summary>
[Alias("orderactors.IWebhookFeedGrain")]
public interface IWebhookFeedGrain : ISubscriberGrain;
