using System.Net;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>An event on its way to an endpoint.</summary>
/// <param name="Url">Where to.</param>
/// <param name="MessageId">The header webhook-id.</param>
/// <param name="Timestamp">The header webhook-timestamp: seconds since 1970.</param>
/// <param name="Signature">The header webhook-signature.</param>
/// <param name="Body">The CloudEvent.</param>
public sealed record OutgoingWebhook(Uri Url, string MessageId, long Timestamp, string Signature, string Body);

/// <summary>An answer to a webhook.</summary>
/// <param name="Status">The HTTP status; 0 when there was no answer.</param>
/// <param name="RetryAfter">When it wants to be asked again; null when it did not say.</param>
/// <param name="Error">Why there was no answer, in a word.</param>
/// <param name="Body">The beginning of the body.</param>
public sealed record WebhookAnswer(int Status, TimeSpan? RetryAfter = null, string? Error = null, string? Body = null);

/// <summary>Posts events to endpoints. Whatever goes wrong on the way is an answer without a status.</summary>
public interface IWebhookSender
{
    /// <summary>Posts an event.</summary>
    Task<WebhookAnswer> SendAsync(OutgoingWebhook webhook, CancellationToken cancellation);

    /// <summary>Why nothing may be posted there; null when it may. A name that is not known yet may.</summary>
    Task<string?> RefuseAsync(Uri url, CancellationToken cancellation);
}

/// <summary>Takes everything and sends nothing: for hosts that have no way outside.</summary>
internal sealed class SandboxWebhookSender : IWebhookSender
{
    /// <inheritdoc/>
    public Task<WebhookAnswer> SendAsync(OutgoingWebhook webhook, CancellationToken cancellation) =>
        Task.FromResult(new WebhookAnswer((int)HttpStatusCode.NoContent));

    /// <inheritdoc/>
    public Task<string?> RefuseAsync(Uri url, CancellationToken cancellation) => Task.FromResult<string?>(null);
}
