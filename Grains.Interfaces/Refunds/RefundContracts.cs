using OrderActors.Orders;
using OrderActors.Payments;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Refunds;

/// <summary>Where a refund stands.</summary>
public enum RefundStatus
{
    /// <summary>Asked for; nobody has decided.</summary>
    Requested,

    /// <summary>Approved by a rule, the merchant or an operator; the money is on its way.</summary>
    Approved,

    /// <summary>Not granted. The end.</summary>
    Declined,

    /// <summary>Taken back by who asked. The end.</summary>
    Withdrawn,

    /// <summary>The money went back. The end.</summary>
    Refunded,

    /// <summary>The provider would not give it back; an operator has to see to it.</summary>
    Failed,
}

/// <summary>All refunds of one order: the reverse flow, apart from the order. The key is the order's number.</summary>
[Alias("orderactors.IRefundGrain")]
public interface IRefundGrain : IGrainWithStringKey
{
    /// <summary>What became of a refund's money, from the payment.</summary>
    [Alias("record-payment"), AlwaysInterleave]
    Task RecordPayment(int refund, bool succeeded, PaymentView payment);

    /// <summary>A deadline of a refund fired; answers whether it still waits for just this.</summary>
    [Alias("reach"), AlwaysInterleave]
    Task<bool> Reach(Deadline deadline);
}
