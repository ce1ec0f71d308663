using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using OrderActors.Governance;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Customers;

/// <summary>
/// Gives a customer's orders their numbers. Placements interleave, so that one slow merchant does not hold up the customer's
/// other orders; a command that is already running is joined, never run twice.
/// </summary>
[GrainType("customer")]
internal sealed class CustomerGrain : Grain, ICustomerGrain
{
    /// <summary>How many placements of one customer may be under way.</summary>
    private const int MaxRunning = 256;

    /// <summary>How many orders are asked at once whether they have ended.</summary>
    private const int AskedAtOnce = 32;

    private readonly Dictionary<string, (string Fingerprint, Task<OrderReply> Reply)> _running = new(StringComparer.Ordinal);
    private readonly Durable<CustomerState> _customer;
    private readonly IOrderNumbers _numbers;
    private readonly TimeProvider _clock;
    private readonly CustomerOptions _options;
    private readonly Switchboard _switches;

    public CustomerGrain(
        [PersistentState("state")] IPersistentState<CustomerState> state,
        IOrderNumbers numbers,
        TimeProvider clock,
        IOptions<CustomerOptions> options,
        Switchboard switches)
    {
        _switches = switches;
        _options = options.Value;
        _customer = new(this, state);
        _numbers = numbers;
        _clock = clock;
    }

    private string Id => this.GetPrimaryKeyString();

    private OrderIndexPages Pages => new(GrainFactory, $"customer/{Id}");

    public async Task<OrderReply> Place(PlaceOrder command)
    {
        if (command.Customer != Id) return Refused(Refusal.Invalid("/customer", command.Customer, $"'{Id}', whose order this is"));
        RequestBudget.Begin(_clock.GetUtcNow());
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        var switches = await _switches.Read(GrainFactory);
        if (Placements.Recall(_customer.Current, command.Id, fingerprint) is null && Screen(command, switches) is { } refused) return Refused(refused);
        if (_running.TryGetValue(command.Id, out var running))
        {
            return running.Fingerprint == fingerprint ? await running.Reply with { Replayed = true } : Refused(CommandMemory.Reused(command.Id));
        }

        if (_running.Count >= MaxRunning)
            return Refused(new(RefusalCode.TooMany, $"{MaxRunning} orders of customer {Id} are being placed, the most at once; try again in a second."));

        var reply = PlaceOnce(command, fingerprint);
        _running[command.Id] = (fingerprint, reply);
        try
        {
            return await reply;
        }
        finally
        {
            _running.Remove(command.Id);
        }
    }

    public Task<OrderPage> Orders(string? cursor, int limit) => Pages.Read(_customer.Current.Orders, cursor, limit);

    public Task<OrderPage> FindOrders(OrderQuery query) => Pages.Find(_customer.Current.Orders, query, OrderIndexPages.SoonAfter);

    public async Task<CustomerReply> Execute(CustomerCommand command)
    {
        var now = _clock.GetUtcNow();
        RequestBudget.Begin(now);
        var outcome = await _customer.Decide(state => CustomerLifecycle.Decide(state, command, Id, now));
        return new(View(), outcome.Refusal, outcome.Replayed);
    }

    public Task<CustomerView?> Get() => Task.FromResult(View());

    public Task<bool> Claim(string partner) => _customer.Current.Partner == partner
        ? Task.FromResult(true)
        : _customer.Decide(state => CustomerLifecycle.Claim(state, partner));

    public Task Grant(OrderNumber order, int days)
    {
        var now = _clock.GetUtcNow();
        return Change(state => CustomerLifecycle.Grant(state, order, days, Id, now));
    }

    public Task SetNotify(bool on)
    {
        var now = _clock.GetUtcNow();
        return Change(state => CustomerLifecycle.SetNotify(state, on, Id, now));
    }

    public Task Forget(OrderNumber order, Refusal refusal) => Change(state => Placements.Refuse(state, order, refusal));

    private async Task<OrderReply> PlaceOnce(PlaceOrder command, string fingerprint)
    {
        var outcome = Placements.Recall(_customer.Current, command.Id, fingerprint) ?? await Remember(command, fingerprint);
        if (outcome.Refusal is { } refusal) return new(null, refusal, outcome.Known);

        // From here on a retry finds the same number, whatever happens.
        var number = outcome.Placement!.Number;
        if (outcome.Known && await Reopen(number) is { } full) return Refused(full);
        var reply = await GrainFactory.GetGrain<IOrderGrain>(number.ToString()).Place(command, Terms());
        if (reply is { Order: null, Refusal: { } refused }) await Forget(number, refused);

        // Before the answer, so that the very next order is a member's. After a crash here the order's event brings it about.
        if (reply.Order is { Kind: OrderKind.Virtual, Status: OrderStatus.Delivered or OrderStatus.Completed, Virtual: { MembershipDays: > 0 and var days } })
            await Grant(number, days);
        return reply;
    }

    /// <summary>What is refused before it has a number. What has one is not: the same command again must get the same answer.</summary>
    private Refusal? Screen(PlaceOrder command, SwitchTable switches) =>
        OrderLifecycle.Screen(command) ?? (_running.ContainsKey(command.Id) ? null : Switchboard.Refuse(switches, command, _clock.GetUtcNow()));

    private CustomerTerms Terms() =>
        new(FreeDelivery: CustomerLifecycle.IsMember(_customer.Current, _clock.GetUtcNow()), Notify: _customer.Current.Notify);

    private async Task<Placements.Outcome> Remember(PlaceOrder command, string fingerprint)
    {
        var number = await _numbers.NextAsync(Shard.Of(command.Customer), Shard.Of(command.Merchant), live: !TestMode.IsTest(Id));
        var sealedPage = await Pages.SealFullPage(_customer.Current.Orders);
        var placement = new Placement(command.Id, fingerprint, number, _clock.GetUtcNow());
        var outcome = await Try([]);
        return outcome.AtLimit ? await Try(await FindEnded()) : outcome;

        Task<Placements.Outcome> Try(ImmutableArray<OrderNumber> ended) => _customer.Decide(
            state => Placements.Remember(OpenOrders.Close(state, ended), placement, sealedPage, _options.MaxOpenOrders));
    }

    /// <summary>
    /// A command came again whose order is not on the list of open ones. Either the order has ended, and its answer is only
    /// repeated, or it never came about, and then it counts as any other.
    /// </summary>
    private async Task<Refusal?> Reopen(OrderNumber number)
    {
        if (_customer.Current.OpenOrders.Contains(number)) return null;
        if (await GrainFactory.GetGrain<IOrderGrain>(number.ToString()).Get() is not null) return null;
        return await Try([]) is null ? null : await Try(await FindEnded());

        Task<Refusal?> Try(ImmutableArray<OrderNumber> ended) => _customer.Decide(
            state => OpenOrders.Reopen(OpenOrders.Close(state, ended), number, _options.MaxOpenOrders));
    }

    /// <summary>Asks the orders that may be open; those that have ended are the answer.</summary>
    private async Task<ImmutableArray<OrderNumber>> FindEnded()
    {
        var ended = ImmutableArray.CreateBuilder<OrderNumber>();
        await TurnBound.ForEachAsync(_customer.Current.OpenOrders, AskedAtOnce, async number =>
        {
            var order = await GrainFactory.GetGrain<IOrderGrain>(number.ToString()).Get();
            if (!OpenOrders.IsOpen(_customer.Current, number, order, _clock.GetUtcNow()) && !IsRunning(number)) ended.Add(number);
        });
        return ended.DrainToImmutable();
    }

    /// <summary>Whether the order is being placed just now: its command can be an old one that came again.</summary>
    private bool IsRunning(OrderNumber number) =>
        _customer.Current.Placements.FirstOrDefault(p => p.Number == number) is { } placement && _running.ContainsKey(placement.Id);

    private Task<bool> Change(Func<CustomerState, CustomerState> change) =>
        _customer.Decide(state => new Decision<CustomerState, bool>(change(state), true), surely: true);

    private CustomerView? View() => _customer.Current.Exists ? _customer.Current.ToView(Id, _options.MaxOpenOrders) : null;

    private static OrderReply Refused(Refusal refusal) => new(null, refusal);
}
