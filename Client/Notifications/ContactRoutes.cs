using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Notifications;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Notifications;

/// <summary>The time of day in which only what is urgent is sent.</summary>
/// <param name="From">Its begin, such as <c>22:00</c>.</param>
/// <param name="To">Its end, such as <c>07:00</c>.</param>
internal sealed record QuietHoursBody(string From, string To);

/// <summary>PUT /v1/customers/{id}/contact: all of it, as it shall be.</summary>
/// <param name="Phone">In E.164.</param>
/// <param name="PushToken">The app's token.</param>
/// <param name="Sms">Whether text messages are wanted; false when left out.</param>
/// <param name="Push">Whether messages of the app are wanted; false when left out.</param>
/// <param name="Language">en or de; en when left out.</param>
/// <param name="TimeZone">The IANA name; Etc/UTC when left out.</param>
/// <param name="QuietHours">When only what is urgent is sent.</param>
/// <param name="Actor">Who says so; the customer when left out.</param>
internal sealed record ContactRequest(
    string? Phone = null,
    string? PushToken = null,
    bool? Sms = null,
    bool? Push = null,
    NotificationLanguage? Language = null,
    string? TimeZone = null,
    QuietHoursBody? QuietHours = null,
    ActorBody? Actor = null);

/// <summary>How a customer wants to be told.</summary>
/// <param name="Version">Counts its changes; also the ETag.</param>
/// <param name="Phone">In E.164.</param>
/// <param name="PushToken">The app's token.</param>
/// <param name="Sms">Whether text messages are wanted.</param>
/// <param name="Push">Whether messages of the app are wanted.</param>
/// <param name="Language">en or de.</param>
/// <param name="TimeZone">The IANA name.</param>
/// <param name="QuietHours">When only what is urgent is sent.</param>
/// <param name="Waiting">How many messages wait to be sent.</param>
/// <param name="Sent">How many were sent so far.</param>
/// <param name="Dropped">How many were given up.</param>
internal sealed record ContactResponse(
    long Version,
    string? Phone,
    string? PushToken,
    bool Sms,
    bool Push,
    NotificationLanguage Language,
    string TimeZone,
    QuietHoursBody? QuietHours,
    int Waiting,
    long Sent,
    long Dropped)
{
    public static ContactResponse From(ContactView view) => new(
        view.Version, view.Contact.Phone, view.Contact.PushToken, view.Contact.Sms, view.Contact.Push, view.Contact.Language, view.Contact.TimeZone,
        view.Contact.Quiet is { } quiet ? new(Clock(quiet.FromMinute), Clock(quiet.ToMinute)) : null, view.Waiting, view.Sent, view.Dropped);

    private static string Clock(int minute) => string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");
}

/// <summary>How customers want to be told.</summary>
internal sealed class ContactRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("getContact", "/v1/customers/{id}/contact", Get, "Reads how a customer is told of its orders.",
            GatewayJson.Wire.ContactResponse)
        with
        {
            Callers = Callers.Customer | Callers.Partner | Callers.Operator,
        },
        Operation.Put("setContact", "/v1/customers/{id}/contact", Set, "Sets how a customer is told of its orders.",
            GatewayJson.Wire.ContactRequest, GatewayJson.Wire.ContactResponse)
        with
        {
            Callers = Callers.Customer | Callers.Partner | Callers.Operator,
        },
    ];

    /// <summary>GET /v1/customers/{id}/contact.</summary>
    public async Task Get(HttpContext context)
    {
        var id = IdOf(context);
        var view = await GrainOf(id).Get() ?? throw new RequestFault(ProblemKind.NotFound, $"Customer {id} has no contact.");
        await Write(context, view, replayed: false);
    }

    /// <summary>PUT /v1/customers/{id}/contact.</summary>
    public async Task Set(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.OrNew(context, "contact");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.ContactRequest);
        var contact = new Contact(
            body.Phone, body.PushToken, body.Sms ?? false, body.Push ?? false, body.Language ?? NotificationLanguage.En, body.TimeZone ?? "Etc/UTC",
            body.QuietHours is { } quiet ? new QuietHours(MinuteOf(quiet.From, "/quiet_hours/from"), MinuteOf(quiet.To, "/quiet_hours/to")) : null);
        var reply = await GrainOf(id).SetContact(new SetContact(command, context.Acting(body.Actor, new(Role.Customer, id)), contact));
        await (reply.Refusal is { } refusal ? Replies.WriteRefusal(context, refusal, reply.Replayed) : Write(context, reply.Contact!, reply.Replayed));
    }

    private static Task Write(HttpContext context, ContactView view, bool replayed) =>
        Replies.WriteResource(context, 200, ContactResponse.From(view), GatewayJson.Wire.ContactResponse, view.Version, replayed);

    private static int MinuteOf(string text, string pointer) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? (int)time.ToTimeSpan().TotalMinutes
            : throw new RequestFault(
                ProblemKind.ValidationFailed, $"{pointer} is '{text}'; it must be a time of day such as 22:00.",
                new ProblemError("invalid_time", "It must be a time of day such as 22:00.", Pointer: pointer, Value: text, Allowed: ["00:00 to 23:59"]));

    private INotificationGrain GrainOf(string id) => grains.GetGrain<INotificationGrain>("customer/" + id);

    private static string IdOf(HttpContext context) => EntityIds.RequireParameter((string)context.Request.RouteValues["id"]!, "id");
}
