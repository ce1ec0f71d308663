using System.Diagnostics;
using System.Globalization;
using OrderActors.Client.Api;

namespace OrderActors.Tools.Bench.Cluster;

/// <summary>
/// Drives whole orders through running gateways: placed, accepted, ready, given a courier by dispatch, picked up, delivered.
/// Every acknowledgement goes into the <see cref="Ledger"/>. What fails is sent again with the same key.
/// </summary>
internal sealed class ClusterDriver : IDisposable
{
    /// <summary>Meals of each merchant at the start; the most the API takes.</summary>
    public const int Stock = 1_000_000;

    /// <summary>Refusals of one order after which its caller gives it up. A courier who was taken off explains one or two.</summary>
    private const int MostRefusals = 8;

    // How often an order is looked at while dispatch has not decided; and when it gets a courier of its own.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MostLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CourierMissing = TimeSpan.FromMilliseconds(500);

    private static readonly Point Place = new() { Latitude = 52.52, Longitude = 13.405 };

    private readonly ClusterPlan _plan;
    private readonly Gateways _gateways;
    private GatewayCaller[] _callers;
    private int _orders;
    private int _couriers;
    private long _delivered;
    private long _longestWaitTicks;

    /// <summary>A driver that has not begun.</summary>
    /// <param name="plan">How it drives.</param>
    /// <param name="connect">Makes the connections to a gateway; null for plain ones.</param>
    public ClusterDriver(ClusterPlan plan, Func<HttpMessageHandler>? connect = null)
    {
        plan.Validate();
        _plan = plan;
        _gateways = new Gateways(plan, connect ?? (() => new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(1) }));
        _callers = NewCallers();
    }

    /// <summary>What was acknowledged.</summary>
    public Ledger Ledger { get; } = new();

    /// <summary>How it is driven.</summary>
    public ClusterPlan Plan => _plan;

    /// <summary>Orders whose delivery was acknowledged so far.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>The longest that a ready order waited for its courier.</summary>
    public TimeSpan LongestWaitForCourier => TimeSpan.FromTicks(Interlocked.Read(ref _longestWaitTicks));

    /// <summary>The callers, with their counts.</summary>
    public IReadOnlyList<GatewayCaller> Callers => _callers;

    /// <summary>The id of a merchant.</summary>
    public string Merchant(int n) => Id('m', n);

    /// <summary>The id of a customer.</summary>
    public string Customer(int n) => Id('c', n);

    /// <summary>Counts from here on: requests, errors, times.</summary>
    public void BeginCounting() => (_callers, _longestWaitTicks) = (NewCallers(), 0);

    /// <summary>Makes merchants with menus, and couriers on duty.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await EachAsync(Enumerable.Range(0, _plan.Merchants), CreateMerchant, cancellationToken);
        await EachAsync(Enumerable.Range(0, _plan.InitialCouriers), (caller, n, ct) => AddCourier(caller, n % _plan.Zones, ct), cancellationToken);
    }

    /// <summary>Places and drives orders until told to stop; orders under way are then driven to their end.</summary>
    /// <param name="stop">Ends the placing.</param>
    /// <param name="cancellationToken">Ends everything.</param>
    public Task RunAsync(CancellationToken stop, CancellationToken cancellationToken) => Task.WhenAll(_callers.Select(caller => Task.Run(
        async () =>
        {
            // One at least, however late it begins.
            do
            {
                var n = Interlocked.Increment(ref _orders) - 1;
                var order = Ledger.Open(Id('o', n), n % _plan.Customers, n % _plan.Merchants, 1 + (n % 3));
                await TryDriveAsync(caller, order, cancellationToken);
            }
            while (!stop.IsCancellationRequested);
        },
        cancellationToken)));

    /// <summary>Takes up orders that were left on the way, and drives each to its end. Returns what stood in the way of the others.</summary>
    public async Task<IReadOnlyList<string>> FinishAsync(CancellationToken cancellationToken)
    {
        var obstacles = new List<string>();
        var left = Ledger.Orders.Where(order => order.Acknowledged < OrderStep.Delivered);
        await EachAsync(
            left,
            async (caller, order, ct) =>
            {
                if (await TryDriveAsync(caller, order, ct) is not { } obstacle) return;
                lock (obstacles) obstacles.Add(obstacle);
            },
            cancellationToken);
        return obstacles;
    }

    /// <summary>Does something for each item, all callers at once.</summary>
    public Task EachAsync<T>(IEnumerable<T> items, Func<GatewayCaller, T, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var queue = new System.Collections.Concurrent.ConcurrentQueue<T>(items);
        return Task.WhenAll(_callers.Select(caller => Task.Run(
            async () =>
            {
                while (queue.TryDequeue(out var item)) await act(caller, item, cancellationToken);
            },
            cancellationToken)));
    }

    public void Dispose() => _gateways.Dispose();

    private GatewayCaller[] NewCallers() =>
        [.. Enumerable.Range(0, _plan.Callers).Select(i => new GatewayCaller(_gateways, _plan.Patience, first: i))];

    /// <summary>Brings an order to its end; returns what stood in the way.</summary>
    private async Task<string?> TryDriveAsync(GatewayCaller caller, LedgerOrder order, CancellationToken cancellationToken)
    {
        try
        {
            return await DriveAsync(caller, order, cancellationToken);
        }
        catch (UnsettledException e)
        {
            return e.Message;
        }
    }

    private async Task<string?> DriveAsync(GatewayCaller caller, LedgerOrder order, CancellationToken cancellationToken)
    {
        var answer = order.Number is { } number
            ? await ReadAsync(caller, number, cancellationToken)
            : await PlaceAsync(caller, order, cancellationToken);
        for (var refusals = 0; ;)
        {
            if (!answer.Succeeded)
            {
                if (order.Number is null || ++refusals > MostRefusals) return $"order {order.Number ?? order.Key} was refused: {answer.Problem}";
                answer = await ReadAsync(caller, order.Number, cancellationToken);
                if (!answer.Succeeded) continue;
            }

            var seen = answer.Value;
            var before = order.Acknowledged;
            order.Note(seen);
            if (seen.StepOf() is null) return $"order {seen.Number} is {seen.Status}";
            if (seen.StepOf() == OrderStep.Delivered)
            {
                if (before < OrderStep.Delivered) Interlocked.Increment(ref _delivered);
                return null;
            }

            answer = await Next(caller, order, seen, cancellationToken);
        }
    }

    private Task<Answer<Order>> Next(GatewayCaller caller, LedgerOrder order, Order seen, CancellationToken cancellationToken)
    {
        var number = seen.Number;
        Task<Answer<Order>> Do(string what, Func<OrderActorsClient, CancellationToken, Task<Order>> ask) =>
            caller.Command($"POST /v1/{what}", ask, cancellationToken);
        return (seen.StepOf(), seen.Courier) switch
        {
            (OrderStep.Placed, _) => Do(
                $"orders/{number}/accept",
                (api, ct) => api.AcceptOrderAsync(number, new() { PreparationSeconds = 0 }, $"{order.Key}-accept", cancellationToken: ct)),
            (OrderStep.Accepted, _) => Do(
                $"orders/{number}/ready", (api, ct) => api.MarkOrderReadyAsync(number, new(), $"{order.Key}-ready", cancellationToken: ct)),
            (OrderStep.Ready, null) => WaitForCourier(caller, order, number, cancellationToken),
            (OrderStep.Ready, { } courier) => Do(
                $"deliveries/{number}/pickup",
                (api, ct) => api.PickUpAsync(number, new() { Courier = courier }, $"{order.Key}-pickup-{courier}", cancellationToken: ct)),
            _ => Do(
                $"deliveries/{number}/complete",
                (api, ct) => api.CompleteDeliveryAsync(number, new() { Courier = seen.Courier! }, $"{order.Key}-complete", cancellationToken: ct)),
        };
    }

    private static Task<Answer<Order>> ReadAsync(GatewayCaller caller, string number, CancellationToken cancellationToken) =>
        caller.Read($"GET /v1/orders/{number}", (api, ct) => api.GetOrderAsync(number, ct), cancellationToken);

    private Task<Answer<Order>> PlaceAsync(GatewayCaller caller, LedgerOrder order, CancellationToken cancellationToken)
    {
        var body = new PlaceOrderRequest
        {
            Customer = Customer(order.Customer),
            Merchant = Merchant(order.Merchant),
            Lines = [new() { Item = "meal", Quantity = order.Meals }, new() { Item = "drink", Quantity = 1 }],
            Total = new() { Amount = (900 * order.Meals) + 300, Currency = "EUR" },
            Dropoff = Place,
        };
        return caller.Command("POST /v1/orders", (api, ct) => api.PlaceOrderAsync(body, order.Key, cancellationToken: ct), cancellationToken);
    }

    private async Task<Answer<Order>> WaitForCourier(GatewayCaller caller, LedgerOrder order, string number, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var pause = Look;
        var helped = 0;
        while (true)
        {
            await Task.Delay(pause, cancellationToken);
            var answer = await ReadAsync(caller, number, cancellationToken);
            var waited = Stopwatch.GetElapsedTime(start);
            if (!answer.Succeeded) return answer;
            if (answer.Value.StepOf() != OrderStep.Ready || answer.Value.Courier is not null)
            {
                NoteWait(waited);
                return answer;
            }

            if (waited > _plan.Patience)
            {
                NoteWait(waited);
                throw new UnsettledException($"order {number} is ready, and dispatch found no courier in {waited.TotalSeconds:0.0} s");
            }

            if (waited > CourierMissing * (helped + 1))
            {
                // After a handover a courier is not free for minutes, unless the cluster runs with --Travel:DropoffService 00:00:00.
                helped++;
                await AddCourier(caller, order.Merchant % _plan.Zones, cancellationToken);
            }

            pause = pause + pause < MostLook ? pause + pause : MostLook;
        }
    }

    private async Task CreateMerchant(GatewayCaller caller, int n, CancellationToken cancellationToken)
    {
        var id = Merchant(n);
        var merchant = new CreateMerchantRequest
        {
            Id = id,
            Name = id,
            Zone = Id('z', n % _plan.Zones),
            Location = Place,
            Currency = "EUR",
            PreparationSeconds = 0,
        };
        Task<Answer<Merchant>> Do(string what, Func<OrderActorsClient, CancellationToken, Task<Merchant>> ask) =>
            caller.Command(what, ask, cancellationToken);
        Done(await Do("POST /v1/merchants", (api, ct) => api.CreateMerchantAsync(merchant, id, cancellationToken: ct)));
        var menu = new SetMenuRequest
        {
            Items = [new() { Id = "meal", Name = "Meal", Price = 900, Stock = Stock }, new() { Id = "drink", Name = "Drink", Price = 300 }],
        };
        Done(await Do($"PUT /v1/merchants/{id}/menu", (api, ct) => api.SetMenuAsync(id, menu, id + "-menu", cancellationToken: ct)));
        var open = new SetMerchantStatusRequest { Status = MerchantStatus.Open };
        Done(await Do($"PUT /v1/merchants/{id}/status", (api, ct) => api.SetMerchantStatusAsync(id, open, id + "-open", cancellationToken: ct)));
    }

    private async Task AddCourier(GatewayCaller caller, int zone, CancellationToken cancellationToken)
    {
        var id = Id('k', Interlocked.Increment(ref _couriers));
        Task<Answer<Courier>> Do(string what, Func<OrderActorsClient, CancellationToken, Task<Courier>> ask) =>
            caller.Command(what, ask, cancellationToken);
        var courier = new CreateCourierRequest { Id = id, Name = id, Zone = Id('z', zone), Capacity = 1 };
        Done(await Do("POST /v1/couriers", (api, ct) => api.CreateCourierAsync(courier, id, cancellationToken: ct)));
        var online = new SetDutyRequest { Status = DutyStatus.Online, Location = Place };
        Done(await Do($"PUT /v1/couriers/{id}/duty", (api, ct) => api.SetDutyAsync(id, online, id + "-online", cancellationToken: ct)));
    }

    private void NoteWait(TimeSpan waited)
    {
        var longest = Interlocked.Read(ref _longestWaitTicks);
        while (waited.Ticks > longest)
        {
            var seen = Interlocked.CompareExchange(ref _longestWaitTicks, waited.Ticks, longest);
            if (seen == longest) return;
            longest = seen;
        }
    }

    private string Id(char kind, int n) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{_plan.Run}-{n}");

    private static void Done<T>(Answer<T> answer)
        where T : class
    {
        if (!answer.Succeeded) throw new UnsettledException($"The bench's town cannot be made: {answer.Problem}");
    }
}
