using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace OrderActors.Tools.Bench.Intake;

/// <summary>The steps of <c>bench intake</c>.</summary>
/// <param name="silo">The platform.</param>
/// <param name="caller">Speaks to it.</param>
/// <param name="orders">How many orders.</param>
/// <param name="progress">Where it says how it gets on.</param>
internal sealed class IntakeRun(KillableSilo silo, IntakeCaller caller, int orders, TextWriter progress)
{
    private const int BatchSize = 1_000;

    /// <summary>Requests under way at once.</summary>
    private const int Pushers = 4;

    /// <summary>Merchants that the orders are spread over: so many that none is hot.</summary>
    private const int Merchants = 100;

    /// <summary>Orders of one customer: fewer than may be open at once.</summary>
    private const int PerCustomer = 10;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public KillableSilo Silo => silo;

    public int Orders => orders;

    public int Kills { get; private set; }

    public int SentAgain => caller.SentAgain;

    /// <summary>Orders acknowledged a second, without the time from the kill to the first acknowledgement after it.</summary>
    public double AcceptedPerSecond { get; private set; }

    private int Batches => (orders + BatchSize - 1) / BatchSize;

    private int Customers => Math.Max(1, orders / PerCustomer);

    /// <summary>Starts the platform and opens the merchants.</summary>
    public async Task OpenTownAsync()
    {
        await silo.StartAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, Merchants), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (m, _) =>
        {
            var location = new { latitude = 52.52, longitude = 13.405 };
            var merchant = new { id = Merchant(m), name = "Kitchen", zone = $"z{m}", currency = "EUR", location };
            var items = new[] { new { id = "meal", name = "Meal", price = 900 } };
            using var made = await caller.PostAsync("/v1/merchants", $"merchant-{m}", merchant);
            using var menu = await caller.PutAsync($"/v1/merchants/{Merchant(m)}/menu", new { items });
            using var open = await caller.PutAsync($"/v1/merchants/{Merchant(m)}/status", new { status = "open" });
        });
    }

    /// <summary>Pushes all orders, with a kill when nearly half of them are acknowledged; returns the receipts.</summary>
    public async Task<string[]> PushAsync()
    {
        await progress.WriteLineAsync($"pushing {orders:N0} orders in {Batches:N0} requests …");
        var receipts = new string[Batches];
        var (next, done) = (-1, 0);
        var (clock, firstBack) = (Stopwatch.StartNew(), 0.0);
        var half = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pushing = Task.WhenAll(Enumerable.Range(0, Pushers).Select(_ => Task.Run(async () =>
        {
            for (var b = Interlocked.Increment(ref next); b < receipts.Length; b = Interlocked.Increment(ref next))
            {
                using var answer = await caller.PostAsync("/v1/intake/orders", $"batch-{b}", Body(b));
                receipts[b] = answer.RootElement.GetProperty("id").GetString()!;
                if (Kills > 0) Interlocked.CompareExchange(ref firstBack, clock.Elapsed.TotalSeconds, 0);
                if (Interlocked.Increment(ref done) >= receipts.Length * 2 / 5) half.TrySetResult();
            }
        })));
        await Task.WhenAny(half.Task, pushing);
        var killed = clock.Elapsed.TotalSeconds;
        await KillAsync();
        await pushing;
        AcceptedPerSecond = orders / (clock.Elapsed.TotalSeconds - (firstBack > 0 ? firstBack - killed : 0));
        return receipts;
    }

    /// <summary>
    /// Sets the rate and waits until nothing is left, with a kill when nearly half is drained. Says when the rate was set, when the
    /// platform was killed, and when it was ready again.
    /// </summary>
    public async Task<(DateTimeOffset Set, DateTimeOffset Killed, DateTimeOffset Back)> DrainAsync(int rate)
    {
        await progress.WriteLineAsync($"draining at {rate:N0} a second …");
        using (await caller.PutAsync("/v1/operations/intake", new { rate, reason = "bench" }))
        {
        }

        var set = Now;
        await UntilBacklogAsync(orders * 3L / 5);
        var killed = Now;
        await KillAsync();
        var back = Now;
        await UntilBacklogAsync(0);
        return (set, killed, back);
    }

    /// <summary>Asks receipts and merchants what there is; says what is lost, what is too much, and when each order was placed.</summary>
    public async Task<(int Lost, int Doubled, List<DateTimeOffset> Placed)> CountAsync(string[] receipts)
    {
        await progress.WriteLineAsync("counting …");
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        var twice = 0;
        foreach (var receipt in receipts)
        {
            await PagesAsync($"/v1/intake/receipts/{receipt}?status=placed&limit=200", outcome =>
            {
                if (!numbers.Add(outcome.GetProperty("number").GetString()!)) twice++;
            });
        }

        var found = 0;
        var placed = new List<DateTimeOffset>(orders);
        for (var m = 0; m < Merchants; m++)
        {
            await PagesAsync($"/v1/orders?merchant={Merchant(m)}&limit=200", order =>
            {
                placed.Add(order.GetProperty("created_at").GetDateTimeOffset());
                if (numbers.Contains(order.GetProperty("number").GetString()!)) found++;
            });
        }

        placed.Sort();
        return (orders - found, twice + (placed.Count - found), placed);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static string Merchant(int m) => string.Create(CultureInfo.InvariantCulture, $"m{m:D3}");

    private async Task KillAsync()
    {
        Kills++;
        silo.Kill();
        await progress.WriteLineAsync("killed; starting again …");
        await silo.StartAsync();
    }

    private async Task UntilBacklogAsync(long most)
    {
        while (true)
        {
            using var view = await caller.GetAsync("/v1/operations/intake");
            // One that does not answer may have a backlog.
            var all = view.RootElement.GetProperty("partitions").EnumerateArray().All(p => p.GetProperty("answers").GetBoolean());
            if (all && view.RootElement.GetProperty("backlog").GetInt64() <= most) return;
            await Task.Delay(Look);
        }
    }

    private async Task PagesAsync(string path, Action<JsonElement> look)
    {
        for (string? cursor = "", next; cursor is not null; cursor = next)
        {
            using var page = await caller.GetAsync(cursor.Length == 0 ? path : $"{path}&cursor={Uri.EscapeDataString(cursor)}");
            foreach (var item in page.RootElement.GetProperty("data").EnumerateArray()) look(item);
            next = page.RootElement.TryGetProperty("next_cursor", out var text) ? text.GetString() : null;
        }
    }

    private byte[] Body(int batch)
    {
        var first = batch * BatchSize;
        var count = Math.Min(BatchSize, orders - first);
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            orders = Enumerable.Range(first, count).Select(n => new
            {
                customer = string.Create(CultureInfo.InvariantCulture, $"c{n % Customers}"),
                merchant = Merchant(n % Merchants),
                lines = new[] { new { item = "meal", quantity = 1 } },
                total = new { amount = 900, currency = "EUR" },
                dropoff = new { latitude = 52.53, longitude = 13.42 },
            }),
        });
    }
}
