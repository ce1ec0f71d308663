using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using OrderActors.Client.Admission;
using OrderActors.Client.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>Writes answers: JSON in one piece with its length, ETags, problem details.</summary>
internal static class Replies
{
    /// <summary>Says that an answer is that of an earlier request with the same Idempotency-Key.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    private const int LargestKeptBuffer = 256 * 1024;
    private static readonly StringValues Json = "application/json; charset=utf-8";
    private static readonly StringValues ProblemJson = "application/problem+json";
    private static readonly StringValues True = "true";
    private static readonly StringValues Challenge = "Bearer realm=\"orderactors\"";

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    /// <summary>Writes a value with a status.</summary>
    public static Task Write<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        RequestDeadline.BeginAnswer(context);
        context.Response.StatusCode = status;
        return WriteBody(context, value, type, Json, KeyedRequest.Of(context));
    }

    /// <summary>Writes a single resource: its version is its ETag.</summary>
    public static Task WriteResource<T>(
        HttpContext context, int status, T value, JsonTypeInfo<T> type, long version, bool replayed = false, string? location = null)
    {
        RequestDeadline.BeginAnswer(context);
        var headers = context.Response.Headers;
        headers.ETag = Preconditions.Quoted(version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (replayed) headers[ReplayedHeader] = True;
        if (location is not null) headers.Location = context.Caller().Live ? location : Sides.Shown(location);
        return replayed && KeyedRequest.Of(context) is { } request
            ? Repeat(context, request, () => Write(context, status, value, type))
            : Write(context, status, value, type);
    }

    /// <summary>Answers like the first time; when that answer was lost in a crash, with how things are now.</summary>
    public static async Task Repeat(HttpContext context, KeyedRequest request, Func<Task> now)
    {
        var answer = await context.RequestServices.GetRequiredService<AnswerStore>().Find(request.Name);
        await (answer is null ? now() : KeyedRequest.Repeat(context, answer));
    }

    /// <summary>
    /// Answers a read of a resource whose whole body its version settles, or says that the caller has it already (If-None-Match).
    /// Not for what also shows counts or places that come and go without a version of their own.
    /// </summary>
    public static Task WriteVersioned<T>(HttpContext context, T value, JsonTypeInfo<T> type, long version)
    {
        var etag = Preconditions.Quoted(version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        context.Response.Headers.ETag = etag;
        if (!Preconditions.IsKnown(context, etag)) return Write(context, StatusCodes.Status200OK, value, type);
        RequestDeadline.BeginAnswer(context);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }

    /// <summary>Writes a refusal of a grain.</summary>
    public static Task WriteRefusal(HttpContext context, Refusal refusal, bool replayed, OrderView? order = null)
    {
        if (refusal.Code == RefusalCode.IdempotencyKeyReused)
        {
            return WriteProblem(context, KeyReused(context).Problem with { Replayed = replayed, Order = OrderStanding.Of(order) });
        }

        var problem = new Problem(ProblemKind.Of(refusal.Code), refusal.Detail)
        {
            Errors = (refusal.Code == RefusalCode.VersionConflict ? OtherVersion(context, refusal) : ErrorOf(refusal)) is { } error ? [error] : null,
            Replayed = replayed,
            Order = OrderStanding.Of(order),
        };
        if (KeyedRequest.Of(context) is not { } request) return WriteProblem(context, problem);
        if (replayed) return Repeat(context, request, () => WriteProblem(context, problem));

        // What the content alone decides comes out the same again, what is not there may be there next time, and who has too many open orders
        // has fewer then: a customer forgets that refusal, so that the same placement is done.
        var kept = problem.Kind.Status is 409 or 422
            && refusal.Code is not (RefusalCode.ValidationFailed or RefusalCode.AlreadyExists or RefusalCode.OrderLimit);
        return WriteProblem(context, problem, kept ? request : null);
    }

    private static ProblemError? ErrorOf(Refusal refusal) => refusal is { Field: null, Value: null, Allowed.IsDefaultOrEmpty: true }
        ? null
        : new(
            WireNames<RefusalCode>.NameOf(refusal.Code),
            refusal.Detail,
            Pointer: refusal.Field,
            Value: refusal.Value,
            Allowed: refusal.Allowed.IsDefaultOrEmpty ? null : refusal.Allowed);

    // What would be right is the version as it is now: the ETag of the answer, too.
    private static ProblemError OtherVersion(HttpContext context, Refusal refusal)
    {
        string[] tags = [.. refusal.Allowed.Select(Preconditions.Quoted)];
        context.Response.Headers.ETag = tags;
        return new(
            ProblemKind.VersionConflict.Code, refusal.Detail, Header: Preconditions.IfMatch, Value: Preconditions.Quoted(refusal.Value!), Allowed: tags);
    }

    /// <summary>The key was used with other content. The grain knows the command id; the caller knows the header it sent.</summary>
    public static RequestFault KeyReused(HttpContext context)
    {
        var key = context.Request.Headers[IdempotencyKey.Header].ToString();
        var detail = $"The {IdempotencyKey.Header} {key} was used before with other content. Give a new request a key of its own.";
        return new(
            ProblemKind.IdempotencyKeyReused, detail,
            new ProblemError(ProblemKind.IdempotencyKeyReused.Code, detail, Header: IdempotencyKey.Header, Value: key));
    }

    /// <summary>Writes problem details.</summary>
    public static Task WriteProblem(HttpContext context, Problem problem, KeyedRequest? request = null)
    {
        RequestDeadline.BeginAnswer(context);
        return WriteDetails(context, problem, request);
    }

    /// <summary>Writes the problem details of a request whose time is over, while its work goes on.</summary>
    public static Task WriteOverdue(HttpContext context, Problem problem) => WriteDetails(context, problem, request: null);

    private static Task WriteDetails(HttpContext context, Problem problem, KeyedRequest? request)
    {
        if (!context.Caller().Live) problem = Shown(problem);
        var kind = problem.Kind;
        var response = context.Response;
        response.StatusCode = kind.Status;
        if ((problem.RetryAfterSeconds ?? kind.RetryAfterSeconds) is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (problem.Replayed) response.Headers[ReplayedHeader] = True;
        if (problem.Allow is not null) response.Headers.Allow = problem.Allow;
        if (kind.Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = Challenge;
        var document = new ProblemDocument(
            kind.Type, kind.Title, kind.Status, problem.Detail, context.Request.Path.Value ?? "/", kind.Code,
            kind.RetryAfterSeconds is not null, kind.Retry, TraceIdOf(context), problem.Order, problem.Errors);
        return WriteBody(context, document, GatewayJson.Wire.ProblemDocument, ProblemJson, request);
    }

    // What a test caller is told of its ids is what it calls them.
    private static Problem Shown(Problem problem) => problem with
    {
        Detail = Sides.Shown(problem.Detail),
        Errors = problem.Errors is null ? null :
        [
            .. problem.Errors.Select(error => error with
            {
                Detail = Sides.Shown(error.Detail),
                Value = error.Value is null ? null : Sides.Shown(error.Value),
                Allowed = error.Allowed is null ? null : [.. error.Allowed.Select(Sides.Shown)],
            }),
        ],
    };

    /// <summary>The id under which this request is found in traces and logs.</summary>
    public static string TraceIdOf(HttpContext context)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity) return activity.TraceId.ToHexString();
        return ActivityContext.TryParse(context.Request.Headers.TraceParent, null, out var parent)
            ? parent.TraceId.ToHexString()
            : context.TraceIdentifier;
    }

    private static Task WriteBody<T>(HttpContext context, T value, JsonTypeInfo<T> type, StringValues contentType, KeyedRequest? request = null)
    {
        var bytes = buffer ??= new ArrayBufferWriter<byte>(4096);
        var json = writer ??= new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = GatewayJson.Wire.Options.Encoder, SkipValidation = true });
        bytes.ResetWrittenCount();
        json.Reset(bytes);
        JsonSerializer.Serialize(json, value, SideJson.Writing(context.Caller(), type));
        json.Flush();

        var response = context.Response;
        response.Headers.ContentType = contentType;
        response.ContentLength = bytes.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method)) response.BodyWriter.Write(bytes.WrittenSpan);
        request?.Answered(response, bytes.WrittenSpan);
        if (bytes.Capacity > LargestKeptBuffer) buffer = null;
        return FlushAsync(response);
    }

    private static Task FlushAsync(HttpResponse response)
    {
        var flush = response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
        if (!flush.IsCompletedSuccessfully) return flush.AsTask();
        _ = flush.Result;
        return Task.CompletedTask;
    }
}
