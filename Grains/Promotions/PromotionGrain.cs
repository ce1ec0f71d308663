using System.Collections.Immutable;
using OrderActors.Governance;
using OrderActors.Listings;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Promotions;

/// <summary>
/// The shell around <see cref="PromotionLifecycle"/> and <see cref="CouponBudget"/>. Everything interleaves: reservations that
/// arrive during a write share the next one, so that a hot coupon needs far fewer writes than orders.
/// </summary>
/// <remarks>
/// Where uses of a customer are counted, a reservation is two writes: first the budget, with the customer's name, then the
/// customer's use. Whatever breaks between them, the order is listed here, so that trying again and releasing both find the
/// customer. A customer whose uses are spent is turned away before anything is taken; only orders of one customer that race
/// for the last use get as far as taking and giving back.
/// </remarks>
[GrainType("promotion")]
internal sealed class PromotionGrain : Grain, IPromotionGrain
{
    private const int CustomersAtOnce = 32;

    private readonly Durable<PromotionState> _promotion;
    private readonly TimeProvider _clock;
    private readonly ListingEntry _listing = new(ListingKinds.Promotions);
    private readonly RecentEnds _ends = new();

    public PromotionGrain([PersistentState("state")] IPersistentState<PromotionState> state, TimeProvider clock)
    {
        _promotion = new(this, state);
        _clock = clock;
    }

    private string Code => this.GetPrimaryKeyString();

    public async Task<PromotionReply> Execute(PromotionCommand command)
    {
        var now = _clock.GetUtcNow();
        RequestBudget.Begin(now);
        // Listed before there is a promotion; one of an earlier release at its next command.
        var isToBe = _promotion.Current.Exists || PromotionLifecycle.Decide(_promotion.Current, command, Code, now).Reply.Refusal is null;
        if (isToBe && await _listing.Ensure(GrainFactory, Code) is { } full) return new(null, full);
        var outcome = await _promotion.Decide(state => PromotionLifecycle.Decide(state, command, Code, now));
        return new(View(), outcome.Refusal, outcome.Replayed);
    }

    public Task<PromotionView?> Get() => Task.FromResult(View());

    public async Task<CouponReply> Reserve(CouponRequest request)
    {
        // What would be refused as things stand costs neither a call nor a write.
        var foreseen = CouponBudget.Reserve(_promotion.Current, Code, request).Reply;
        if (foreseen.Refusal is not null) return foreseen;
        var limit = _promotion.Current.Terms.PerCustomer;
        var uses = limit is null ? null : Uses(request.Customer);
        if (uses is not null && !await uses.HasRoom(request.Order, limit!.Value)) return await Undo(request);

        var reply = await _promotion.Decide(state => _ends.Contains(request.Order)
            ? new(state, Ended(request.Order))
            : CouponBudget.Reserve(state, Code, request));
        if (reply.Refusal is not null || uses is null) return reply;
        if (!await uses.Take(request.Order, limit!.Value)) return await Undo(request);

        // Released meanwhile, by a caller that did not wait for the answer: then the use goes back too.
        if (!_promotion.Current.Reserved.ContainsKey(request.Order)) await uses.Release(request.Order);
        return reply;
    }

    public async Task<CouponReply> Quote(CouponRequest request)
    {
        var foreseen = CouponBudget.Reserve(_promotion.Current, Code, request).Reply;
        return foreseen.Refusal is null && _promotion.Current.Terms.PerCustomer is { } limit && !await Uses(request.Customer).HasRoom(request.Order, limit)
            ? new(null, UsedUp(request))
            : foreseen;
    }

    public Task Redeem(ImmutableArray<OrderNumber> orders)
    {
        foreach (var order in orders.OrEmpty()) _ends.Add(order);
        return _promotion.Decide(state => new Decision<PromotionState, bool>(CouponBudget.Redeem(state, orders), true), surely: true);
    }

    public async Task Release(ImmutableArray<OrderNumber> orders)
    {
        foreach (var order in orders.OrEmpty()) _ends.Add(order);
        var usesBack = ImmutableHashSet<OrderNumber>.Empty;
        while (true)
        {
            var waiting = await _promotion.Decide(state => CouponBudget.Release(state, orders, usesBack), surely: true);
            if (waiting.IsEmpty) return;
            await TurnBound.ForEachAsync(waiting, CustomersAtOnce, use => Uses(use.Customer).Release(use.Order));
            usesBack = usesBack.Union(waiting.Select(use => use.Order));
        }
    }

    /// <summary>The customer has no use left: takes the order out again, if it got in.</summary>
    private async Task<CouponReply> Undo(CouponRequest request)
    {
        await Release([request.Order]);
        return new(null, UsedUp(request));
    }

    private CouponReply Ended(OrderNumber order) =>
        new(null, new(RefusalCode.InvalidTransition, $"Order {order} has ended, or was paid; coupon {Code} keeps nothing more for it.", Value: $"{order}"));

    private Refusal UsedUp(CouponRequest request) =>
        new(RefusalCode.CouponLimit, $"Customer {request.Customer} used coupon {Code} as often as allowed.", "/coupon", Code);

    private IPromotionUsesGrain Uses(string customer) => GrainFactory.GetGrain<IPromotionUsesGrain>($"{Code}/{customer}");

    private PromotionView? View() => _promotion.Current.Exists ? _promotion.Current.ToView() : null;
}

/// <summary>Counts a customer's uses of a promotion, by order.</summary>
[GrainType("promotion-uses")]
internal sealed class PromotionUsesGrain([PersistentState("state")] IPersistentState<PromotionUsesState> state) : Grain, IPromotionUsesGrain
{
    private Durable<PromotionUsesState>? _uses;

    private Durable<PromotionUsesState> Uses => _uses ??= new(this, state);

    public Task<bool> HasRoom(OrderNumber order, int limit) => Task.FromResult(CouponUses.Take(Uses.Current, order, limit).Reply);

    public Task<bool> Take(OrderNumber order, int limit) => Uses.Decide(s => CouponUses.Take(s, order, limit));

    public Task Release(OrderNumber order) => Uses.Decide(s => CouponUses.Release(s, order), surely: true);
}
