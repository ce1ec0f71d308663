using System.Collections.Immutable;
using System.Net;
using OrderActors.Broadcast;
using OrderActors.Client.Feeds;
using OrderActors.Silo.Hosting;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.Gateway.Feeds;

/// <summary>Events in pages and as a stream, over a log that a test writes as it likes.</summary>
public sealed class FeedTests : IAsyncLifetime
{
    private readonly ScriptedLog _log = new();
    private readonly ScriptedGrains _grains = new();
    private SiloApp? _app;
    private Api? _api;

    private Api Api => _api!;

    public async Task InitializeAsync()
    {
        _grains.Answer = _log.Answer;
        await Start();
    }

    private async Task Start(params string[] more) => (_app, _api) = await _grains.Start(
        ["--Feeds:MaxReaders", "8", "--Feeds:Heartbeat", "00:00:00.2", "--Feeds:WriteTimeout", "00:02:00", .. more]);

    public async Task DisposeAsync()
    {
        _api!.Dispose();
        await _app!.DrainAsync();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task The_bytes_of_a_stream_are_those_of_the_standard()
    {
        using var source = new EventSource(Api.Url);
        Assert.Equal(HttpStatusCode.OK, await source.Connect("?type=order.*"));
        Assert.Equal("retry: 3000", await source.Line());
        Assert.StartsWith("id: ", await source.Line(), StringComparison.Ordinal);
        Assert.Equal("", await source.Line());
        var e = _log.Append(7);
        var line = await source.Line();
        while (line is ": heartbeat" or "") line = await source.Line();
        long[] position = [.. Enumerable.Range(0, Shard.Count).Select(p => p == 7 ? 1L : 0)];
        Assert.Equal("id: " + FeedCursor.Write(position, null), line);
        Assert.Equal("event: order.created", await source.Line());
        Assert.Equal("data: " + e.Json, await source.Line());
        Assert.Equal("", await source.Line());
    }

    [Fact]
    public async Task A_reader_that_comes_back_misses_nothing_and_sees_nothing_twice()
    {
        using var source = new EventSource(Api.Url);
        await source.Connect();
        var (told, seen) = (new List<string>(), new List<string>());
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 20; i++) told.Add(_log.Append((i * 7) % Shard.Count).Id);
            while (seen.Count < told.Count - 5) seen.Add((await source.Next())!.EventId);
            await source.Connect();
        }

        while (seen.Count < told.Count) seen.Add((await source.Next())!.EventId);
        Assert.Equal(told.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_is_dropped_with_the_position_at_which_it_goes_on()
    {
        await DisposeAsync();
        await Start("--Feeds:MaxPages", "4");
        const int Events = 60;
        var padding = new string('x', 1_000_000);
        using var source = new EventSource(Api.Url);
        await source.Connect();
        var first = _log.Append(1, padding: padding);
        Assert.Equal(first.Id, (await source.Next())!.EventId);

        // Nobody reads; each event makes a page, because the next is written when its own was told.
        using var other = new EventSource(Api.Url);
        await other.Connect();
        for (var i = 0; i < Events; i++)
        {
            var e = _log.Append(1, padding: padding);
            Assert.Equal(e.Id, (await other.Next())!.EventId);
        }

        var seen = new List<string>();
        Streamed? last = null;
        while (await source.Next() is { } next)
        {
            last = next;
            if (next.Type == "order.created") seen.Add(next.EventId);
        }

        Assert.Equal("feed.dropped", last!.Type);
        Assert.InRange(seen.Count, 1, Events - 1);
        await source.Connect();
        while (seen.Count < Events) seen.Add((await source.Next())!.EventId);
        Assert.Equal(Enumerable.Range(2, Events).Select(i => $"evt_001{i:D12}"), seen);
    }

    [Fact]
    public async Task A_heartbeat_carries_the_position_past_what_the_reader_does_not_want()
    {
        using var source = new EventSource(Api.Url);
        await source.Connect("?merchant=m2");
        _log.Append(3);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var next = source.Next(patience.Token);
        long[] moved = [.. Enumerable.Range(0, Shard.Count).Select(p => p == 3 ? 1L : 0)];
        await Eventually.Get(() => Task.FromResult(source.LastId), id => id == FeedCursor.Write(moved, null), "the position moves on");
        Assert.True(source.Comments > 0);
        var wanted = _log.Append(3, merchant: "m2");
        Assert.Equal(wanted.Id, (await next)!.EventId);
    }

    [Fact]
    public async Task What_the_log_does_not_have_any_more_is_gone_and_the_answer_says_where_it_begins()
    {
        _log.Append(5);
        var cursor = (await Api.Get("/v1/events")).Expect(200)["next_cursor"]!;
        _log.Append(5);
        _log.Append(5);
        _log.Trim(5);
        var later = _log.Append(5);
        var gone = (await Api.Get("/v1/events?cursor=" + cursor)).ExpectProblem(410, "cursor_expired");
        var oldest = gone.Error.GetProperty("allowed")[0].GetString();
        var page = (await Api.Get("/v1/events?cursor=" + oldest)).Expect(200);
        Assert.Equal(later.Id, page.Json.GetProperty("data")[0].GetProperty("id").GetString());

        using var source = new EventSource(Api.Url);
        Assert.Equal(HttpStatusCode.Gone, await source.Connect("?cursor=" + cursor));
    }

    [Fact]
    public async Task Pages_have_each_event_once_whatever_their_size_and_filters_leave_out_the_others()
    {
        var told = Enumerable.Range(0, 30).Select(i => _log.Append(i % 4, merchant: i % 3 == 0 ? "m2" : "m1")).ToList();
        _log.Append(1, live: false);
        foreach (var limit in new[] { 1, 7, 200 })
        {
            var seen = new List<string?>();
            var cursor = "";
            for (var more = true; more;)
            {
                var page = (await Api.Get($"/v1/events?merchant=m2&limit={limit}{cursor}")).Expect(200);
                seen.AddRange(page.Json.GetProperty("data").EnumerateArray().Select(e => e.GetProperty("id").GetString()));
                cursor = "&cursor=" + page["next_cursor"];
                more = page.Json.GetProperty("has_more").GetBoolean();
            }

            Assert.Equal(told.Where(e => e.Merchant == "m2").Select(e => e.Id).Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Too_many_readers_and_what_is_no_filter_are_refused()
    {
        var readers = Enumerable.Range(0, 8).Select(_ => new EventSource(Api.Url)).ToList();
        foreach (var reader in readers) Assert.Equal(HttpStatusCode.OK, await reader.Connect());
        using (var ninth = new EventSource(Api.Url)) Assert.Equal(HttpStatusCode.TooManyRequests, await ninth.Connect());
        readers.ForEach(reader => reader.Dispose());
        (await Api.Get("/v1/events?type=order.invented")).ExpectProblem(400, "malformed").ExpectFault("unknown_value");
        (await Api.Get("/v1/events?order=12")).ExpectProblem(400, "malformed").ExpectFault("invalid_order_number");
        (await Api.Get("/v1/events?cursor=AQAA")).ExpectProblem(400, "malformed").ExpectFault("invalid_cursor");
        (await Api.Get("/v1/events?colour=red")).ExpectProblem(400, "malformed").ExpectFault("unknown_parameter");
        (await Api.Get("/v1/events?limit=0")).ExpectProblem(400, "malformed").ExpectFault("out_of_range");
    }

    [Fact]
    public void A_cursor_reads_as_it_was_written_and_nothing_else_reads_as_one()
    {
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            long[] position = [.. Enumerable.Range(0, Shard.Count).Select(_ => random.Next(3) == 0 ? 0 : random.NextInt64(1L << random.Next(1, 62)))];
            Assert.Equal(position, FeedCursor.Read(FeedCursor.Write(position, null), null)!.Value);
            var one = FeedCursor.Write(position, i % Shard.Count);
            Assert.Equal(position[i % Shard.Count], FeedCursor.Read(one, i % Shard.Count)!.Value[i % Shard.Count]);
            Assert.Null(FeedCursor.Read(one, (i + 1) % Shard.Count));
            Assert.Null(FeedCursor.Read(one, null));
            var noise = new byte[random.Next(0, 200)];
            random.NextBytes(noise);
            _ = FeedCursor.Read(System.Buffers.Text.Base64Url.EncodeToString(noise), i % Shard.Count);
        }
    }
}
