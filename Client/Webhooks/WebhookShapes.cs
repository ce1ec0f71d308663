using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Client.Feeds;
using OrderActors.Client.Http;
using OrderActors.Values;

namespace OrderActors.Client.Webhooks;

/// <summary>POST /v1/webhook-endpoints.</summary>
/// <param name="Url">Where events are posted to: https.</param>
/// <param name="Types">Types such as <c>order.created</c>, or prefixes such as <c>order.*</c>; all when left out.</param>
/// <param name="Merchant">Only events of this merchant and its orders.</param>
/// <param name="Courier">Only events of this courier and its orders.</param>
/// <param name="Customer">Only events of this customer and its orders.</param>
/// <param name="Ordered">Whether an event waits until the earlier ones of its source were taken; false when left out.</param>
/// <param name="Description">For people; at most 200 characters.</param>
internal sealed record CreateWebhookRequest(
    string Url,
    string[]? Types = null,
    [GrainKey] string? Merchant = null,
    [GrainKey] string? Courier = null,
    [GrainKey] string? Customer = null,
    bool? Ordered = null,
    string? Description = null)
{
    public WebhookSettings ToSettings(FeedScope owner) => WebhookShapes.Settings(Url, owner, Types, Merchant, Courier, Customer, Ordered, Description);
}

/// <summary>PUT /v1/webhook-endpoints/{id}: all of it, as it shall be.</summary>
/// <param name="Url">Where events are posted to: https.</param>
/// <param name="Types">Types such as <c>order.created</c>, or prefixes such as <c>order.*</c>; all when left out.</param>
/// <param name="Merchant">Only events of this merchant and its orders.</param>
/// <param name="Courier">Only events of this courier and its orders.</param>
/// <param name="Customer">Only events of this customer and its orders.</param>
/// <param name="Ordered">Whether an event waits until the earlier ones of its source were taken; false when left out.</param>
/// <param name="Description">For people; at most 200 characters.</param>
/// <param name="Status">enabled, which also ends a pause after failures, or disabled; enabled when left out.</param>
internal sealed record ChangeWebhookRequest(
    string Url,
    string[]? Types = null,
    [GrainKey] string? Merchant = null,
    [GrainKey] string? Courier = null,
    [GrainKey] string? Customer = null,
    bool? Ordered = null,
    string? Description = null,
    WebhookStatus? Status = null)
{
    public WebhookSettings ToSettings(FeedScope owner) => WebhookShapes.Settings(Url, owner, Types, Merchant, Courier, Customer, Ordered, Description);
}

/// <summary>POST /v1/webhook-endpoints/{id}/rotate-secret.</summary>
/// <param name="OverlapSeconds">How long signatures with the old secret are sent as well, 0 to 604,800; a day when left out.</param>
internal sealed record RotateSecretRequest(int? OverlapSeconds = null);

/// <summary>POST /v1/webhook-endpoints/{id}/replay.</summary>
/// <param name="From">From when.</param>
/// <param name="To">Until when, not included; at most 7 days later.</param>
internal sealed record ReplayWebhookRequest(DateTimeOffset From, DateTimeOffset To);

/// <summary>A webhook endpoint.</summary>
internal sealed record WebhookResponse(
    string Id,
    long Version,
    string Url,
    ImmutableArray<string> Types,
    [GrainKey] string? Merchant,
    [GrainKey] string? Courier,
    [GrainKey] string? Customer,
    bool Ordered,
    string? Description,
    WebhookStatus Status,
    WebhookDisableReason? DisabledReason,
    bool Livemode,
    DateTimeOffset CreatedAt,
    int Waiting,
    DateTimeOffset? FailingSince,
    DateTimeOffset? NextTryAt,
    DateTimeOffset? OldSecretUntil,
    bool Replaying,
    string? Secret)
{
    public static WebhookResponse From(WebhookView view, string? secret)
    {
        var (settings, filter) = (view.Settings, view.Settings.Filter);
        return new(
            view.Id, view.Version, settings.Url, filter.Types.IsDefault ? [] : filter.Types, filter.Merchant, filter.Courier, filter.Customer,
            settings.Ordered, settings.Description, view.Status, view.Reason == WebhookDisableReason.None ? null : view.Reason, filter.Scope.Live,
            view.CreatedAt, view.Waiting, view.FailingSince, view.NextTryAt, view.OldSecretUntil, view.Replaying, secret);
    }
}

/// <summary>A page of endpoints.</summary>
internal sealed record WebhookListResponse(WebhookResponse[] Data, string? NextCursor, bool HasMore);

/// <summary>An endpoint that is gone.</summary>
internal sealed record WebhookRemovedResponse(string Id, bool Deleted);

/// <summary>One try of a delivery.</summary>
/// <param name="At">When it began.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
/// <param name="Status">The HTTP status; left out when there was no answer.</param>
/// <param name="Error">Why there was none.</param>
/// <param name="Response">The beginning of an answer that was no success.</param>
internal sealed record WebhookAttemptBody(DateTimeOffset At, long DurationMs, int? Status, string? Error, string? Response)
{
    public static WebhookAttemptBody From(WebhookAttempt attempt) =>
        new(attempt.At, (long)attempt.Took.TotalMilliseconds, attempt.Status == 0 ? null : attempt.Status, attempt.Error, attempt.Response);
}

/// <summary>What came of a test.</summary>
internal sealed record WebhookTestResponse(bool Delivered, WebhookAttemptBody Attempt);

/// <summary>A delivery of an event to an endpoint.</summary>
/// <param name="Id">The event's id, which is the header webhook-id.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Status">pending, delivered or failed.</param>
/// <param name="Tries">How often it was tried.</param>
/// <param name="NextTryAt">When it is tried again.</param>
/// <param name="Attempts">The newest tries, oldest first.</param>
internal sealed record WebhookDeliveryBody(
    string Id, string Type, WebhookDeliveryStatus Status, int Tries, DateTimeOffset? NextTryAt, WebhookAttemptBody[] Attempts)
{
    public static WebhookDeliveryBody From(WebhookDelivery delivery) => new(
        delivery.Event, delivery.Type, delivery.Status, delivery.Tries, delivery.NextTryAt, [.. delivery.Attempts.Select(WebhookAttemptBody.From)]);
}

/// <summary>The newest deliveries of an endpoint.</summary>
internal sealed record WebhookDeliveriesResponse(WebhookDeliveryBody[] Data);

internal static class WebhookShapes
{
    public static WebhookSettings Settings(
        string url, FeedScope owner, string[]? types, string? merchant, string? courier, string? customer, bool? ordered, string? description)
    {
        var missing = Array.IndexOf(types ?? [], null);
        if (missing >= 0)
        {
            throw new RequestFault(
                ProblemKind.Malformed, "A type of events is null.", new ProblemError("null_not_allowed", "It must be text.", Pointer: $"/types/{missing}"));
        }

        var filter = new FeedFilter(
            owner, [.. (types ?? []).Select(FeedRequest.TypeOf).Distinct()], Id(merchant, "/merchant"), Id(courier, "/courier"), Id(customer, "/customer"));
        return new(url, filter, ordered ?? false, description);
    }

    private static string? Id(string? id, string pointer) => id is null ? null : FeedRequest.Plain(EntityIds.Require(id, pointer));
}
