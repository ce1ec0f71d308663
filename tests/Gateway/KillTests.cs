using System.Collections.Concurrent;
using System.Text.Json;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>A process that dies in the middle of its work: what was acknowledged is there, and nothing is there twice.</summary>
public sealed class KillTests : IDisposable
{
    private const int Clients = 16;
    private const int KillAfter = 400;
    private const int MostCakes = 5;
    private const int Stock = 100_000;
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task After_kill_9_under_load_the_ledger_agrees()
    {
        var ledger = new ConcurrentDictionary<string, Entry>();
        Town town;
        await using (var silo = await SiloProcess.Start(_data.Path))
        {
            using var api = new Api(silo.Url);
            town = await Town.Open(api);
            (await api.Put($"/v1/customers/{town.Customer}/limit", new { max_open_orders = 1000 })).Expect(200);
            var items = new[] { new { id = "cake", name = "Cake", price = 450, stock = Stock } };
            (await api.Put($"/v1/merchants/{town.Merchant}/menu", new { items })).Expect(200);
            var acknowledged = 0;
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var clients = Enumerable.Range(0, Clients).Select(_ => Work(api, town, ledger, () =>
            {
                if (Interlocked.Increment(ref acknowledged) == KillAfter) enough.TrySetResult();
            })).ToArray();
            // A client that ends before its time was refused something, and says what.
            await await Task.WhenAny([enough.Task, .. clients]);
            Assert.True(enough.Task.IsCompleted, "A client ended before its time.");
            await silo.Kill();
            await Task.WhenAll(clients);
        }

        Assert.Contains(ledger.Values, e => e.Pending);
        await using var again = await SiloProcess.Start(_data.Path);
        using var later = new Api(again.Url);

        // Before anything new is asked for: every accept that was acknowledged has reached dispatch through the event log.
        var accepts = ledger.Values.Where(e => !e.Pending).Select(e => e.Number).ToHashSet();
        Assert.NotEmpty(accepts);
        await Eventually.Get(
            () => later.Get("/v1/zones/" + town.Zone), a => accepts.IsSubsetOf(Waiting(a)), "the zone has every order whose accept was acknowledged");

        // And every order that was acknowledged has its cakes, at most those that were never answered have theirs too.
        var acknowledgedCakes = ledger.Values.Where(e => e.Number is not null).Sum(e => e.Quantity);
        Assert.InRange(Stock - await town.With(later).Cakes(), acknowledgedCakes, ledger.Values.Sum(e => e.Quantity));
        foreach (var (key, entry) in ledger)
        {
            if (entry.Number is { } number)
            {
                // The acknowledged status, or the one that was asked for when the lights went out.
                var status = (await later.Get("/v1/orders/" + number)).Expect(200)["status"];
                Assert.True(status == entry.Status || (entry.Pending && status == "preparing"), $"{number} was {entry.Status} and is {status}");
                if (entry.Pending) (await later.Post($"/v1/orders/{number}/accept", null, "accept-" + key)).Expect(200);
            }
            else
            {
                // Nobody knows what became of it; the same key finds out, and does it if it was not done.
                entry.Number = (await later.Post("/v1/orders", town.Order("cake", entry.Quantity), key)).Expect(201)["number"];
            }
        }

        var numbers = ledger.Values.Select(e => e.Number).ToHashSet();
        Assert.Equal(ledger.Count, numbers.Count);
        Assert.Equal(ledger.Values.Sum(e => e.Quantity), Stock - await town.With(later).Cakes());
        Assert.Equal(numbers, await All(later, $"/v1/orders?customer={town.Customer}"));
        await Eventually.Get(
            () => later.Get("/v1/merchants/" + town.Merchant), a => a["open_orders"] == $"{ledger.Count}", "the merchant has each order open once");
        // Those that were accepted, before the kill or after, wait for a courier: each once, and nothing else does.
        var accepted = new List<string?>();
        foreach (var number in numbers)
        {
            if ((await later.Get("/v1/orders/" + number)).Expect(200)["status"] == "preparing") accepted.Add(number);
        }

        accepted.Sort(StringComparer.Ordinal);
        await Eventually.Get(
            () => later.Get("/v1/zones/" + town.Zone), a => Waiting(a).Order(StringComparer.Ordinal).SequenceEqual(accepted),
            $"the zone has each of {accepted.Count} accepted orders waiting once");
        foreach (var number in numbers)
        {
            var timeline = (await later.Get($"/v1/orders/{number}/timeline")).Expect(200).Json.GetProperty("data");
            var types = timeline.EnumerateArray().Select(e => e.GetProperty("type").GetString()).ToArray();
            Assert.Equal(types.Distinct(), types);
        }
    }

    private static async Task Work(Api api, Town town, ConcurrentDictionary<string, Entry> ledger, Action acknowledged)
    {
        try
        {
            while (true)
            {
                var key = Api.NewKey();
                var entry = ledger[key] = new Entry { Pending = true, Quantity = 1 + (ledger.Count % MostCakes) };
                entry.Number = (await api.Post("/v1/orders", town.Order("cake", entry.Quantity), key)).Expect(201)["number"];
                entry.Status = "awaiting_merchant";
                acknowledged();
                (await api.Post($"/v1/orders/{entry.Number}/accept", null, "accept-" + key)).Expect(200);
                (entry.Status, entry.Pending) = ("preparing", false);
                acknowledged();
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            // The process is gone. What this client waited for is marked as pending.
        }
    }

    private static IEnumerable<string?> Waiting(Answer zone) =>
        zone.Expect(200).Json.GetProperty("waiting").EnumerateArray().Select(w => w.GetProperty("order").GetString());

    private static async Task<HashSet<string?>> All(Api api, string list)
    {
        var numbers = new HashSet<string?>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await api.Get($"{list}&limit=200{(cursor.Length == 0 ? "" : "&cursor=" + cursor)}")).Expect(200);
            foreach (var number in Town.Numbers(page.Json)) Assert.True(numbers.Add(number), $"{number} is listed twice");
            cursor = page["next_cursor"];
        }

        return numbers;
    }

    private sealed class Entry
    {
        public required int Quantity { get; init; }

        public string? Number { get; set; }

        public string? Status { get; set; }

        /// <summary>Whether a request about it was never answered.</summary>
        public bool Pending { get; set; }
    }
}
