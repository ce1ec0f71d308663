using Microsoft.AspNetCore.Http;
using OrderActors.Broadcast;
using OrderActors.Client.Http;

namespace OrderActors.Client.Feeds;

/// <summary>A page of events.</summary>
/// <param name="Data">CloudEvents 1.0 in JSON; in order within a source.</param>
/// <param name="NextCursor">Where to go on, also when there is nothing more now.</param>
/// <param name="HasMore">Whether there is more already.</param>
internal sealed record EventListResponse(CloudEventBody[] Data, string NextCursor, bool HasMore);

/// <summary>Events out: in pages, or as a stream.</summary>
internal sealed class EventRoutes(FeedTailer tailer, FeedOptions options, TimeProvider clock)
{
    private const int MostPagesRead = 8;

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        new Operation("listEvents", HttpMethods.Get, "/v1/events", Get,
            "Lists what happened, or streams it as it happens when Accept is text/event-stream.")
        {
            Callers = Callers.Everybody,
            Priority = Priority.NonCritical,
            Answer = GatewayJson.Wire.EventListResponse,
            Query = FeedRequest.Query,
            Streams = true,
        },
    ];

    /// <summary>GET /v1/events.</summary>
    public async Task Get(HttpContext context)
    {
        var request = FeedRequest.Read(context);
        await (WantsStream(context) ? Stream(context, request) : List(context, request));
    }

    private static bool WantsStream(HttpContext context)
    {
        foreach (var accept in context.Request.Headers.Accept)
        {
            if (accept?.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) == true) return true;
        }

        return false;
    }

    private async Task List(HttpContext context, FeedRequest request)
    {
        long[] position = [.. request.Position ?? await tailer.Feed.Oldest()];
        var (data, more) = (new List<CloudEventBody>(), true);
        for (var read = 0; read < MostPagesRead && more && data.Count < request.Limit; read++)
        {
            var page = await tailer.Feed.Read(new FeedQuery([.. position], FeedTailer.PageSize, TimeSpan.Zero, request.Partition));
            RequireKept(page, request);
            more = page.More;
            foreach (var e in page.Events)
            {
                if (data.Count == request.Limit)
                {
                    more = true;
                    break;
                }

                position[e.Partition] = e.Sequence;
                if (!request.Filter.Includes(e)) continue;
                data.Add(new(e.Json));
            }

            if (data.Count < request.Limit || !more) page.Position.CopyTo(position);
        }

        var answer = new EventListResponse([.. data], FeedCursor.Write(position, request.Partition), more);
        await Replies.Write(context, StatusCodes.Status200OK, answer, GatewayJson.Wire.EventListResponse);
    }

    private async Task Stream(HttpContext context, FeedRequest request)
    {
        if (!tailer.TryEnter())
            throw new RequestFault(ProblemKind.TooMany, $"{options.MaxReaders} readers stream events from this process already.");
        try
        {
            FeedPage? first = null;
            if (request.Position is { } position)
            {
                first = await tailer.Feed.Read(new FeedQuery(position, FeedTailer.PageSize, TimeSpan.Zero, request.Partition));
                RequireKept(first, request);
            }

            await EventStream.Run(context, tailer, options, clock, request, first);
        }
        finally
        {
            tailer.Leave();
        }
    }

    private static void RequireKept(FeedPage page, FeedRequest request)
    {
        if (page.Oldest.IsEmpty) return;
        var oldest = FeedCursor.Write(page.Oldest.AsSpan(), request.Partition);
        throw new RequestFault(
            ProblemKind.CursorExpired, "Events after this cursor are not kept any more. What is still there begins at the cursor that is allowed.",
            new ProblemError("cursor_expired", "The log begins later.", Parameter: "cursor", Allowed: [oldest]));
    }
}
