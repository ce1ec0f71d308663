using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tools.Diagrams;

/// <summary>One accepted command, with the states before and after it.</summary>
internal sealed record Move(OrderState From, OrderCommand Command, OrderState To)
{
    /// <summary>The order's kind, which an order that is not there yet does not have.</summary>
    public OrderKind Kind => From.Status == OrderStatus.None ? To.Kind : From.Kind;

    /// <summary>Who gave it.</summary>
    public Role By => Command.By.Role;

    /// <summary>What happened, in a few words without colons or semicolons, which would end a Mermaid label.</summary>
    public string What => Command switch
    {
        CompletePlacing => "all reserved",
        RefusePlacing => "refused",
        ForgetPlacing => "all given back",
        DeadlineReached c => $"deadline {Names.Of(c.Deadline.Kind)}",
        RecordPayment c => $"payment {Names.Of(c.Payment.Status)}",
        _ => OrderTable.Name(Command),
    };

    /// <summary>Whether <see cref="What"/> says already who it was, since nobody else can.</summary>
    public bool IsPlatforms => Command is PlacingCommand or DeadlineReached or RecordPayment or RecordExport;

    /// <summary>Where the command stands in lists: the order of an order's life.</summary>
    public int Rank => Command switch
    {
        PlaceOrder => 0,
        PlacingCommand => 1,
        PayOrder => 2,
        AcceptOrder => 3,
        RejectOrder => 4,
        MarkReady => 5,
        CollectOrder => 6,
        CancelOrder => 7,
        ProposeModification => 8,
        ResolveModification c => c.Approve ? 9 : 10,
        OfferDelivery => 11,
        AssignCourier => 12,
        UnassignCourier => 13,
        AdvanceDelivery c => 20 + (int)c.Step,
        HandOver => 40,
        FailDelivery => 41,
        ReturnGoods => 42,
        FreezeOrder => 43,
        UnfreezeOrder => 44,
        OverrideOrder => 45,
        RecordPayment => 46,
        RecordExport => 47,
        DeadlineReached c => 100 + Vocabulary.Rank(c.Deadline.Kind),
        _ => throw new InvalidOperationException($"{Command.GetType().Name} has no place among the commands yet."),
    };
}
