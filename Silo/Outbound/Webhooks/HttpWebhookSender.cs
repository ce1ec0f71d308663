using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;
using OrderActors.Broadcast.Webhooks;
using OrderActors.Silo.Outbound.Pipelines;

namespace OrderActors.Silo.Outbound.Webhooks;

/// <summary>
/// Posts events as Standard Webhooks has it. There is neither retry nor breaker here: an endpoint's own queue has both, durably, and one
/// that all share would let an endpoint delay another.
/// </summary>
internal sealed class HttpWebhookSender(IOptions<WebhookOptions> options, TimeProvider clock, IOutboundChaos chaos) : IWebhookSender, IDisposable
{
    private const string Dependency = "webhooks";
    private const int MostOfBody = 200;
    private static readonly TimeSpan LookupPatience = TimeSpan.FromSeconds(3);

    private readonly WebhookOptions _options = options.Value;
    private readonly HttpClient _http = WebhookConnections.Create(options.Value);

    public async Task<WebhookAnswer> SendAsync(OutgoingWebhook webhook, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_options.Timeout);
        using var activity = new Activity("webhook.deliver").Start();
        var answer = await Post(webhook, activity, patience.Token);
        OutboundInstruments.Tried(Dependency, answer.Status is >= 200 and < 300 ? "succeeded" : "failed", clock.GetElapsedTime(began));
        return answer;
    }

    public async Task<string?> RefuseAsync(Uri url, CancellationToken cancellation)
    {
        if (_options.AllowPrivate) return null;
        if (WebhookTargets.Refuse(url) is { } why) return why;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(LookupPatience);
        try
        {
            await WebhookConnections.ResolveAsync(url.IdnHost, allowPrivate: false, patience.Token);
            return null;
        }
        catch (ClosedTargetException)
        {
            return "its name leads to an address that is not on the public internet";
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Not known yet, or nobody answers now: it is looked at again with every connection.
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<WebhookAnswer> Post(OutgoingWebhook webhook, Activity activity, CancellationToken cancellation)
    {
        try
        {
            await chaos.BeforeAsync(Dependency, "deliver", cancellation);
            using var request = Request(webhook, activity);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            var status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode) return new(status);
            return new(status, RetryAfter(response.Headers.RetryAfter), Body: await Beginning(response, cancellation));
        }
        catch (OperationCanceledException)
        {
            return new(0, Error: "timeout");
        }
        catch (HttpRequestException e)
        {
            return new(0, Error: e.InnerException is ClosedTargetException ? "closed_target" : Names.Of(e.HttpRequestError));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return new(0, Error: "connection_error");
        }
    }

    private static HttpRequestMessage Request(OutgoingWebhook webhook, Activity activity)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(webhook.Body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json") { CharSet = "utf-8" };
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = content };
        request.Headers.Add("webhook-id", webhook.MessageId);
        request.Headers.Add("webhook-timestamp", webhook.Timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", webhook.Signature);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("OrderActors-Webhooks", "1"));
        if (activity.Id is { } id) request.Headers.Add("traceparent", id);
        return request;
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - clock.GetUtcNow(),
        _ => null,
    };

    /// <summary>The beginning of the body, without what would disturb whoever reads it. The rest is not waited for.</summary>
    private static async Task<string?> Beginning(HttpResponseMessage response, CancellationToken cancellation)
    {
        var buffer = new byte[MostOfBody];
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var read = await body.ReadAtLeastAsync(buffer, MostOfBody, throwOnEndOfStream: false, cancellation);
        var text = Encoding.UTF8.GetString(buffer, 0, read);
        return read == 0 ? null : string.Concat(text.Select(c => char.IsControl(c) || c == '\uFFFD' ? ' ' : c)).Trim();
    }
}
