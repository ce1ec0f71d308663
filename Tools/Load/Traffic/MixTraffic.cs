using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Http;
using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tools.Load.Traffic;

/// <summary>
/// Customers, merchants and couriers at the same time. What is paid, accepted or delivered was placed before in the same run; an arrival
/// that finds no order for its step places one instead.
/// </summary>
internal sealed class MixTraffic : ITraffic
{
    private const int PoolSize = 100_000;

    private readonly Town _town;
    private readonly Mix _mix;
    private readonly MerchantChoice _merchants;
    private readonly double _cardShare;
    private readonly OrderPool _recent = new(PoolSize);
    private readonly OrderPool _unpaid = new(PoolSize);
    private readonly OrderPool _placed = new(PoolSize);
    private readonly OrderPool _accepted = new(PoolSize);
    private readonly OrderPool _ready = new(PoolSize);
    private readonly OrderPool _awaitingCourier = new(PoolSize, oldestFirst: true);
    private readonly OrderPool _given = new(PoolSize);
    private readonly OrderPool _carried = new(PoolSize);
    private int _orders;
    private int _commands;

    /// <param name="town">Whose orders.</param>
    /// <param name="mix">How much of what.</param>
    /// <param name="skew">How unevenly orders go to merchants; see <see cref="MerchantChoice"/>.</param>
    public MixTraffic(Town town, Mix mix, double skew)
    {
        _town = town;
        _mix = mix;
        _merchants = new(town.Merchants, skew);

        // As many orders wait for their payment as are going to be paid.
        _cardShare = mix[Act.Place] == 0 ? 0 : Math.Min(1, mix[Act.Pay] / mix[Act.Place]);
    }

    public IReadOnlyList<OperationKind> Operations => Mix.Operations;

    /// <summary>How many orders wait for their merchant.</summary>
    public int Waiting => _placed.Count;

    /// <summary>Places orders until so many wait for their merchant, or their number stops growing.</summary>
    public async Task FillAsync(LoadPlan load, int orders, CancellationToken cancellationToken)
    {
        var (before, placing) = (-1, new Placing(this));
        while (Waiting < orders && Waiting > before)
        {
            before = Waiting;
            using var driver = new LoadDriver(load with { Stages = [new(TimeSpan.FromSeconds(1), StageKind.Max, 0)], TargetProcess = null }, placing);
            await driver.RunAsync(cancellationToken);
        }
    }

    public int Next() => _mix.Choose(Random.Shared.NextDouble());

    public void Write(int operation, RequestWriter request, Ticket ticket)
    {
        ticket.Order = null;
        switch ((Act)operation)
        {
            case Act.List:
                request.Path.Add("/v1/orders?limit=20&customer=c-"u8).Add(_town.Run).Add("-"u8).Add(AnyCustomer());
                return;
            case Act.Price:
                WritePrice(request);
                return;
            case Act.Track when _awaitingCourier.TryTake(out var waiting):
                ticket.Order = waiting;
                WriteLook(request, waiting, "");
                return;
            case Act.Track when _recent.TryLook(out var recent):
                WriteLook(request, recent, "");
                return;
            case Act.Timeline when _recent.TryLook(out var recent):
                WriteLook(request, recent, "/timeline");
                return;
        }

        if (PoolOf((Act)operation) is { } pool && pool.TryTake(out var order))
        {
            ticket.Order = order;
            WriteStep((Act)operation, request, order);
            return;
        }

        ticket.Operation = (int)Act.Place;
        WritePlace(request, ticket);
    }

    public void Settle(Ticket ticket, int status, ReadOnlySpan<byte> body)
    {
        var act = (Act)ticket.Operation;
        if (act == Act.Place)
        {
            if (status is 201 or 202 && PlaceTraffic.NumberIn(body) is { } number) Placed(new(number), ticket.Mark != 0);
            return;
        }

        if (ticket.Order is not { } order) return;
        if (status is < 200 or >= 300)
        {
            // Shed or lost, its step is still to be done; when the step is refused, somebody or a deadline was quicker.
            if (status is 429 or 503 or <= 0) (act == Act.Track ? _awaitingCourier : PoolOf(act))?.Add(order);
            return;
        }

        switch (act)
        {
            case Act.Pay: _placed.Add(order); break;
            case Act.Accept when _mix[Act.Ready] > 0: _accepted.Add(order); break;
            case Act.Ready: (_town.Couriers > 0 ? _awaitingCourier : _ready).Add(order); break;
            case Act.Pickup: _carried.Add(order); break;
            case Act.Track when PlaceTraffic.TextIn(body, "\"courier\":\""u8) is { } courier: _given.Add(order with { Courier = courier }); break;
            case Act.Track: _awaitingCourier.Add(order); break;
        }
    }

    private void Placed(KnownOrder order, bool unpaid)
    {
        _recent.Add(order);
        (unpaid ? _unpaid : _placed).Add(order);
    }

    private OrderPool? PoolOf(Act act) => act switch
    {
        Act.Pay => _unpaid,
        Act.Accept or Act.Cancel => _placed,
        Act.Ready => _accepted,
        Act.Collect => _ready,
        Act.Pickup => _given,
        Act.Deliver => _carried,
        _ => null,
    };

    private void WritePlace(RequestWriter request, Ticket ticket)
    {
        var order = Interlocked.Increment(ref _orders) - 1;
        PlaceTraffic.WritePlacement(request, _town, order, _merchants.Choose(Random.Shared.NextDouble()));

        // Without couriers nobody would ever fetch a delivery, and all that are accepted would wait in their zones.
        if (_town.Couriers == 0) request.Body.Add(",\"kind\":\"pickup\""u8);
        ticket.Mark = Random.Shared.NextDouble() < _cardShare ? 1 : 0;
        if (ticket.Mark != 0) request.Body.Add(",\"payment\":{\"method\":\"card\"}"u8);
        request.Body.Add("}"u8);
    }

    private void WriteStep(Act act, RequestWriter request, KnownOrder order)
    {
        request.Method = "POST";
        request.Key.Add("s-"u8).Add(_town.Run).Add("-"u8).Add(Interlocked.Increment(ref _commands));
        request.Path.Add(act is Act.Pickup or Act.Deliver ? "/v1/deliveries/"u8 : "/v1/orders/"u8).Add(order.Number).Add(act switch
        {
            Act.Pay => "/pay"u8,
            Act.Accept => "/accept"u8,
            Act.Ready => "/ready"u8,
            Act.Collect => "/collect"u8,
            Act.Pickup => "/pickup"u8,
            Act.Deliver => "/complete"u8,
            _ => "/cancel"u8,
        });
        switch (act)
        {
            case Act.Pay:
                request.Body.Add("{\"source\":\"tok_ok\"}"u8);
                break;
            case Act.Pickup or Act.Deliver:
                request.Body.Add("{\"courier\":\""u8).Add(order.Courier!).Add("\"}"u8);
                break;
            case Act.Cancel:
                request.Body.Add("{\"reason\":\"customer_request\",\"actor\":{\"role\":\"operator\",\"id\":\"load\"}}"u8);
                break;
        }
    }

    private void WritePrice(RequestWriter request)
    {
        request.Method = "POST";
        request.Path.Add("/v1/merchants/m-"u8).Add(_town.Run).Add("-"u8).Add(_merchants.Choose(Random.Shared.NextDouble())).Add("/price"u8);
        request.Body.Add("{\"lines\":[{\"item\":\"meal\",\"quantity\":2}],\"dropoff\":{\"latitude\":52.53,\"longitude\":13.42}}"u8);
    }

    private static void WriteLook(RequestWriter request, KnownOrder order, string what) => request.Path.Add("/v1/orders/"u8).Add(order.Number).Add(what);

    private int AnyCustomer() => Town.CustomerOf(Random.Shared.Next(Math.Max(1, Volatile.Read(ref _orders))));

    /// <summary>Nothing but placing, into the same pools.</summary>
    private sealed class Placing(MixTraffic all) : ITraffic
    {
        public IReadOnlyList<OperationKind> Operations => all.Operations;

        public int Next() => (int)Act.Place;

        public void Write(int operation, RequestWriter request, Ticket ticket) => all.WritePlace(request, ticket);

        public void Settle(Ticket ticket, int status, ReadOnlySpan<byte> body) => all.Settle(ticket, status, body);
    }
}
