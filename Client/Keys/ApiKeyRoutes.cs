using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Governance.Keys;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Keys;

/// <summary>API keys, for operators. A live operator rules over both sides' keys, one of the test side over its own.</summary>
internal sealed class ApiKeyRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Post("createApiKey", "/v1/api-keys", Create, "Creates an API key and shows its secret, once.",
            GatewayJson.Wire.CreateApiKeyRequest, GatewayJson.Wire.ApiKeyResponse)
        with
        {
            Callers = Callers.Operator,
            HasSecret = true,
            Status = 201,
        },
        Operation.List("listApiKeys", "/v1/api-keys", List, "Lists the API keys, newest first, without their secrets.",
            GatewayJson.Wire.ApiKeyListResponse,
            new QueryParameter(Livemode, "Whose keys: true for the live side's, false for the test side's; the asking key's when left out.",
                """{"type":"boolean"}"""))
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
        },
        Operation.Get("getApiKey", "/v1/api-keys/{id}", Get, "Reads an API key, without its secret.", GatewayJson.Wire.ApiKeyResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
        },
        Operation.Post("rotateApiKey", "/v1/api-keys/{id}/rotate", Rotate,
            "Gives an API key another secret and shows it, once; the one before is taken for a while.",
            GatewayJson.Wire.RotateApiKeyRequest, GatewayJson.Wire.ApiKeyResponse)
        with
        {
            Callers = Callers.Operator,
            HasSecret = true,
            BodyOptional = true,
        },
        Operation.Post("revokeApiKey", "/v1/api-keys/{id}/revoke", Revoke, "Ends an API key for good.", null, GatewayJson.Wire.ApiKeyResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.Critical,
        },
    ];

    private const string Livemode = "livemode";
    private const int DefaultOverlapSeconds = 24 * 60 * 60;

    /// <summary>POST /v1/api-keys.</summary>
    public async Task Create(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "api-key");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.CreateApiKeyRequest);
        var live = RequireSide(context, body.Livemode);

        // Made of who asks and the request's key: the same request again finds the key that it made.
        var id = ApiKeyText.IdOf(live, $"{context.Caller().KeyId} {command}");
        var text = ApiKeyText.New(id);
        var reply = await GrainOf(id).Execute(new CreateApiKey(
            command, context.Acting(null), body.Kind, body.Subject, live, body.Name, ApiKeyText.HashOf(text), text[^4..], body.ExpiresAt));
        await Write(context, 201, reply, id, "create", text, "/v1/api-keys/" + id);
    }

    /// <summary>GET /v1/api-keys.</summary>
    public async Task List(HttpContext context)
    {
        var page = PageRequest.Read(context, Livemode);
        var live = RequireSide(context, PageRequest.Single(context, Livemode) switch
        {
            null => null,
            "true" => true,
            "false" => false,
            var text => throw PageRequest.Fault("unknown_value", $"livemode is '{text}'; it must be true or false.", Livemode, text, ["true", "false"]),
        });
        var found = await grains.GetGrain<IApiKeyDirectoryGrain>(live ? "live" : "test").List(page.Cursor, page.Limit);
        var keys = await Task.WhenAll(found.Keys.Select(id => GrainOf(id).Get()));
        ApiKeyResponse[] data = [.. from key in keys where key is not null select ApiKeyResponse.From(key)];
        await Replies.Write(
            context, 200, new ApiKeyListResponse(data, found.NextCursor, found.NextCursor is not null), GatewayJson.Wire.ApiKeyListResponse);
    }

    /// <summary>GET /v1/api-keys/{id}.</summary>
    public async Task Get(HttpContext context)
    {
        var id = IdOf(context);
        var key = await GrainOf(id).Get() ?? throw Ownership.NotFound("API key", id, "id");
        await Replies.WriteResource(context, 200, ApiKeyResponse.From(key), GatewayJson.Wire.ApiKeyResponse, key.Version);
    }

    /// <summary>POST /v1/api-keys/{id}/rotate.</summary>
    public async Task Rotate(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.Required(context, "rotate");
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.RotateApiKeyRequest, RotateApiKeyRequest.Empty);
        var text = ApiKeyText.New(id);
        var overlap = TimeSpan.FromSeconds(body.OverlapSeconds ?? DefaultOverlapSeconds);
        var reply = await GrainOf(id).Execute(new RotateApiKey(command, context.Acting(null), ApiKeyText.HashOf(text), text[^4..], overlap));
        await Write(context, 200, reply, id, "rotate", text);
    }

    /// <summary>POST /v1/api-keys/{id}/revoke.</summary>
    public async Task Revoke(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.Required(context, "revoke");
        await Write(context, 200, await GrainOf(id).Execute(new RevokeApiKey(command, context.Acting(null))), id, "revoke", null);
    }

    private IApiKeyGrain GrainOf(string id) => grains.GetGrain<IApiKeyGrain>(id);

    private static string IdOf(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        var seen = ApiKeyText.IsId(id) && (context.Caller().Live || !ApiKeyText.IsLiveId(id));
        return seen ? id : throw Ownership.NotFound("API key", id, "id");
    }

    /// <summary>Which side's keys are meant. The test side has no say over the live one.</summary>
    private static bool RequireSide(HttpContext context, bool? asked)
    {
        var own = context.Caller().Live;
        return !own && asked == true
            ? throw new RequestFault(ProblemKind.Forbidden, "A test key has no say over live keys.", new ProblemError("forbidden", "A test key has no say."))
            : asked ?? own;
    }

    private static Task Write(
        HttpContext context, int status, ApiKeyReply reply, string id, string action, string? text, string? location = null) => reply switch
        {
            { Refusal: { } refusal } => Replies.WriteRefusal(context, ActionNames.Translate(refusal, $"API key {id}", action), reply.Replayed),

            // What was made before has a secret that nobody knows any more but who was told then.
            { Key: { } key } => Replies.WriteResource(
                context, status, ApiKeyResponse.From(key) with { Secret = reply.Replayed ? null : text }, GatewayJson.Wire.ApiKeyResponse,
                key.Version, reply.Replayed, location),
            _ => throw new InvalidOperationException("An API key answered with neither itself nor a refusal."),
        };
}
