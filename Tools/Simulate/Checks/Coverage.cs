using System.Collections.Frozen;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Embedded.Simulation;
using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Tools.Diagrams;
using OrderActors.Tools.Simulate.World;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>Which transitions, saga steps and faults were reached. What can be is read off the lifecycles themselves.</summary>
internal sealed class Coverage
{
    private static readonly Lazy<Known> All = new(Explore);

    private readonly Dictionary<string, long> _reached = new(StringComparer.Ordinal);
    private readonly Dictionary<TransitionKey, long> _moves = [];

    /// <summary>How much can be reached.</summary>
    public int Total { get; } = All.Value.Names.Count;

    /// <summary>How much of it was reached.</summary>
    public int Covered => Names().Count(All.Value.Names.Contains);

    /// <summary>What was not reached, in order.</summary>
    public IEnumerable<string> Missing() => All.Value.Names.Except(Names()).Order(StringComparer.Ordinal);

    /// <summary>What was reached although no lifecycle foresees it.</summary>
    public IEnumerable<string> Unforeseen() => _moves.Keys.Where(key => !All.Value.Units.ContainsKey(key)).Select(key => key.ToString())
        .Order(StringComparer.Ordinal);

    /// <summary>Something was reached: an event's type, a fault.</summary>
    public void Reached(string name) =>
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_reached, name, out _)++;

    /// <summary>An order's version is complete: the next one began, or nothing more comes.</summary>
    public void Moved(OrderTrack order, long version)
    {
        var (from, to) = (order.Versions[(int)version - 1], order.Versions[(int)version]);
        var key = new TransitionKey(order.Kind, from.Status, from.Delivery, to.Status, to.Delivery, to.Types, to.By.Role);
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_moves, key, out _)++;
    }

    /// <summary>A refund moved.</summary>
    public void Refund(RefundEvent e) => Reached(e.Type == EventTypes.RefundApproved && e.By.Role == Role.System ? "refund.approved by the platform" : e.Type);

    /// <summary>A courier moved.</summary>
    public void Courier(CourierEvent e, CourierStatus before) => Reached(CourierMove(before, e.Type, e.Status));

    /// <summary>Takes over what another run reached.</summary>
    public void Merge(Coverage other)
    {
        foreach (var (name, count) in other._reached) System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_reached, name, out _) += count;
        foreach (var (key, count) in other._moves) System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_moves, key, out _) += count;
    }

    /// <summary>Adds an event's type to the number that stands for a version's types.</summary>
    public static ulong Mix(ulong types, string type)
    {
        foreach (var c in type) types = (types ^ c) * 1099511628211UL;
        return types * 0x9E3779B97F4A7C15UL + 1;
    }

    private HashSet<string> Names()
    {
        var names = new HashSet<string>(_reached.Keys, StringComparer.Ordinal);
        foreach (var key in _moves.Keys)
        {
            if (All.Value.Units.TryGetValue(key, out var units)) names.UnionWith(units);
        }

        return names;
    }

    private static string CourierMove(CourierStatus from, string type, CourierStatus to) => $"courier {from} {type} {to}";

    private static Known Explore()
    {
        var units = new Dictionary<TransitionKey, HashSet<string>>();
        foreach (var move in OrderExploration.Run().Moves)
        {
            var types = move.To.Raised.Skip(move.From.Raised.Length).Aggregate(0UL, (sum, e) => Mix(sum, e.Type));
            var by = move.Command is PlacingCommand ? Role.System : move.By;
            var key = new TransitionKey(move.Kind, move.From.Status, move.From.Delivery, move.To.Status, move.To.Delivery, types, by);
            if (!units.TryGetValue(key, out var names)) units.Add(key, names = []);
            names.Add(UnitOf(move));
        }

        var all = units.Values.SelectMany(names => names).Concat(Others()).ToFrozenSet(StringComparer.Ordinal);
        return new(units.ToFrozenDictionary(), all);
    }

    /// <summary>The row a move belongs to. What goes everywhere is one row wherever it happens.</summary>
    private static string UnitOf(Move move) => move.Command switch
    {
        RecordPayment or FreezeOrder or UnfreezeOrder or RecordExport => $"order {move.What}",
        OverrideOrder c => $"order override {move.Kind} to {c.To}",
        HandOver or FailDelivery or ReturnGoods => $"order {move.What} in {move.From.Status}",
        OfferDelivery or AssignCourier or UnassignCourier => $"order {move.What} in {move.From.Delivery}",
        AdvanceDelivery => $"order {move.What} from {move.From.Delivery}",
        _ => $"order {move.Kind} {move.What} in {move.From.Status}",
    };

    private static IEnumerable<string> Others() =>
    [
        EventTypes.PaymentAuthorized, EventTypes.PaymentDeclined, EventTypes.PaymentCaptured, EventTypes.PaymentVoided, EventTypes.PaymentRefunded,
        EventTypes.PaymentRefundFailed, EventTypes.PaymentOutcomeUnknown, EventTypes.PaymentPending, EventTypes.RefundRequested, EventTypes.RefundApproved,
        "refund.approved by the platform", EventTypes.RefundDeclined, EventTypes.RefundWithdrawn, EventTypes.RefundCompleted, EventTypes.RefundFailed,
        EventTypes.MerchantStatusChanged, EventTypes.MerchantUpdated, EventTypes.CustomerMembershipChanged, EventTypes.CustomerNotifyChanged,
        EventTypes.PromotionCreated, EventTypes.PromotionStatusChanged, EventTypes.PromotionBudgetRaised, EventTypes.SettlementPeriodClosed,
        .. CourierMoves(),
        .. Enum.GetValues<FaultKind>().Select(kind => $"fault:{kind}"),
    ];

    private static IEnumerable<string> CourierMoves()
    {
        const CourierStatus off = CourierStatus.OffDuty, free = CourierStatus.Available, busy = CourierStatus.Busy, paused = CourierStatus.Paused,
            offered = CourierStatus.Offered;
        return new (CourierStatus From, string Type, CourierStatus To)[]
        {
            (off, EventTypes.CourierDutyChanged, off), (off, EventTypes.CourierDutyChanged, free), (free, EventTypes.CourierDutyChanged, off),
            (free, EventTypes.CourierDutyChanged, free), (free, EventTypes.CourierDutyChanged, paused), (paused, EventTypes.CourierDutyChanged, free),
            (paused, EventTypes.CourierDutyChanged, off), (busy, EventTypes.CourierDutyChanged, busy), (offered, EventTypes.CourierDutyChanged, offered),
            (free, EventTypes.CourierOffered, offered), (free, EventTypes.CourierAssigned, busy), (busy, EventTypes.CourierAssigned, busy),
            (offered, EventTypes.CourierAssigned, busy), (offered, EventTypes.CourierOfferDeclined, free), (offered, EventTypes.CourierOfferDeclined, off),
            (offered, EventTypes.CourierOfferWithdrawn, free), (free, EventTypes.CourierTookOver, busy), (busy, EventTypes.CourierTookOver, busy),
            (busy, EventTypes.CourierReleased, free), (busy, EventTypes.CourierReleased, busy), (busy, EventTypes.CourierReleased, off),
            (off, EventTypes.CourierShiftEnded, off), (free, EventTypes.CourierChanged, free),
        }.Select(move => CourierMove(move.From, move.Type, move.To));
    }

    private sealed record Known(FrozenDictionary<TransitionKey, HashSet<string>> Units, FrozenSet<string> Names);

    private readonly record struct TransitionKey(
        OrderKind Kind, OrderStatus From, DeliveryStatus FromDelivery, OrderStatus To, DeliveryStatus ToDelivery, ulong Types, Role By)
    {
        public override string ToString() => $"{Kind} {From}/{FromDelivery} by {By} to {To}/{ToDelivery}";
    }
}
