using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Broadcast;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Tools.Bench.Deadlines;

/// <summary>
/// Orders that wait for their merchant's answer, written straight into a journal with their events, as the order grain writes
/// them: one is placed through the lifecycle, and the others are the same under other numbers and times.
/// </summary>
internal static class WaitingOrders
{
    /// <summary>Writes or reads under way at the same time.</summary>
    private const int Concurrency = 2_000;

    /// <summary>Merchants that the orders are spread over.</summary>
    private const int Merchants = 1_000;

    /// <summary>The policy of the orders: a moved deadline is due when its goods are ready, and this little later.</summary>
    public static readonly OrderPolicy Policy = new() { Collection = TimeSpan.FromSeconds(1) };

    /// <summary>The merchant of an order.</summary>
    public static string Merchant(int n) => $"merchant-{n % Merchants:D4}";

    /// <summary>Sets all deadlines.</summary>
    public static async Task WriteAsync(string folder, DeadlinePlan plan)
    {
        await using var journal = Open(folder);
        // The log keeps what a subscriber that it knows of has not passed.
        for (var partition = 0; partition < Shard.Count; partition++) await journal.SetCursorAsync("deadlines", partition, 0);
        var pattern = Placed();
        await ForEachAsync(plan.Orders, n => journal.WriteStateAsync("state", Key(n), new Cell { State = Of(pattern, n, plan.Due(n)) }));
    }

    /// <summary>Reads every order as it is stored.</summary>
    public static async Task ReadAsync(string folder, int orders, Action<int, OrderState> look)
    {
        await using var journal = Open(folder);
        await ForEachAsync(orders, async n =>
        {
            var cell = new Cell();
            await journal.ReadStateAsync("state", Key(n), cell);
            look(n, cell.State);
        });
    }

    private static GrainId Key(int n) => GrainId.Create("order", DeadlinePlan.Number(n).ToString());

    private static JournalStore Open(string folder) => JournalStore.Open(
        new JournalOptions { Folder = folder }, new JsonStateSerializer(StoredJson.Options), new RaisedEvents(), TimeProvider.System,
        NullLogger<JournalStore>.Instance);

    private static async Task ForEachAsync(int count, Func<int, Task> act)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Concurrency, count)).Select(_ => Task.Run(async () =>
        {
            for (var n = Interlocked.Increment(ref next); n < count; n = Interlocked.Increment(ref next)) await act(n);
        })));
    }

    /// <summary>An order of the kind pickup, which needs no courier: what is measured is deadlines, not dispatch.</summary>
    private static OrderState Placed()
    {
        var (number, at) = (DeadlinePlan.Number(0), DateTimeOffset.UnixEpoch);
        var by = new Actor(Role.Customer, "customer-1");
        var total = new Money(1_500, "EUR");
        ImmutableArray<PricedLine> lines = [new("meal", "Meal", 1, 900), new("drink", "Drink", 2, 300)];
        var received = OrderLifecycle.Decide(
            new(), new PlaceOrder("place", by, by.Id, Merchant(0), [new("meal", 1), new("drink", 2)], total, default, Kind: OrderKind.Pickup),
            new(number, new()), Policy, at).State;
        var terms = new Reservation(lines, total, "zone-1", new(52.52, 13.405), TimeSpan.FromMinutes(12), AutoAccept: false);
        return OrderLifecycle.Decide(received, new CompletePlacing(terms, null, null, null), new(number), Policy, at).State;
    }

    private static OrderState Of(OrderState pattern, int n, DateTimeOffset due)
    {
        var (number, at) = (DeadlinePlan.Number(n), due - Policy.Acceptance);
        ImmutableArray<Deadline> deadlines = [new(DeadlineKind.Acceptance, due)];
        var created = (OrderEvent)pattern.Raised[^1];
        return pattern with
        {
            Number = number,
            Merchant = Merchant(n),
            CreatedAt = at,
            Deadlines = deadlines,
            Timeline = [.. pattern.Timeline.Select(entry => entry with { At = at })],
            Raised = [created with { At = at, Order = number, Merchant = Merchant(n), PlacedAt = at, Deadlines = deadlines }],
        };
    }

    private sealed class Cell : IGrainState<OrderState>
    {
        public OrderState State { get; set; } = new();

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }
}
