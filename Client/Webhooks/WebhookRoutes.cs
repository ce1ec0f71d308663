using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OrderActors.Broadcast;
using OrderActors.Client.Feeds;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Webhooks;

/// <summary>Webhook endpoints: each is its creator's, and is sent what its creator may see.</summary>
internal sealed class WebhookRoutes(IClusterClient grains, GatewayOptions limits)
{
    private const string Root = "/v1/webhook-endpoints";
    private const string One = Root + "/{id}";
    private const int IdBytes = 18;
    private static readonly TimeSpan UsualOverlap = TimeSpan.FromDays(1);

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        For(Operation.Post("createWebhookEndpoint", Root, Create, "Creates a webhook endpoint; its secret is shown this once.",
            GatewayJson.Wire.CreateWebhookRequest, GatewayJson.Wire.WebhookResponse) with { Status = StatusCodes.Status201Created, HasSecret = true }),
        For(Operation.List("listWebhookEndpoints", Root, List, "Lists the caller's webhook endpoints.", GatewayJson.Wire.WebhookListResponse)),
        For(Operation.Get("getWebhookEndpoint", One, Get, "Reads a webhook endpoint.", GatewayJson.Wire.WebhookResponse)),
        For(Operation.Put("setWebhookEndpoint", One, Set, "Sets a webhook endpoint; enabling it tries what waits at once.",
            GatewayJson.Wire.ChangeWebhookRequest, GatewayJson.Wire.WebhookResponse)),
        For(Operation.Delete("deleteWebhookEndpoint", One, Delete, "Deletes a webhook endpoint and what waits for it.",
            GatewayJson.Wire.WebhookRemovedResponse)),
        For(Operation.Post("rotateWebhookSecret", One + "/rotate-secret", Rotate, "Gives a webhook endpoint a new secret, shown this once.",
            GatewayJson.Wire.RotateSecretRequest, GatewayJson.Wire.WebhookResponse) with { BodyOptional = true, HasSecret = true }),
        For(new Operation("testWebhookEndpoint", HttpMethods.Post, One + "/test", Test, "Sends a test event now, once, and tells what came of it.")
        {
            Answer = GatewayJson.Wire.WebhookTestResponse,
        }),
        For(Operation.Get("listWebhookDeliveries", One + "/deliveries", Deliveries, "Lists the newest deliveries with their tries.",
            GatewayJson.Wire.WebhookDeliveriesResponse)),
        For(Operation.Post("redeliverWebhook", One + "/deliveries/{event}/redeliver", Redeliver, "Sends an event again.",
            null, GatewayJson.Wire.WebhookResponse) with { Status = StatusCodes.Status202Accepted }),
        For(Operation.Post("replayWebhookEndpoint", One + "/replay", Replay, "Sends what the log still has of a time again.",
            GatewayJson.Wire.ReplayWebhookRequest, GatewayJson.Wire.WebhookResponse) with { Status = StatusCodes.Status202Accepted }),
    ];

    /// <summary>POST /v1/webhook-endpoints.</summary>
    public async Task Create(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "webhook-create");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.CreateWebhookRequest);
        var owner = FeedRequest.ScopeOf(context.Caller());

        // The same key makes the same endpoint, whatever became of the first try.
        var id = IdOf(owner, command);
        var reply = await GrainOf(id).Execute(new CreateWebhook(command, By(context), owner, body.ToSettings(owner)));
        await Write(context, reply, StatusCodes.Status201Created, $"{Root}/{id}");
    }

    /// <summary>GET /v1/webhook-endpoints.</summary>
    public async Task List(HttpContext context)
    {
        var page = PageRequest.Read(context);
        var owner = FeedRequest.ScopeOf(context.Caller());
        var ids = await grains.GetGrain<IWebhookDirectoryGrain>(IWebhookDirectoryGrain.Key).List(owner, page.Cursor, page.Limit + 1);
        var more = ids.Length > page.Limit;
        var views = await Task.WhenAll(ids.Take(page.Limit).Select(id => GrainOf(id).Get(owner)));
        await Replies.Write(
            context, StatusCodes.Status200OK,
            new WebhookListResponse([.. views.OfType<WebhookView>().Select(view => WebhookResponse.From(view, null))], more ? ids[page.Limit - 1] : null, more),
            GatewayJson.Wire.WebhookListResponse);
    }

    /// <summary>GET /v1/webhook-endpoints/{id}.</summary>
    public async Task Get(HttpContext context)
    {
        var view = await Required(context);
        await Replies.WriteResource(
            context, StatusCodes.Status200OK, WebhookResponse.From(view, null), GatewayJson.Wire.WebhookResponse, view.Version);
    }

    /// <summary>PUT /v1/webhook-endpoints/{id}.</summary>
    public async Task Set(HttpContext context)
    {
        var command = IdempotencyKey.OrNew(context, "webhook-set");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.ChangeWebhookRequest);
        var owner = FeedRequest.ScopeOf(context.Caller());
        await Execute(
            context, new ChangeWebhook(command, By(context), owner, body.ToSettings(owner), body.Status ?? WebhookStatus.Enabled), StatusCodes.Status200OK);
    }

    /// <summary>DELETE /v1/webhook-endpoints/{id}.</summary>
    public async Task Delete(HttpContext context)
    {
        var id = IdOf(context);
        var reply = await GrainOf(id).Execute(
            new RemoveWebhook(IdempotencyKey.OrNew(context, "webhook-delete"), By(context), FeedRequest.ScopeOf(context.Caller())));
        await (reply.Refusal is { } refusal
            ? Replies.WriteRefusal(context, refusal, reply.Replayed)
            : Replies.Write(context, StatusCodes.Status200OK, new WebhookRemovedResponse(id, true), GatewayJson.Wire.WebhookRemovedResponse));
    }

    /// <summary>POST /v1/webhook-endpoints/{id}/rotate-secret.</summary>
    public async Task Rotate(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "webhook-rotate");
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.RotateSecretRequest, new());
        var overlap = body.OverlapSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : UsualOverlap;
        await Execute(context, new RotateWebhookSecret(command, By(context), FeedRequest.ScopeOf(context.Caller()), overlap), StatusCodes.Status200OK);
    }

    /// <summary>POST /v1/webhook-endpoints/{id}/test.</summary>
    public async Task Test(HttpContext context)
    {
        var reply = await GrainOf(IdOf(context)).Test(FeedRequest.ScopeOf(context.Caller()));
        if (reply.Refusal is { } refusal)
        {
            await Replies.WriteRefusal(context, refusal, replayed: false);
            return;
        }

        var attempt = reply.Attempt!;
        await Replies.Write(
            context, StatusCodes.Status200OK, new WebhookTestResponse(attempt.Status is >= 200 and < 300, WebhookAttemptBody.From(attempt)),
            GatewayJson.Wire.WebhookTestResponse);
    }

    /// <summary>GET /v1/webhook-endpoints/{id}/deliveries.</summary>
    public async Task Deliveries(HttpContext context)
    {
        var view = await Required(context);
        var deliveries = await GrainOf(view.Id).Deliveries(FeedRequest.ScopeOf(context.Caller()));
        await Replies.Write(
            context, StatusCodes.Status200OK, new WebhookDeliveriesResponse([.. deliveries.Select(WebhookDeliveryBody.From)]),
            GatewayJson.Wire.WebhookDeliveriesResponse);
    }

    /// <summary>POST /v1/webhook-endpoints/{id}/deliveries/{event}/redeliver.</summary>
    public Task Redeliver(HttpContext context) => Execute(
        context,
        new RedeliverWebhook(
            IdempotencyKey.Required(context, "webhook-redeliver"), By(context), FeedRequest.ScopeOf(context.Caller()),
            FeedRequest.Plain((string)context.Request.RouteValues["event"]!)),
        StatusCodes.Status202Accepted);

    /// <summary>POST /v1/webhook-endpoints/{id}/replay.</summary>
    public async Task Replay(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "webhook-replay");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.ReplayWebhookRequest);
        await Execute(
            context, new ReplayWebhook(command, By(context), FeedRequest.ScopeOf(context.Caller()), body.From, body.To), StatusCodes.Status202Accepted);
    }

    private static Operation For(Operation operation) => operation with { Callers = Callers.Everybody, Priority = Priority.NonCritical };

    private async Task Execute(HttpContext context, WebhookCommand command, int status) =>
        await Write(context, await GrainOf(IdOf(context)).Execute(command), status, null);

    private static Task Write(HttpContext context, WebhookReply reply, int status, string? location)
    {
        if (reply.Refusal is { } refusal) return Replies.WriteRefusal(context, refusal, reply.Replayed);
        if (reply.Endpoint is not { } view)
            return Replies.WriteProblem(context, new(ProblemKind.NotFound, "The webhook endpoint was deleted.") { Replayed = reply.Replayed });
        return Replies.WriteResource(
            context, status, WebhookResponse.From(view, reply.Secret), GatewayJson.Wire.WebhookResponse, view.Version, reply.Replayed, location);
    }

    private async Task<WebhookView> Required(HttpContext context)
    {
        var id = IdOf(context);
        return await GrainOf(id).Get(FeedRequest.ScopeOf(context.Caller()))
            ?? throw new RequestFault(ProblemKind.NotFound, $"There is no webhook endpoint {id}.");
    }

    private static Actor By(HttpContext context)
    {
        var caller = context.Caller();
        return new(caller.Role, caller.Subject);
    }

    private IWebhookEndpointGrain GrainOf(string id) => grains.GetGrain<IWebhookEndpointGrain>(id);

    private static string IdOf(HttpContext context) =>
        EntityIds.RequireParameter(FeedRequest.Plain((string)context.Request.RouteValues["id"]!), "id");

    private static string IdOf(FeedScope owner, string command)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{owner.Audience}/{owner.Subject}/{owner.Live}/{command}"));
        return "we_" + Base64Url.EncodeToString(hash.AsSpan(0, IdBytes));
    }
}
