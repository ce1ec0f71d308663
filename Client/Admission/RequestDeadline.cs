using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;

namespace OrderActors.Client.Admission;

/// <summary>
/// How long a request's sender waits, as its header says. When that is over the sender gets its answer, although the work goes on: whoever
/// of the two, the work or the clock, wants to answer first may, and the other is silent.
/// </summary>
internal sealed class RequestDeadline : IAsyncDisposable
{
    /// <summary>The header's name.</summary>
    public const string Header = "X-Deadline-Ms";

    private const int Working = 0;
    private const int Answered = 1;
    private const int Over = 2;

    private readonly HttpContext _context;
    private readonly ITimer _timer;
    private int _state;
    private Task _telling = Task.CompletedTask;

    private RequestDeadline(HttpContext context, TimeSpan left, TimeProvider clock)
    {
        _context = context;
        _timer = clock.CreateTimer(static deadline => ((RequestDeadline)deadline!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(left < TimeSpan.Zero ? TimeSpan.Zero : left, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How long the sender waits; null when it does not say.</summary>
    /// <exception cref="RequestFault">The header is none.</exception>
    public static TimeSpan? Read(HttpContext context, TimeSpan most)
    {
        if (!context.Request.Headers.TryGetValue(Header, out var values) || values.Count == 0) return null;
        var text = values.Count == 1 ? values[0]! : values.ToString();
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0)
            return TimeSpan.FromMilliseconds(Math.Min(milliseconds, most.TotalMilliseconds));
        const string Rule = "a whole number of milliseconds, 1 or more";
        var shown = text.Length > 100 ? text[..100] + "…" : text;
        throw new RequestFault(
            ProblemKind.Malformed, $"{Header} is '{shown}'; it must be {Rule}.",
            new ProblemError("invalid_deadline", $"It must be {Rule}.", Header: Header, Value: shown, Allowed: [Rule]));
    }

    /// <summary>Begins to watch a request's time.</summary>
    public static RequestDeadline Watch(HttpContext context, TimeSpan left, TimeProvider clock)
    {
        var deadline = new RequestDeadline(context, left, clock);
        context.Features.Set(deadline);
        return deadline;
    }

    /// <summary>Whether a request may still be answered by its work. From then on the clock is silent.</summary>
    /// <exception cref="AnsweredException">The sender was told that the time is over.</exception>
    public static void BeginAnswer(HttpContext context)
    {
        if (context.Features.Get<RequestDeadline>() is { } deadline && !deadline.TryAnswer()) throw new AnsweredException();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        TryAnswer();
        await _timer.DisposeAsync();
        await _telling;
        _context.Features.Set<RequestDeadline>(null);
    }

    /// <summary>Stops the clock; false when it was first, and the sender has its answer.</summary>
    public bool TryAnswer() => Interlocked.CompareExchange(ref _state, Answered, Working) != Over;

    private void Expire()
    {
        // The task is there before anybody can see that the time is over.
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _telling, told.Task);
        if (Interlocked.CompareExchange(ref _state, Over, Working) == Working) _ = Tell(told);
        else told.SetResult();
    }

    private async Task Tell(TaskCompletionSource told)
    {
        try
        {
            var response = _context.Response;
            if (response.HasStarted) return;
            var method = _context.Request.Method;
            var reading = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

            // The next request on this connection would have to wait until the work is over.
            response.Headers.Connection = "close";
            await Replies.WriteOverdue(_context, reading
                ? new(ProblemKind.ReadTimedOut, $"The answer did not come within {Header}. Nothing was changed.")
                : new(
                    ProblemKind.OutcomeUnknown,
                    $"The answer did not come within {Header}; it may or may not have been done. " +
                    "Send it again with the same Idempotency-Key to learn which."));
            await response.CompleteAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException or ObjectDisposedException)
        {
            // The sender has gone.
        }
        finally
        {
            told.SetResult();
        }
    }
}

/// <summary>The sender has had its answer; what the work wanted to say goes nowhere.</summary>
internal sealed class AnsweredException : Exception;
