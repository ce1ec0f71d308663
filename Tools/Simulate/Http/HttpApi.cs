using System.Globalization;
using System.Runtime.CompilerServices;
using OrderActors.Couriers;
using OrderActors.Embedded.Simulation;
using OrderActors.Governance.Keys;
using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Tools.Simulate.World;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Http;

/// <summary>
/// Commands as HTTP requests to the gateway of any silo that is alive, with a key of their sender and an Idempotency-Key. What has no route is a call
/// of a grain. Senders number their keys by what they ask of what, so that the same key is used by many, for many things.
/// </summary>
internal sealed class HttpApi(Town town, IWorldPlatform platform) : IClientApi
{
    /// <summary>How long a client waits: longer than one call of a gateway may take, and shorter than several.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private readonly GrainApi _grains = new(platform.Grains);
    private readonly ClientKeys _keys = new(platform.Dice("keys"));
    private readonly Dice _dice = platform.Dice("http");
    private readonly ConditionalWeakTable<SimulatedSilo, SimulatedGateway> _gateways = [];
    private readonly Dictionary<(Actor By, string Method, string Path), int> _sent = [];
    private readonly Repetitions _repetitions = new(town, platform);

    public async Task Found(Func<Func<Task>, Task> surely)
    {
        foreach (var by in People())
        {
            var (id, command) = _keys.Make(by, town.Touched);
            await surely(() => platform.Grains.GetGrain<IApiKeyGrain>(id).Execute(command));
        }
    }

    public PlaceOrder Named(PlaceOrder command) => command with { Id = IdOf(ApiRequests.Of(command)) };

    public OrderCommand Named(OrderTrack order, OrderCommand command) =>
        ApiRequests.Of(order.Number, command) is { } request ? command with { Id = IdOf(request) } : command;

    public RefundCommand Named(OrderTrack order, RefundCommand command) => command with { Id = IdOf(ApiRequests.Of(order.Number, command)) };

    public CourierCommand Named(string courier, CourierCommand command) =>
        ApiRequests.Of(courier, command) is { } request ? command with { Id = IdOf(request) } : command;

    public OrderCommand? WithOtherContent(OrderCommand command) => command switch
    {
        PayOrder c => c with { Source = "another card" },
        AcceptOrder c => c with { PreparationTime = (c.PreparationTime ?? default) + TimeSpan.FromMinutes(1) },
        RejectOrder c => c with { Reason = Another(c.Reason) },
        CancelOrder c => c with { Reason = Another(c.Reason) },
        FailDelivery { By.Role: Role.Courier or Role.Operator } c => c with { Reason = Another(c.Reason) },
        ProposeModification c => c with { Lines = c.Lines.Add(new OrderLine("soup", 1)) },
        FreezeOrder c => c with { Reason = "another reason" },
        UnfreezeOrder c => c with { Reason = "another reason" },
        OverrideOrder c => c with { Reason = "another reason" },
        _ => null,
    };

    public Task<Heard> Place(PlaceOrder command) => Do(ApiRequests.Of(command), command.Id);

    public Task<Heard> Execute(OrderTrack order, OrderCommand command) =>
        ApiRequests.Of(order.Number, command) is { } request ? Do(request, command.Id) : _grains.Execute(order, command);

    public Task<Heard> Execute(OrderTrack order, RefundCommand command) => Do(ApiRequests.Of(order.Number, command), command.Id);

    public Task<Heard> Execute(string courier, CourierCommand command) =>
        ApiRequests.Of(courier, command) is { } request ? Do(request, command.Id) : _grains.Execute(courier, command);

    public async Task<Seen> Read(OrderTrack order)
    {
        var answer = await Send(ApiRequests.Read(order.Number, order.Customer));
        return answer.IsDone ? ApiAnswers.Seen(answer) : new(0, OrderStatus.None);
    }

    private IEnumerable<Actor> People() =>
    [
        new(Role.Operator, "op"),
        .. town.Customers.Select(id => new Actor(Role.Customer, id)),
        .. town.Merchants.Select(id => new Actor(Role.Merchant, id)),
        .. town.Couriers.Select(id => new Actor(Role.Courier, id)),
    ];

    /// <summary>The id that the gateway makes of the next key of its sender for the same thing.</summary>
    private string IdOf(ApiRequest request)
    {
        var number = _sent[request.Address] = _sent.GetValueOrDefault(request.Address) + 1;
        return request.CommandId(string.Create(CultureInfo.InvariantCulture, $"k{number}"));
    }

    private async Task<Heard> Do(ApiRequest request, string id)
    {
        var answer = await Send(request with { Key = id[(id.LastIndexOf(':') + 1)..] });
        return ApiAnswers.Heard(answer);
    }

    /// <summary>Sends a request once.</summary>
    /// <exception cref="IOException">The answer says to come again, or there is none.</exception>
    private async Task<HttpAnswer> Send(ApiRequest request)
    {
        request = request with { Authorization = _keys.Of(request.By), Deadline = Deadline() };
        if (request.Key is not null) _repetitions.Sent(request);
        var sent = platform.Clock.GetTimestamp();
        var answer = await platform.Send<HttpAnswer>((silo, client) => GatewayOf(silo).Serve(request, client), Patience);
        platform.Trace(request.By.Id, Line(answer));
        if (ApiAnswers.IsWrong(answer, platform.ReadsMayBeOld))
            town.Break("gateway", $"{request.Method} {request.Path}", "an answer as documented", $"{answer}");
        if (ApiAnswers.SaysAgain(answer)) throw new IOException(answer.Body);
        if (request.Key is not null) _repetitions.Check(request, answer, sent);
        return answer;
    }

    // Some wait for so short a time that hardly anything is done within it.
    private TimeSpan? Deadline() => town.IsCalm || !town.Plan.Has(Habit.NamesDeadline, _dice) ? null
        : TimeSpan.FromMilliseconds(1 + _dice.Next(_dice.Happens(0.5) ? 40 : 20_000));

    private SimulatedGateway GatewayOf(SimulatedSilo silo) => _gateways.GetValue(silo, static silo => new SimulatedGateway(silo));

    private static string Line(HttpAnswer answer) => answer.IsReplayed
        ? string.Create(CultureInfo.InvariantCulture, $"hears {answer.Status} {answer.ETag} again")
        : string.Create(CultureInfo.InvariantCulture, $"hears {answer.Status} {answer.ETag}");

    private static CancelReason Another(CancelReason reason) =>
        reason == CancelReason.CustomerRequest ? CancelReason.MerchantUnable : CancelReason.CustomerRequest;
}
