using System.Net;
using Xunit;

namespace OrderActors.Tests.Gateway.Feeds;

/// <summary>A stream over the death of the process that serves it.</summary>
public sealed class FeedKillTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_stream_goes_on_after_kill_9_with_every_event_once_and_in_order_of_its_source()
    {
        var seen = new List<Streamed>();
        string lastId;
        await using (var silo = await SiloProcess.Start(_data.Path))
        {
            using var api = new Api(silo.Url);
            var town = await Town.Open(api, autoAccept: true);
            using var source = new EventSource(silo.Url);
            await source.Connect("?cursor=" + (await api.Get("/v1/events?limit=1&type=settlement.*")).Expect(200)["next_cursor"]);
            var placing = Place(town, 60);
            try
            {
                while (await source.Next() is { } e)
                {
                    seen.Add(e);
                    if (seen.Count == 100) await silo.Kill();
                }
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                // The process is gone. What was read to its end counts, with the id that it came with.
            }

            lastId = seen[^1].Id;
            await placing;
        }

        await using var again = await SiloProcess.Start(_data.Path);
        using var later = new Api(again.Url);
        (await later.Post("/v1/couriers", new { id = "last", name = "Kim", zone = "last", capacity = 1 })).Expect(201);
        using var resumed = new EventSource(again.Url);
        Assert.Equal(HttpStatusCode.OK, await resumed.Connect("?cursor=" + lastId));
        while (await resumed.Next() is { } e)
        {
            seen.Add(e);
            if (e.Source == "/v1/couriers/last") break;
        }

        // Whatever the restart itself set going comes as well; what counts is that it agrees with the log.
        var all = await All(later);
        var ids = seen.Select(e => e.EventId).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        foreach (var source in seen.GroupBy(e => e.Source))
        {
            Assert.Equal(source.Select(e => e.Sequence).Order(StringComparer.Ordinal), source.Select(e => e.Sequence));
            var logged = all.Where(e => e.Source == source.Key).Select(e => e.Id).ToList();
            Assert.Equal(logged.Take(source.Count()), source.Select(e => e.EventId));
        }

        Assert.True(seen.Count > 100);
    }

    private static async Task Place(Town town, int orders)
    {
        try
        {
            for (var i = 0; i < orders; i++) await town.Place(town.Order(customer: $"c-{i % 10}"));
        }
        catch (Exception e) when (e is IOException or HttpRequestException or System.Text.Json.JsonException)
        {
            // The process is gone.
        }
    }

    private static async Task<List<(string Id, string Source)>> All(Api api)
    {
        var all = new List<(string, string)>();
        var cursor = "";
        for (var more = true; more;)
        {
            var page = (await api.Get("/v1/events?limit=200" + cursor)).Expect(200);
            all.AddRange(page.Json.GetProperty("data").EnumerateArray().Select(e => (e.GetProperty("id").GetString()!, e.GetProperty("source").GetString()!)));
            cursor = "&cursor=" + page["next_cursor"];
            more = page.Json.GetProperty("has_more").GetBoolean();
        }

        return all;
    }
}
