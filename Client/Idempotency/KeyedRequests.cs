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

    private readonly ConcurrentDictionary<string, RunningRequest> _running = new(StringComparer.Ordinal);

    /// <summary>Handles one request.</summary>
    public Task Handle(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<Operation>() is { Key: not KeyUse.None } operation && IdempotencyKey.Of(context) is { } key
            ? Handle(context, operation, new KeyedRequest(IdempotencyKey.NameOf(context, operation, key), operation, store))
            : next(context);

    private async Task Handle(HttpContext context, Operation operation, KeyedRequest request)
    {
        var running = new RunningRequest();
        await Enter(context, request.Name, running);
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
            running.End();
        }
    }

    private async Task Enter(HttpContext context, string name, RunningRequest own)
    {
        var until = clock.GetTimestamp() + (long)(Patience.TotalSeconds * clock.TimestampFrequency);
        while (!_running.TryAdd(name, own))
        {
            if (!_running.TryGetValue(name, out var first)) continue;
            var left = clock.GetElapsedTime(clock.GetTimestamp(), until);
            if (left > TimeSpan.Zero && await first.WaitAsync(left, clock, context.RequestAborted)) continue;
            throw new RequestFault(
                ProblemKind.IdempotencyInProgress, "The first request with this Idempotency-Key is still being worked on. Send it again in a moment.");
        }
    }
}

/// <summary>A request that is being worked on, and those with the same key that wait for its end.</summary>
internal sealed class RunningRequest
{
    private readonly Lock _turn = new();
    private List<TaskCompletionSource<bool>>? _waiting;
    private bool _hasEnded;

    /// <summary>Waits for its end; false when that takes longer.</summary>
    /// <param name="atMost">How long.</param>
    /// <param name="clock">The time.</param>
    /// <param name="aborted">Who waits hung up.</param>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken aborted)
    {
        var over = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_turn)
        {
            if (_hasEnded) return true;
            (_waiting ??= []).Add(over);
        }

        await using var timer = clock.CreateTimer(
            static over => ((TaskCompletionSource<bool>)over!).TrySetResult(false), over, atMost, Timeout.InfiniteTimeSpan);
        await using var hungUp = aborted.UnsafeRegister(static (over, token) => ((TaskCompletionSource<bool>)over!).TrySetCanceled(token), over);
        return await over.Task;
    }

    /// <summary>It has ended.</summary>
    public void End()
    {
        List<TaskCompletionSource<bool>>? waiting;
        lock (_turn) (_hasEnded, waiting) = (true, _waiting);
        foreach (var one in waiting ?? []) one.TrySetResult(true);
    }
}
