using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using OrderActors.Client.Admission;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>Writes answers: JSON in one piece with its length, ETags, problem details.</summary>
internal static class Replies
{
    private const int LargestKeptBuffer = 256 * 1024;
    private static readonly StringValues Json = "application/json; charset=utf-8";
    private static readonly StringValues ProblemJson = "application/problem+json";
    private static readonly StringValues True = "true";

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    /// <summary>Writes a value with a status.</summary>
    public static Task Write<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        RequestDeadline.BeginAnswer(context);
        context.Response.StatusCode = status;
        return WriteBody(context, value, type, Json);
    }

    /// <summary>Writes a single resource: its version is its ETag.</summary>
    public static Task WriteResource<T>(
        HttpContext context, int status, T value, JsonTypeInfo<T> type, long version, bool replayed = false, string? location = null)
    {
        RequestDeadline.BeginAnswer(context);
        var headers = context.Response.Headers;
        headers.ETag = ETagOf(version);
        if (replayed) headers["Idempotent-Replayed"] = True;
        if (location is not null) headers.Location = location;
        return Write(context, status, value, type);
    }

    /// <summary>Writes a refusal of a grain.</summary>
    public static Task WriteRefusal(HttpContext context, Refusal refusal, bool replayed, OrderView? order = null)
    {
        var (detail, error) = refusal.Code == RefusalCode.IdempotencyKeyReused ? KeyReused(context) : (refusal.Detail, ErrorOf(refusal));
        return WriteProblem(context, new Problem(ProblemKind.Of(refusal.Code), detail)
        {
            Errors = error is null ? null : [error],
            Replayed = replayed,
            Order = OrderStanding.Of(order),
        });
    }

    private static ProblemError? ErrorOf(Refusal refusal) => refusal is { Field: null, Value: null, Allowed.IsDefaultOrEmpty: true }
        ? null
        : new(
            WireNames<RefusalCode>.NameOf(refusal.Code),
            refusal.Detail,
            Pointer: refusal.Field,
            Value: refusal.Value,
            Allowed: refusal.Allowed.IsDefaultOrEmpty ? null : refusal.Allowed);

    // The grain knows the command id; the caller knows the header it sent.
    private static (string Detail, ProblemError Error) KeyReused(HttpContext context)
    {
        var key = context.Request.Headers[IdempotencyKey.Header].ToString();
        var detail = $"The {IdempotencyKey.Header} {key} was used before with other content. Give a new request a key of its own.";
        return (detail, new(ProblemKind.IdempotencyKeyReused.Code, detail, Header: IdempotencyKey.Header, Value: key));
    }

    /// <summary>Writes problem details.</summary>
    public static Task WriteProblem(HttpContext context, Problem problem)
    {
        RequestDeadline.BeginAnswer(context);
        return WriteOverdue(context, problem);
    }

    /// <summary>Writes the problem details of a request whose time is over, while its work goes on.</summary>
    public static Task WriteOverdue(HttpContext context, Problem problem)
    {
        var kind = problem.Kind;
        var response = context.Response;
        response.StatusCode = kind.Status;
        if ((problem.RetryAfterSeconds ?? kind.RetryAfterSeconds) is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (problem.Replayed) response.Headers["Idempotent-Replayed"] = True;
        if (problem.Allow is not null) response.Headers.Allow = problem.Allow;
        var document = new ProblemDocument(
            kind.Type, kind.Title, kind.Status, problem.Detail, context.Request.Path.Value ?? "/", kind.Code,
            kind.RetryAfterSeconds is not null, kind.Retry, TraceIdOf(context), problem.Order, problem.Errors);
        return WriteBody(context, document, GatewayJson.Wire.ProblemDocument, ProblemJson);
    }

    /// <summary>The id under which this request is found in traces and logs.</summary>
    public static string TraceIdOf(HttpContext context)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity) return activity.TraceId.ToHexString();
        return ActivityContext.TryParse(context.Request.Headers.TraceParent, null, out var parent)
            ? parent.TraceId.ToHexString()
            : context.TraceIdentifier;
    }

    private static string ETagOf(long version) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"{version}\"");

    private static Task WriteBody<T>(HttpContext context, T value, JsonTypeInfo<T> type, StringValues contentType)
    {
        var bytes = buffer ??= new ArrayBufferWriter<byte>(4096);
        var json = writer ??= new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = GatewayJson.Wire.Options.Encoder, SkipValidation = true });
        bytes.ResetWrittenCount();
        json.Reset(bytes);
        JsonSerializer.Serialize(json, value, type);
        json.Flush();

        var response = context.Response;
        response.Headers.ContentType = contentType;
        response.ContentLength = bytes.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method)) response.BodyWriter.Write(bytes.WrittenSpan);
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
