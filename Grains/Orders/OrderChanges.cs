using OrderActors.Broadcast;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>Changes of an order's lines: proposed by one side, approved by the other. A merchant's proposal is a substitution.</summary>
internal static class OrderChanges
{
    /// <summary>How many changes may be proposed to one order.</summary>
    public const int Max = 20;

    /// <summary>Whether it is the proposer's own change that the command would approve.</summary>
    public static bool IsOwn(OrderState o, OrderCommand command, Role by) =>
        command is ResolveModification { Approve: true } && by != Role.Operator && o.OpenProposal?.By.Role == by;

    public static Refusal? Propose(OrderDraft d, ProposeModification c)
    {
        if (d.State.Proposals.Length >= Max)
            return new(RefusalCode.TooMany, $"{Max} changes were proposed to order {d.State.Number}, the most there can be.");
        if (d.Facts.Merchant?.Refusal is { } refusal) return refusal;
        var terms = d.Facts.Merchant?.Reservation ?? throw new MissingFactException("A change is proposed with the merchant's prices.");
        var total = Changed(d.State.Costs, OrderBill.Subtotal(terms.Lines), terms.DeliveryFee).Total;
        var proposal = new Proposal(d.State.Proposals.Length + 1, d.By, terms.Lines, new(total, d.State.Total.Currency), ProposalStatus.Open);
        d.State = d.State with
        {
            Proposals = d.State.Proposals.Add(proposal),
            Deadlines = d.State.Deadlines.Add(new(DeadlineKind.Modification, d.Now + d.TimeFor(DeadlineKind.Modification))),
        };
        d.Raise(EventTypes.OrderModificationProposed, $"{proposal.Number}");
        return null;
    }

    public static Refusal? Resolve(OrderDraft d, ResolveModification c)
    {
        var open = d.State.OpenProposal!;
        if (c.Proposal != open.Number) return Refusal.Invalid("/proposal", $"{c.Proposal}", $"{open.Number}, the one that waits for its answer");
        if (!c.Approve)
        {
            Close(d, open, d.By.Role == open.By.Role ? ProposalStatus.Withdrawn : ProposalStatus.Declined);
            return null;
        }

        if (IsOwn(d.State, c, d.By.Role)) return Names.Forbidden(d.By, "approve_modification", "whoever proposes a change cannot approve it");
        if (d.Facts.Merchant?.Refusal is { } soldOut) return soldOut;
        var terms = d.Facts.Merchant?.Reservation ?? throw new MissingFactException("A change is approved with the merchant's reservation.");
        var bill = Changed(d.State.Costs, OrderBill.Subtotal(terms.Lines), terms.DeliveryFee);
        if (NeedsMore(d.State, bill.Total))
        {
            if (d.Facts.Payment?.Refusal is { } refusal) return refusal;
            if (d.Facts.Payment?.Payment is not { } payment)
                return new(RefusalCode.Unavailable, "The payment provider has not answered yet; approve again in a moment.");
            if (OrderPayments.CoveredBy(d.State.Kind, payment) < bill.Total)
                return new(RefusalCode.PaymentDeclined, $"The provider would not hold {bill.Total} {bill.Currency}.", Value: payment.DeclineCode);
            d.State = d.State with { Covered = bill.Total };
        }

        d.State = d.State with { Lines = terms.Lines, Bill = bill with { Due = bill.Total }, Total = new(bill.Total, bill.Currency) };
        Close(d, open, ProposalStatus.Approved);
        if (open.By.Role == Role.Merchant) d.Raise(EventTypes.OrderItemSubstituted, $"{open.Number}");
        return null;
    }

    /// <summary>Nobody answered in time.</summary>
    public static void Lapse(OrderDraft d)
    {
        if (d.State.OpenProposal is { } open) Close(d, open, ProposalStatus.Declined);
    }

    /// <summary>Whether a changed order costs more than what is held for it.</summary>
    public static bool NeedsMore(OrderState o, long total) => o.PaymentMethod == PaymentMethod.Card && total > o.Covered;

    /// <summary>The bill with other lines. Discounts stay as they were granted, but are never more than the lines.</summary>
    public static Bill Changed(Bill bill, long subtotal, long deliveryFee)
    {
        var merchant = Math.Min(bill.MerchantDiscount, subtotal);
        return bill with
        {
            Subtotal = subtotal,
            DeliveryFee = deliveryFee,
            MerchantDiscount = merchant,
            PlatformDiscount = Math.Min(bill.PlatformDiscount, subtotal + deliveryFee - merchant),
        };
    }

    private static void Close(OrderDraft d, Proposal open, ProposalStatus status)
    {
        d.State = d.State with
        {
            Proposals = d.State.Proposals.SetItem(d.State.Proposals.Length - 1, open with { Status = status }),
            Deadlines = d.State.Deadlines.RemoveAll(wait => wait.Kind == DeadlineKind.Modification),
        };
        d.Raise(
            status == ProposalStatus.Approved ? EventTypes.OrderModificationApproved : EventTypes.OrderModificationDeclined,
            $"{open.Number} {Names.Of(status)}");
    }
}
