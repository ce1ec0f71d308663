using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <content>
/// The kitchen's room, and what recent orders teach about preparation. Steps that only free room stay in memory until the next
/// write takes them along; when they are lost, the orders themselves are asked before anybody is refused for it.
/// </content>
internal sealed partial class MerchantGrain
{
    /// <summary>Orders asked at once.</summary>
    private const int AtOnce = 16;

    /// <summary>Orders whose acceptance is remembered until they are ready; more than any kitchen has.</summary>
    private const int MostAccepted = 10_000;

    /// <summary>For how long an order may be unknown to itself: its first write is still under way.</summary>
    private static readonly TimeSpan New = TimeSpan.FromMinutes(10);

    private readonly Dictionary<OrderNumber, DateTimeOffset> _acceptedAt = [];
    private ImmutableDictionary<OrderNumber, KitchenStage?> _notes = ImmutableDictionary<OrderNumber, KitchenStage?>.Empty;
    private TimeSpan? _learnt;
    private DateTimeOffset _kitchenCheckedAt;
    private Task? _checking;

    /// <summary>The stock with what is known beyond it.</summary>
    private MerchantStock Noted(MerchantStock stock)
    {
        var noted = StockRules.WithKitchen(stock, _profile.Current);
        if (noted.Kitchen is { } kitchen)
        {
            foreach (var (order, stage) in _notes) kitchen = kitchen.Move(order, stage);
            if (!ReferenceEquals(kitchen, noted.Kitchen)) noted = noted with { Kitchen = kitchen };
        }

        return _learnt is { } learnt && learnt != noted.Learnt ? noted with { Learnt = learnt } : noted;
    }

    private void DropWrittenNotes()
    {
        if (_notes.IsEmpty) return;
        var kitchen = _stock.Current.Kitchen ?? Kitchen.Empty;
        foreach (var (order, stage) in _notes)
        {
            if (ReferenceEquals(kitchen.Move(order, stage), kitchen)) _notes = _notes.Remove(order);
        }
    }

    private void Learn(ImmutableArray<OrderProgress> steps)
    {
        var profile = _profile.Current;
        if (!profile.Learn) return;
        foreach (var step in steps)
        {
            if (step.Step == OrderProgressStep.Accepted && _acceptedAt.Count < MostAccepted) _acceptedAt[step.Order] = step.At;
            if (step.Step is OrderProgressStep.Released or OrderProgressStep.Accepted || !_acceptedAt.Remove(step.Order, out var at)) continue;
            if (step.Step == OrderProgressStep.Ready && step.At >= at)
                _learnt = PreparationEstimate.Learn(_learnt ?? _stock.Current.Learnt, profile.PreparationTime, step.At - at);
        }
    }

    /// <summary>Moves orders on in the kitchen; the orders that are to be accepted now.</summary>
    private async Task<ImmutableArray<OrderNumber>> AdvanceKitchen(ImmutableArray<OrderProgress> steps)
    {
        var profile = _profile.Current;
        if (profile.Capacity is null && _stock.Current.Kitchen is null)
            return profile.AutoAccept ? [.. steps.Where(s => s.Step == OrderProgressStep.Released).Select(s => s.Order)] : [];
        foreach (var step in steps)
        {
            if (step.Step == OrderProgressStep.Ready) Note(step.Order, null);
        }

        var before = Noted(_stock.Current).Kitchen;
        if (before is { Queued: > 0 } && before.IsFull(profile.Capacity)) await CheckKitchen();
        return await Decide(stock =>
        {
            var after = StockRules.Advance(stock, profile, steps);
            // Written only when an order has room that had none; what merely left is noted, and written with the next.
            var answer = profile.AutoAccept && after.Kitchen is { } kitchen ? kitchen.ToAccept() : [];
            return new Decision<MerchantStock, ImmutableArray<OrderNumber>>(StockRules.Occupies(stock.Kitchen, after.Kitchen) ? after : stock, answer);
        });
    }

    private void Note(OrderNumber order, KitchenStage? stage)
    {
        if (Noted(_stock.Current).Kitchen?.Orders.ContainsKey(order) == true) _notes = _notes.SetItem(order, stage);
    }

    private Task CheckKitchen(HoldRequest request)
    {
        if (request.Kind == OrderKind.Virtual || request.ScheduledFor is not null || _profile.Current.Capacity is not { } capacity) return Task.CompletedTask;
        return Noted(_stock.Current).Kitchen?.IsFull(capacity) == true ? CheckKitchen() : Task.CompletedTask;
    }

    /// <summary>Asks the orders that are believed to be in the kitchen whether they are.</summary>
    private Task CheckKitchen()
    {
        if (_checking is { IsCompleted: false }) return _checking;
        var now = _clock.GetUtcNow();
        return now - _kitchenCheckedAt < _options.CapacityRecheck ? Task.CompletedTask : _checking = Check(now);
    }

    private async Task Check(DateTimeOffset now)
    {
        var believed = Noted(_stock.Current).Kitchen?.Orders ?? Kitchen.Empty.Orders;
        await TurnBound.ForEachAsync(believed, AtOnce, async entry =>
        {
            var real = Kitchen.Real(entry.Value, await GrainFactory.GetGrain<IOrderGrain>(entry.Key.ToString()).Get(), now - entry.Key.CreatedAt < New);
            if (real != entry.Value) Note(entry.Key, real);
        });
        _kitchenCheckedAt = now;

        // One that was queued and has room by now is written: a crash must not make the kitchen look emptier than it is.
        await _stock.Decide(stock =>
        {
            var noted = Noted(stock);
            return new Decision<MerchantStock, bool>(StockRules.Occupies(stock.Kitchen, noted.Kitchen) ? noted : stock, true);
        });
        DropWrittenNotes();
    }
}
