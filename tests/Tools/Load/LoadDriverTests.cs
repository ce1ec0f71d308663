using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrderActors.Client.Http;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Http;
using OrderActors.Tools.Load.Measuring;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tests.Tools.Load;

/// <summary>The generator tells the truth about a server that does not.</summary>
public class LoadDriverTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_stalls_cannot_hide_those_who_would_have_waited(bool byHttpClient)
    {
        var stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await Serve(_ => stalled.Task);
        var plan = new LoadPlan(Url(server), Stage.ParseAll("1s@200"))
        {
            Connections = 4,
            Waiting = 50,
            AtRandom = false,
            ByHttpClient = byHttpClient,
            Timeout = TimeSpan.FromMinutes(2),
        };

        // Until all have come, and for a moment more, nobody is answered; then everybody at once.
        var (looks, before) = (new Looks(), 0);
        using var driver = new LoadDriver(plan, looks, _ =>
        {
            var asked = looks.Asked;
            if (asked == 199 && before == asked) stalled.TrySetResult();
            before = asked;
        });
        var all = (await driver.RunAsync(CancellationToken.None)).Measurements.Sum();
        Assert.Equal((54L, 199L), (all[Outcome.Ok], all.Total));
        Assert.Equal(all.Total - 54, all[Outcome.Dropped]);

        // Those who came first waited longest; a generator that waits with them would have asked four times, and measured four waits.
        Assert.InRange(all.Admitted.Percentile(0.5), 600_000, 60_000_000);
    }

    [Fact]
    public async Task Answers_are_told_apart_by_what_they_mean()
    {
        int[] statuses = [200, 404, 429, 503, 500];
        var n = -1;
        await using var server = await Serve(async context =>
        {
            context.Response.StatusCode = statuses[Interlocked.Increment(ref n) % statuses.Length];
            if (context.Response.StatusCode == 404) await context.Response.WriteAsync("""{"code":"not_found","detail":"There is no order."}""");
        });
        using var driver = new LoadDriver(new LoadPlan(Url(server), Stage.ParseAll("500ms@burst:50")) { Connections = 1 }, new Looks());
        var result = await driver.RunAsync(CancellationToken.None);
        var all = result.Measurements.Sum();
        Assert.Equal((10L, 10L, 20L, 10L, 0L), (all[Outcome.Ok], all[Outcome.Refused], all[Outcome.Shed], all[Outcome.Failed], all[Outcome.Dropped]));
        Assert.Equal((20L, 0.2), (all.Admitted.Count, all.Success));
        Assert.Contains(("look", "404 not_found", 10L, "There is no order."), result.Measurements.Codes);
    }

    [Fact]
    public async Task An_answer_that_never_comes_is_given_up_and_a_server_that_is_gone_is_noticed()
    {
        await using var server = await Serve(context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted));
        var plan = new LoadPlan(Url(server), Stage.ParseAll("100ms@burst:3")) { Connections = 3, Timeout = TimeSpan.FromMilliseconds(10) };
        using (var driver = new LoadDriver(plan, new Looks()))
        {
            var result = await driver.RunAsync(CancellationToken.None);
            Assert.Equal(("look", "no answer in time", 3L, ""), result.Measurements.Codes.Single());
        }

        await server.StopAsync();
        using var again = new LoadDriver(plan with { Timeout = TimeSpan.FromMinutes(1) }, new Looks());
        Assert.Equal(("look", "connection broken", 3L, ""), (await again.RunAsync(CancellationToken.None)).Measurements.Codes.Single());
    }

    [Fact]
    public async Task Without_a_rate_it_finds_one_and_goes_on_with_a_part_of_it()
    {
        await using var server = await Serve(_ => Task.CompletedTask);
        using var driver = new LoadDriver(new LoadPlan(Url(server), Stage.ParseAll("500ms@max,500ms@0.1x")) { Connections = 4 }, new Looks());
        var result = await driver.RunAsync(CancellationToken.None);
        Assert.Equal(result.Measurements.Sum(0)[Outcome.Ok] / 0.5 * 0.1, result.Stages[1].Rate, tolerance: result.Stages[1].Rate * 0.01 + 1);
        Assert.Equal(result.Measurements.Sum().Total, result.Measurements.Sum()[Outcome.Ok]);

        // Four connections that always send again are four in the system: what leaves it is what the law says.
        Assert.Equal(4, result.Stages[0].Concurrency, tolerance: 0.2);
    }

    private static Uri Url(WebApplication server) => new(server.Urls.First());

    private static async Task<WebApplication> Serve(RequestDelegate handle)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return app;
    }

    private sealed class Looks : ITraffic
    {
        private int _asked;

        public IReadOnlyList<OperationKind> Operations { get; } = [new("look", Priority.Critical)];

        public int Asked => Volatile.Read(ref _asked);

        public int Next()
        {
            Interlocked.Increment(ref _asked);
            return 0;
        }

        public void Write(int operation, RequestWriter request, Ticket ticket) => request.Path.Add("/look"u8);

        public void Settle(Ticket ticket, int status, ReadOnlySpan<byte> body)
        {
        }
    }
}
