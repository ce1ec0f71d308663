using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrderActors.Governance;

namespace OrderActors.Client.Http;

/// <summary>Who may use an operation. Whether the thing asked about is the caller's own is checked apart.</summary>
[Flags]
internal enum Callers
{
    /// <summary>Anybody, without an API key.</summary>
    Public = 0,

    /// <summary>A customer.</summary>
    Customer = 1,

    /// <summary>A merchant.</summary>
    Merchant = 2,

    /// <summary>A courier.</summary>
    Courier = 4,

    /// <summary>An integrator, who places orders of its own customers.</summary>
    Partner = 8,

    /// <summary>An operator of the platform.</summary>
    Operator = 16,

    /// <summary>Everybody with an API key.</summary>
    Everybody = Customer | Merchant | Courier | Partner | Operator,
}

/// <summary>How much the platform's work depends on an operation: when there is too much, the last class is shed first.</summary>
public enum Priority
{
    /// <summary>Brings an order that was taken to its end: pay, accept, pick up, deliver, cancel.</summary>
    Critical,

    /// <summary>Brings new work: place, quote, list.</summary>
    Secondary,

    /// <summary>Can wait: history, exports, reports.</summary>
    NonCritical,
}

/// <summary>Whether an operation takes an Idempotency-Key.</summary>
internal enum KeyUse
{
    None,
    Optional,
    Required,
}

/// <summary>A query parameter of an operation.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What it does, with unit or format.</param>
/// <param name="Schema">Its JSON schema, such as <c>{"type":"integer","minimum":1}</c>.</param>
internal sealed record QueryParameter(string Name, string Summary, string Schema)
{
    /// <summary>The two of every list.</summary>
    public static readonly ImmutableArray<QueryParameter> Page =
    [
        new("limit", "How many at most; 50 when left out.", """{"type":"integer","minimum":1,"maximum":200}"""),
        new("cursor", "Where to go on, as next_cursor of an earlier page said.", """{"type":"string","maxLength":200}"""),
    ];
}

/// <summary>
/// One operation of the API: everything that the router, the admission control, the OpenAPI document and the metrics know
/// of it. A folder's routes list theirs; nothing else maps a route.
/// </summary>
/// <param name="Id">Its unique name in camelCase, a verb first: the OpenAPI operationId.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path's template.</param>
/// <param name="Handle">A RequestDelegate: nothing is bound, resolved or reflected over while serving.</param>
/// <param name="Summary">What it does, in one sentence.</param>
internal sealed record Operation(string Id, string Method, string Path, RequestDelegate Handle, string Summary)
{
    /// <summary>Who may use it.</summary>
    public Callers Callers { get; init; } = Callers.Operator;

    /// <summary>Whose the thing in the path is; what is somebody else's is not found.</summary>
    public Owned Owned { get; init; } = Ownership.OfPath(Path);

    /// <summary>The path's parameters that are ids which callers choose, and so have a live and a test side.</summary>
    public ImmutableArray<string> GrainKeys { get; init; } = Sides.IdsOfPath(Path);

    /// <summary>Whether it is about the platform itself, where a test key has no say.</summary>
    public bool LiveOnly { get; init; } = Path.StartsWith("/v1/operations/", StringComparison.Ordinal);

    /// <summary>Whether it is of the test side alone, so that a live key cannot ask for it.</summary>
    public bool TestOnly { get; init; }

    /// <summary>Whether an order's number is in the path.</summary>
    public bool HasNumber { get; } = Path.Contains("{number}", StringComparison.Ordinal);

    /// <summary>Its class under load.</summary>
    public Priority Priority { get; init; } = Priority.Secondary;

    /// <summary>Whether it takes an Idempotency-Key.</summary>
    public KeyUse Key { get; init; }

    /// <summary>Whether its answer has a secret that nobody may read again: then the answer is not kept for a repetition of its key.</summary>
    public bool HasSecret { get; init; }

    /// <summary>Whether what it asks remembers every key for as long as keys live, so that a repetition needs not be looked for first.</summary>
    public bool RemembersKeys { get; init; }

    /// <summary>The body's shape; null without a body.</summary>
    public JsonTypeInfo? Body { get; init; }

    /// <summary>How many of the body's shape may be sent at once, as an array instead of one; null for one only.</summary>
    public int? MostAtOnce { get; init; }

    /// <summary>Whether the body may be left out.</summary>
    public bool BodyOptional { get; init; }

    /// <summary>The answer's shape; null when it has no JSON body.</summary>
    public JsonTypeInfo? Answer { get; init; }

    /// <summary>The media type of an answer that is not JSON; null for JSON or nothing.</summary>
    public string? MediaType { get; init; }

    /// <summary>The status of success.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>The status of a success that is not final yet; null when there is none.</summary>
    public int? PendingStatus { get; init; }

    /// <summary>What a success that is not final answers to who prefers not to wait (<c>Prefer: respond-async</c>); null where nobody can.</summary>
    public JsonTypeInfo? DeferredAnswer { get; init; }

    /// <summary>Whether its answer goes on without end when it is asked for as <c>text/event-stream</c>. Who streams bounds how many there are.</summary>
    public bool Streams { get; init; }

    /// <summary>Its query parameters.</summary>
    public ImmutableArray<QueryParameter> Query { get; init; } = [];

    /// <summary>The resource it belongs to: the first part of its path after the version.</summary>
    public string Tag => Path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["v1", var first, ..] ? first : "platform";

    /// <summary>Whether it is answered whatever goes on: health and metrics, which tell what goes on.</summary>
    public bool IsNeverShed { get; } = Path == Operations.Metrics.MetricRoutes.Path || Path.StartsWith("/health/", StringComparison.Ordinal);

    /// <summary>What an operator can switch off that it belongs to; null when nobody can. Placing is switched off where orders are placed.</summary>
    public Feature? Feature =>
        Path.StartsWith("/v1/operations/", StringComparison.Ordinal) ? null
        : Path.StartsWith("/v1/quotes", StringComparison.Ordinal) ? Governance.Feature.Quotes
        : Path.StartsWith("/v1/tracking/", StringComparison.Ordinal) ? Governance.Feature.Tracking
        : Priority == Priority.NonCritical ? Governance.Feature.Reports
        : null;

    /// <summary>Maps it. The route's endpoint carries it as metadata.</summary>
    public void Map(IEndpointRouteBuilder app) => app.MapMethods(Path, [Method], Handle).WithMetadata(this);

    /// <summary>A read.</summary>
    public static Operation Get<T>(string id, string path, RequestDelegate handle, string summary, JsonTypeInfo<T> answer) =>
        new(id, HttpMethods.Get, path, handle, summary) { Answer = answer };

    /// <summary>A read of a list in pages.</summary>
    public static Operation List<T>(
        string id, string path, RequestDelegate handle, string summary, JsonTypeInfo<T> answer, params ImmutableArray<QueryParameter> filters) =>
        new(id, HttpMethods.Get, path, handle, summary) { Answer = answer, Query = [.. filters, .. QueryParameter.Page] };

    /// <summary>A change under an Idempotency-Key.</summary>
    public static Operation Post<T>(string id, string path, RequestDelegate handle, string summary, JsonTypeInfo? body, JsonTypeInfo<T> answer) =>
        new(id, HttpMethods.Post, path, handle, summary) { Body = body, Answer = answer, Key = KeyUse.Required };

    /// <summary>Sets something as a whole; idempotent by nature.</summary>
    public static Operation Put<T>(string id, string path, RequestDelegate handle, string summary, JsonTypeInfo? body, JsonTypeInfo<T> answer) =>
        new(id, HttpMethods.Put, path, handle, summary) { Body = body, Answer = answer, Key = KeyUse.Optional };

    /// <summary>Removes something; idempotent by nature.</summary>
    public static Operation Delete<T>(string id, string path, RequestDelegate handle, string summary, JsonTypeInfo<T> answer) =>
        new(id, HttpMethods.Delete, path, handle, summary) { Answer = answer, Key = KeyUse.Optional };
}
