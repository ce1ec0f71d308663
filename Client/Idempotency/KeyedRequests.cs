using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;

namespace OrderActors.Client.Idempotency;

/// <summary>
/// What requests with an Idempotency-Key pass. The same request at the same time waits for the first; the same request later
/// gets the first one's answer.
/// </summary>
/// <remarks>
/// Who was asked remembers the key in the same write as what it did, so a request is never done twice, whatever becomes of the
/// answer that is kept here; but it remembers its newest keys only. So a request looks for an earlier answer first. Placing an
/// order needs not: a customer remembers all placements for as long as keys live, and only a repetition looks for the answer.
/// </remarks>
internal sealed class KeyedRequests(RequestDelegate next, AnswerStore store, TimeProvider clock)
{
    /// <summary>How long a request waits for another one with the same key.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _running = new(StringComparer.Ordinal);

    /// <summary>Handles one request.</summary>
    public Task Handle(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<Operation>() is { Key: not KeyUse.None } operation && IdempotencyKey.Of(context) is { } key
            ? Handle(context, operation, new KeyedRequest(IdempotencyKey.NameOf(context, operation, key), operation, store))
            : next(context);

    private async Task Handle(HttpContext context, Operation operation, KeyedRequest request)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Enter(context, request.Name, done);
        try
        {
            request.Begin(context);
            if (request.ComparesContent && operation.Body is null) await request.Understood(context, []);
            await next(context);
            if (request is { Answer: { } answer, IsKept: true }) store.Keep(request.Name, answer);
        }
        catch (AnsweredBefore before)
        {
            await KeyedRequest.Repeat(context, before.Answer);
        }
        finally
        {
            _running.TryRemove(request.Name, out _);
            done.SetResult();
        }
    }

    private async Task Enter(HttpContext context, string name, TaskCompletionSource done)
    {
        var until = clock.GetTimestamp() + (long)(Patience.TotalSeconds * clock.TimestampFrequency);
        while (!_running.TryAdd(name, done))
        {
            if (!_running.TryGetValue(name, out var first)) continue;
            var left = clock.GetElapsedTime(clock.GetTimestamp(), until);
            try
            {
                if (left <= TimeSpan.Zero) throw new TimeoutException();
                await first.Task.WaitAsync(left, clock, context.RequestAborted);
            }
            catch (TimeoutException)
            {
                throw new RequestFault(
                    ProblemKind.IdempotencyInProgress, "The first request with this Idempotency-Key is still being worked on. Send it again in a moment.");
            }
        }
    }
}
