using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrderActors.Client.Hosting.Calls;
using OrderActors.Client.Operations.Metrics;
using OrderActors.Orders;
using Orleans.Runtime;

namespace OrderActors.Client.Http;

/// <summary>What every request passes: its id, the door, and faults told as problem details.</summary>
internal sealed partial class GatewayPipeline(RequestDelegate next, GatewayGate gate, ILogger<GatewayPipeline> logger)
{
    private const string RequestIdHeader = "X-Request-Id";
    private const int LongestRequestId = 128;

    /// <summary>Handles one request.</summary>
    public async Task Handle(HttpContext context)
    {
        var response = context.Response;
        response.Headers[RequestIdHeader] = RequestIdOf(context);

        // Health and metrics are asked most of all while the door is shut.
        var path = context.Request.Path;
        var counted = !path.StartsWithSegments("/health", StringComparison.Ordinal) && !path.Equals(MetricRoutes.Path, StringComparison.Ordinal);
        if (counted && !gate.TryEnter())
        {
            response.Headers.Connection = "close";
            await Replies.WriteProblem(context, NotReady(gate.Readiness));
            return;
        }

        try
        {
            await next(context);
            if (!response.HasStarted && response.StatusCode is 404 or 405 && response.ContentLength is null)
            {
                await Replies.WriteProblem(context, Unrouted(context));
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller hung up. What it asked for is done or not; the same key will tell.
        }
        catch (Exception e)
        {
            if (response.HasStarted)
            {
                LogBroken(logger, e, context.Request.Method, RouteOf(context), Replies.TraceIdOf(context));
                context.Abort();
                return;
            }

            var problem = Tell(e, context);
            response.Headers.Remove("ETag");
            await Replies.WriteProblem(context, problem);
        }
        finally
        {
            if (counted) gate.Leave();
        }
    }

    /// <summary>Why requests are not taken now.</summary>
    public static Problem NotReady(Readiness readiness) => readiness switch
    {
        Readiness.Starting => new(ProblemKind.Starting, "The service is starting and takes no requests yet."),
        Readiness.Away => new(ProblemKind.ClusterUnavailable, "The gateway has no connection to the cluster. Nothing was done; send it again."),
        Readiness.Failed => new(ProblemKind.StorageUnavailable, "The storage failed, so nothing can be acknowledged; the service is stopping."),
        _ => new(ProblemKind.Draining, "The service is stopping and takes no new requests. Nothing was done; send it again."),
    };

    // A log has the route and not the path: ids and tokens in an address are their owners' business.
    private static string RouteOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<Operation>()?.Path ?? "a path without a route";

    private static string RequestIdOf(HttpContext context)
    {
        var sent = context.Request.Headers[RequestIdHeader];
        return sent.Count == 1 && sent[0] is { Length: > 0 and <= LongestRequestId } id && !id.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? id
            : context.TraceIdentifier;
    }

    private static Problem Unrouted(HttpContext context)
    {
        var request = context.Request;
        if (context.Response.StatusCode == 404)
        {
            return new(ProblemKind.UnknownRoute, $"There is no route {request.Path}. The routes are listed in docs/api.md.");
        }

        var allow = context.Response.Headers.Allow.ToString();
        return new(ProblemKind.MethodNotAllowed, $"{request.Path} does not have {request.Method}. It has: {allow}.") { Allow = allow };
    }

    private Problem Tell(Exception exception, HttpContext context)
    {
        var method = context.Request.Method;
        var reading = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        switch (exception)
        {
            case RequestFault fault:
                return fault.Problem;
            case BadHttpRequestException { StatusCode: 413 }:
                return new(ProblemKind.BodyTooLarge, "The body is larger than this server takes.");
            case BadHttpRequestException bad:
                return new(ProblemKind.Malformed, bad.Message);
            case LimitExceededException:
                return new(ProblemKind.ReducedCapacity, "A queue on the way is full. Nothing was done; send it again in a moment.");
            case TimeoutException when reading:
                return new(ProblemKind.ReadTimedOut, "The answer did not come in time. Nothing was changed.");
            case TimeoutException:
                LogTimeout(logger, method, RouteOf(context), Replies.TraceIdOf(context));
                return new(
                    ProblemKind.OutcomeUnknown,
                    "The answer did not come in time; it may or may not have been done. Send it again with the same Idempotency-Key to learn which.");
            case ClusterUnavailableException:
                LogCluster(logger, exception.Message, method, RouteOf(context), Replies.TraceIdOf(context));
                return new(
                    ProblemKind.ClusterUnavailable,
                    reading
                        ? "The cluster could not be asked. Send it again in a moment."
                        : "The cluster could not be asked; it may or may not have been done. Send it again with the same Idempotency-Key.");
            case InvalidCursorException:
                return PageRequest.BadCursor(context.Request.Query["cursor"].ToString()).Problem;
            case OrleansException or IOException:
                LogStorage(logger, exception, method, RouteOf(context), Replies.TraceIdOf(context));
                return new(ProblemKind.StorageUnavailable, "The storage could not take the write. Send it again with the same Idempotency-Key.");
            case not null when gate.Readiness is Readiness.Draining or Readiness.Failed:
                LogStorage(logger, exception, method, RouteOf(context), Replies.TraceIdOf(context));
                return NotReady(gate.Readiness) with { Detail = "The service stopped while it worked on this. Send it again with the same Idempotency-Key." };
            default:
                LogInternal(logger, exception, method, RouteOf(context), Replies.TraceIdOf(context));
                return new(ProblemKind.Internal, "An error that nobody foresaw. It is in the log under this trace_id.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed; trace {TraceId}")]
    private static partial void LogInternal(ILogger logger, Exception? exception, string method, string path, string traceId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path}: the storage could not take the write; trace {TraceId}")]
    private static partial void LogStorage(ILogger logger, Exception? exception, string method, string path, string traceId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path}: {Reason} trace {TraceId}")]
    private static partial void LogCluster(ILogger logger, string reason, string method, string path, string traceId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} timed out with an unknown outcome; trace {TraceId}")]
    private static partial void LogTimeout(ILogger logger, string method, string path, string traceId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} broke off in the middle of its answer; trace {TraceId}")]
    private static partial void LogBroken(ILogger logger, Exception exception, string method, string path, string traceId);
}
