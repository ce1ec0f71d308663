using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrderActors.Notifications;

namespace OrderActors.Silo.Outbound.Notifications;

/// <summary>Sends over HTTP; <c>docs/notifications.md</c> has the protocol. Whatever is not a plain answer is an exception, and tried again.</summary>
internal sealed class HttpNotificationSender(HttpClient http) : INotificationSender
{
    public async Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellation)
    {
        var wire = new WireMessage(
            message.Id, message.Channel == NotificationChannel.Push ? "push" : "sms", message.To, message.Text,
            message.Language == NotificationLanguage.De ? "de" : "en", message.Order.ToString());
        using var request = new HttpRequestMessage(HttpMethod.Post, "messages")
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(wire, NotificationJson.Default.WireMessage))
            {
                Headers = { ContentType = new("application/json") },
            },
        };

        // The id is one among a recipient's; with the order it is one among all.
        request.Headers.Add("Idempotency-Key", $"\"{message.Order}-{message.Id}\"");
        using var response = await http.SendAsync(request, cancellation);
        return response.StatusCode switch
        {
            HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent => SendOutcome.Sent,
            HttpStatusCode.Gone or HttpStatusCode.UnprocessableEntity => SendOutcome.Refused,
            var status => throw new HttpRequestException($"The notification provider answered {(int)status}.", null, status),
        };
    }
}

/// <summary>A message, as it goes over the wire.</summary>
internal sealed record WireMessage(string Id, string Channel, string To, string Text, string Language, string Order);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WireMessage))]
internal sealed partial class NotificationJson : JsonSerializerContext;
