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

    private readonly Dictionary<string, (string Fingerprint, Task<OrderReply> Reply)> _running = new(StringComparer.Ordinal);
    private readonly Durable<CustomerState> _customer;
    private readonly IOrderNumbers _numbers;
    private readonly TimeProvider _clock;

    public CustomerGrain([PersistentState("state")] IPersistentState<CustomerState> state, IOrderNumbers numbers, TimeProvider clock)
    {
        _customer = new(this, state);
        _numbers = numbers;
        _clock = clock;
    }

    private string Id => this.GetPrimaryKeyString();

    private OrderIndexPages Pages => new(GrainFactory, $"customer/{Id}");

    public async Task<OrderReply> Place(PlaceOrder command)
    {
        if (command.Customer != Id) return Refused(Refusal.Invalid("/customer", command.Customer, $"'{Id}', whose order this is"));
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (Placements.Recall(_customer.Current, command.Id, fingerprint) is null && OrderLifecycle.Screen(command) is { } invalid) return Refused(invalid);
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

    private async Task<OrderReply> PlaceOnce(PlaceOrder command, string fingerprint)
    {
        var outcome = Placements.Recall(_customer.Current, command.Id, fingerprint) ?? await Remember(command, fingerprint);
        if (outcome.Refusal is { } refusal) return new(null, refusal, outcome.Known);

        // From here on a retry finds the same number, whatever happens.
        var number = outcome.Placement!.Number;
        var reply = await GrainFactory.GetGrain<IOrderGrain>(number.ToString()).Execute(command);
        if (reply is { Order: null, Refusal: { } refused } && CanBeFinal(refused))
            await _customer.Decide(state => new Decision<CustomerState, bool>(Placements.Refuse(state, command.Id, refused), true));
        return reply;
    }

    private async Task<Placements.Outcome> Remember(PlaceOrder command, string fingerprint)
    {
        var number = await _numbers.NextAsync(Shard.Of(command.Customer), Shard.Of(command.Merchant));
        var sealedPage = await Pages.SealFullPage(_customer.Current.Orders);
        var placement = new Placement(command.Id, fingerprint, number, _clock.GetUtcNow());
        return await _customer.Decide(state => Placements.Remember(state, placement, sealedPage));
    }

    /// <summary>A bound that was reached is no answer for good: the same id may try again.</summary>
    private static bool CanBeFinal(Refusal refusal) => refusal.Code != RefusalCode.TooMany;

    private static OrderReply Refused(Refusal refusal) => new(null, refusal);
}
