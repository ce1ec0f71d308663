using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Governance;

namespace OrderActors.Client.Admission;

/// <summary>
/// What every request with a route passes before its handler: the switches, its key's limit, the shedding, and the door of its class. Health
/// and metrics pass by.
/// </summary>
internal sealed class AdmissionPipeline(
    RequestDelegate next, AdmissionControl control, IDegradation degradation, AdmissionOptions options, TimeProvider clock)
{
    private readonly long _patience = (long)(options.Patience.TotalSeconds * clock.TimestampFrequency);

    /// <summary>Handles one request.</summary>
    public Task Handle(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Operation>() is not { } operation || operation.IsNeverShed) return next(context);
        var priority = operation.Priority;
        if (Refuse(context, operation) is { } problem) return Replies.WriteProblem(context, problem);
        if (context.Request.Headers.ContainsKey(RequestDeadline.Header) || Streams(context, operation)) return HandleSpecial(context, operation);
        if (!control.Limiter.TryEnter(priority)) return HandleAfterWait(context, priority);
        AdmissionInstruments.Entered(priority);
        return Run(context, priority);
    }

    /// <summary>The reasons that need no waiting to be known; null for none.</summary>
    private Problem? Refuse(HttpContext context, Operation operation)
    {
        if (operation.Feature is { } feature && degradation.Find(feature) is { } off)
        {
            AdmissionInstruments.Refused(operation.Priority, Refusals.SwitchedOff);
            return off.Passive
                ? Reduced($"This is not done for now: {off.Reason} Nothing was done; send it again later.")
                : new(ProblemKind.SwitchedOff, $"An operator switched this off: {off.Reason}");
        }

        if (control.Rates.TakeOfKey(context, context.Caller()) is { } quota)
        {
            AdmissionInstruments.Refused(operation.Priority, Refusals.Quota);
            return quota;
        }

        if (!control.Sheds(operation.Priority)) return null;
        control.Refused(operation.Priority, Refusals.Shed);
        return Reduced("Too much is going on, and this can wait. Nothing was done; send it again later.");
    }

    private Task Run(HttpContext context, Priority priority)
    {
        var began = clock.GetTimestamp();
        Task handling;
        try
        {
            handling = next(context);
        }
        catch
        {
            control.Leave(priority, began);
            throw;
        }

        if (!handling.IsCompleted) return Finish(handling, priority, began);
        control.Leave(priority, began);
        return handling;
    }

    private async Task Finish(Task handling, Priority priority, long began)
    {
        try
        {
            await handling;
        }
        finally
        {
            control.Leave(priority, began);
        }
    }

    private async Task HandleAfterWait(HttpContext context, Priority priority)
    {
        var now = clock.GetTimestamp();
        if (!await Enter(context, priority, now, now + _patience)) return;

        // What is set here travels with the calls of this request alone.
        RequestBudget.Set(clock.GetUtcNow() + options.Patience - clock.GetElapsedTime(now));
        await Run(context, priority);
    }

    private async Task HandleSpecial(HttpContext context, Operation operation)
    {
        var now = clock.GetTimestamp();
        var wait = RequestDeadline.Read(context, options.MaxDeadline);
        var until = wait is { } time ? now + (long)(time.TotalSeconds * clock.TimestampFrequency) : now + _patience;
        if (!await Enter(context, operation.Priority, now, until)) return;
        if (Streams(context, operation))
        {
            // Its answer has no end: it is let in like any other, and then counted by whoever streams it.
            control.Limiter.Leave(operation.Priority, clock.GetTimestamp());
            await next(context);
            return;
        }

        var left = wait!.Value - clock.GetElapsedTime(now);
        RequestBudget.Set(clock.GetUtcNow() + left);

        // What is no JSON may be long; its sender hangs up when it has waited enough.
        if (operation.MediaType is not null) await Run(context, operation.Priority);
        else await RunUntil(context, operation.Priority, left);
    }

    private async Task RunUntil(HttpContext context, Priority priority, TimeSpan left)
    {
        await using var deadline = RequestDeadline.Watch(context, left, clock);
        try
        {
            await Run(context, priority);
        }
        catch (Exception) when (!deadline.TryAnswer())
        {
            // The sender was told that the outcome is not known, and this is it.
        }
    }

    private async ValueTask<bool> Enter(HttpContext context, Priority priority, long now, long until)
    {
        var entry = await control.Limiter.EnterAsync(priority, now, until, context.RequestAborted);
        switch (entry)
        {
            case Entry.Entered:
                AdmissionInstruments.Waited(priority, clock.GetElapsedTime(now));
                return true;
            case Entry.Abandoned:
                AdmissionInstruments.Refused(priority, Refusals.Abandoned);
                context.Abort();
                return false;
            default:
                control.Refused(priority, entry == Entry.Full ? Refusals.Full : Refusals.Expired);
                await Replies.WriteProblem(context, Reduced(
                    entry == Entry.Full
                        ? "Too many wait already. Nothing was done; send it again in a moment."
                        : "It waited too long for its turn. Nothing was done; send it again in a moment."));
                return false;
        }
    }

    private Problem Reduced(string detail) => new(ProblemKind.ReducedCapacity, detail) { RetryAfterSeconds = control.RetryAfterSeconds() };

    private static bool Streams(HttpContext context, Operation operation) =>
        operation.Streams && context.Request.Headers.Accept is { Count: 1 } accept && accept[0] == "text/event-stream";
}
