using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OrderActors.Broadcast;
using static OrderActors.Client.Feeds.FeedTailer;

namespace OrderActors.Client.Feeds;

/// <summary>
/// One reader of events over server-sent events. Each event carries the whole position as its id, so that a reader who comes back with
/// the last id it saw goes on exactly there.
/// </summary>
internal sealed class EventStream
{
    private static readonly byte[] Beat = ": heartbeat\n"u8.ToArray();

    private readonly HttpContext _context;
    private readonly FeedTailer _tailer;
    private readonly FeedOptions _options;
    private readonly TimeProvider _clock;
    private readonly FeedRequest _request;
    private readonly PipeWriter _out;
    private readonly long[] _position;
    private string? _told;

    private EventStream(HttpContext context, FeedTailer tailer, FeedOptions options, TimeProvider clock, FeedRequest request, ImmutableArray<long> position)
    {
        (_context, _tailer, _options, _clock, _request) = (context, tailer, options, clock, request);
        _out = context.Response.BodyWriter;
        _position = [.. position];
    }

    /// <summary>Streams until the reader goes, is too slow, or the stream's time is over.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tailer">Where events come from.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="clock">The time.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="first">The first page after the reader's position, which the log still has; null from now on.</param>
    public static async Task Run(HttpContext context, FeedTailer tailer, FeedOptions options, TimeProvider clock, FeedRequest request, FeedPage? first)
    {
        var stream = new EventStream(context, tailer, options, clock, request, request.Position ?? await tailer.Feed.Heads());
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        stream.Write(string.Create(CultureInfo.InvariantCulture, $"retry: {(long)options.Retry.TotalMilliseconds}\n"));
        stream.WritePosition();
        if (first is not null) stream.Take(first);
        if (await stream.Flush()) await stream.Follow();
    }

    private async Task Follow()
    {
        var began = _clock.GetTimestamp();
        if (!await CatchUp(until: null)) return;
        using var subscription = await _tailer.SubscribeAsync();

        // What came before the subscription began, so that nothing is missing between.
        if (!await CatchUp(subscription.Position)) return;
        var aborted = _context.RequestAborted;
        using var heartbeats = new PeriodicTimer(_options.Heartbeat, _clock);
        var beat = heartbeats.WaitForNextTickAsync(aborted).AsTask();
        var news = subscription.Pages.WaitToReadAsync(aborted).AsTask();
        while (true)
        {
            await Task.WhenAny(news, beat);
            if (news.IsCompleted)
            {
                if (!await news) break;
                while (subscription.Pages.TryRead(out var page))
                {
                    Take(page);
                    if (!await Flush()) return;
                }

                news = subscription.Pages.WaitToReadAsync(aborted).AsTask();
            }

            if (beat.IsCompleted)
            {
                await beat;
                _out.Write(Beat);
                WritePosition();
                if (!await Flush()) return;
                if (_clock.GetElapsedTime(began) >= _options.MaxAge)
                {
                    await Close("closing", "the stream's time is over");
                    return;
                }

                beat = heartbeats.WaitForNextTickAsync(aborted).AsTask();
            }
        }

        await (subscription.Ended == SubscriptionEnd.Closing ? Close("closing", "the server is stopping") : Close("dropped", "the reader was too slow"));
    }

    /// <summary>Reads on from the log itself, to its end or at least to a position; false when the reader went.</summary>
    private async Task<bool> CatchUp(ImmutableArray<long>? until)
    {
        while (until is not { } goal || IsBehind(goal))
        {
            var page = await _tailer.Feed.Read(new FeedQuery([.. _position], PageSize, TimeSpan.Zero, _request.Partition));
            if (!page.Oldest.IsEmpty)
            {
                await Close("expired", "the log does not reach back so far any more");
                return false;
            }

            Take(page);
            if (!await Flush()) return false;
            if (until is null && !page.More) return true;
        }

        return true;
    }

    private bool IsBehind(ImmutableArray<long> goal)
    {
        if (_request.Partition is { } only) return _position[only] < goal[only];
        for (var partition = 0; partition < _position.Length; partition++)
        {
            if (_position[partition] < goal[partition]) return true;
        }

        return false;
    }

    private void Take(FeedPage page)
    {
        foreach (var e in page.Events)
        {
            // From the log or from the tailer, whichever came first.
            if (e.Sequence <= _position[e.Partition]) continue;
            _position[e.Partition] = e.Sequence;
            if (_request.Partition is { } only && e.Partition != only) continue;
            if (_request.Filter.Includes(e)) WriteEvent(e);
        }

        // Beyond the last event are only those that are not told.
        for (var partition = 0; partition < _position.Length; partition++)
            _position[partition] = Math.Max(_position[partition], page.Position[partition]);
    }

    private void WriteEvent(FeedEvent e)
    {
        Write("id: ");
        Write(Cursor());
        Write("\nevent: ");
        Write(e.Type);
        Write("\ndata: ");
        Write(e.Json);
        Write("\n\n");
    }

    /// <summary>The position without an event: a reader keeps it, and tells nobody.</summary>
    private void WritePosition()
    {
        var cursor = Cursor();
        if (cursor != _told)
        {
            Write("id: ");
            Write(cursor);
            Write("\n");
        }

        Write("\n");
        _told = cursor;
    }

    private async Task Close(string name, string why)
    {
        Write($"id: {Cursor()}\nevent: feed.{name}\ndata: {{\"reason\":\"{why}\"}}\n\n");
        await Flush();
    }

    private string Cursor() => FeedCursor.Write(_position, _request.Partition);

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _out);

    /// <summary>Sends what was written; false when the reader went, or takes nothing.</summary>
    private async ValueTask<bool> Flush()
    {
        var flush = _out.FlushAsync(_context.RequestAborted);
        if (flush.IsCompletedSuccessfully) return !flush.Result.IsCompleted;
        try
        {
            return !(await flush.AsTask().WaitAsync(_options.WriteTimeout, _clock)).IsCompleted;
        }
        catch (TimeoutException)
        {
            // Nothing can be told to somebody who does not listen. The last id that it saw is where it goes on.
            _context.Abort();
            return false;
        }
    }
}
