using Microsoft.Extensions.Options;
using OrderActors.Dispatch;
using OrderActors.Governance;
using OrderActors.Listings;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Couriers;

/// <summary>The shell around <see cref="CourierLifecycle"/>; keeps the newest location in memory.</summary>
[GrainType("courier")]
internal sealed class CourierGrain : Grain, ICourierGrain
{
    private readonly Durable<CourierState> _courier;
    private readonly CourierOptions _options;
    private readonly TimeProvider _clock;
    private readonly ListingEntry _listing = new(ListingKinds.Couriers);

    /// <summary>Newer than the stored location; never stored by itself, because couriers move all the time.</summary>
    private GeoPoint? _seen;

    /// <summary>What dispatch was told last.</summary>
    private (GeoPoint At, DateTimeOffset When)? _told;

    public CourierGrain(
        [PersistentState("state")] IPersistentState<CourierState> state, IOptions<CourierOptions> options, TimeProvider clock)
    {
        _courier = new(this, state);
        _options = options.Value;
        _clock = clock;
    }

    private string Id => this.GetPrimaryKeyString();

    private OrderIndexPages Pages => new(GrainFactory, $"courier/{Id}");

    public async Task<CourierReply> Execute(CourierCommand command)
    {
        RequestBudget.Begin(_clock.GetUtcNow());
        if (await List(command) is { } full) return new(null, full);
        var sealedPage = command is TakeAssignment or AcceptOffer or TakeOver ? await Pages.SealFullPage(_courier.Current.Orders) : null;
        var (facts, now, before) = (new CourierFacts(Id, _seen, sealedPage), _clock.GetUtcNow(), _courier.Current.Version);
        var outcome = await _courier.Decide(
            state => CourierLifecycle.Decide(state, command, facts, _options, now), surely: command is FinishOrder or WithdrawOffer);
        // The new state took in what was seen, or knows better.
        if (_courier.Current.Version != before) (_seen, _told) = (null, null);
        return new(_courier.Current.ToView(_seen), outcome.Refusal, outcome.Replayed);
    }

    /// <summary>Lists the courier before there is one; one of an earlier release at the next shift.</summary>
    private async ValueTask<Refusal?> List(CourierCommand command)
    {
        var courier = _courier.Current;
        var isToBe = command is CreateCourier && !courier.Exists
            && CourierLifecycle.Decide(courier, command, new(Id), _options, _clock.GetUtcNow()).Reply.Refusal is null;
        return isToBe || (courier.Exists && command is GoOnline) ? await _listing.Ensure(GrainFactory, Id) : null;
    }

    public async Task<CourierReply> Locate(GeoPoint location)
    {
        var courier = _courier.Current;
        if (!courier.Exists) return new(null, new(RefusalCode.NotFound, $"There is no courier {Id}.", Value: Id));
        if (!location.IsValid) return new(courier.ToView(_seen), CourierLifecycle.BadLocation(location));
        if (courier.Status == CourierStatus.OffDuty)
        {
            return new(courier.ToView(_seen), Refusal.Transition(
                "locate", $"Courier {Id}", Names.Of(courier.Status), CourierTable.Allowed(courier, _clock.GetUtcNow())));
        }

        _seen = location;
        var now = _clock.GetUtcNow();
        if (courier.Status == CourierStatus.Available && CourierLifecycle.IsWorthTelling(_told, location, now, _options))
        {
            _told = (location, now);
            await GrainFactory.GetGrain<IDispatchGrain>(courier.Zone).Locate(Id, location);
        }

        return new(courier.ToView(_seen), null);
    }

    public Task<CourierView?> Get() => Task.FromResult(_courier.Current.ToView(_seen));

    public Task<OrderPage> Orders(string? cursor, int limit) => Pages.Read(_courier.Current.Orders, cursor, limit);

    public Task<OrderPage> FindOrders(OrderQuery query) => Pages.Find(_courier.Current.Orders, query, OrderIndexPages.LongAfter);

    public Task<CourierEarnings?> Earnings() => Task.FromResult(
        _courier.Current is { Exists: true } courier ? new CourierEarnings(courier.Shift, courier.Days, courier.Shifts) : null);
}
