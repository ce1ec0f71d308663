using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Client.Http;
using OrderActors.Client.Tracking;
using OrderActors.Dispatch;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Client.Orders;

/// <summary>An order.</summary>
/// <param name="Number">20 digits.</param>
/// <param name="Version">Counts its changes; also the ETag.</param>
/// <param name="Kind">What kind of order it is.</param>
/// <param name="Status">Where the order stands.</param>
/// <param name="DeliveryStatus">Where its delivery stands.</param>
/// <param name="PaymentStatus">Where its payment stands.</param>
/// <param name="SettlementStatus">Where its settlement stands.</param>
/// <param name="Frozen">Whether everything about it stands still until an operator says otherwise.</param>
/// <param name="Customer">The customer's id.</param>
/// <param name="Merchant">The merchant's id.</param>
/// <param name="Zone">The zone whose couriers serve it; absent while it is being placed.</param>
/// <param name="Courier">The courier who has it; absent when none has.</param>
/// <param name="Attempt">How many couriers had it so far.</param>
/// <param name="Lines">What was ordered, at the prices it was ordered for.</param>
/// <param name="Total">The sum.</param>
/// <param name="Bill">What the sum is made of, and what is owed; absent while it is being placed.</param>
/// <param name="PaymentMethod">How it is paid.</param>
/// <param name="Coupon">The coupon's code.</param>
/// <param name="Pickup">Where from; absent while it is being placed.</param>
/// <param name="Dropoff">Where to; absent for orders without a courier.</param>
/// <param name="Note">The customer's word.</param>
/// <param name="ExternalId">The caller's own id for it.</param>
/// <param name="Reason">Why it was cancelled, rejected, expired or returned; absent when it was not.</param>
/// <param name="CreatedAt">When it was placed.</param>
/// <param name="ScheduledFor">When the customer wants the goods; absent for as soon as possible.</param>
/// <param name="ReadyAt">When it is or will be ready; absent before the merchant accepted.</param>
/// <param name="Deadlines">What it waits for, and until when.</param>
/// <param name="Proposals">The changes that were proposed, oldest first; not in lists.</param>
/// <param name="Virtual">What the customer gets when the goods are virtual.</param>
/// <param name="Proof">What shows that the goods were handed over.</param>
/// <param name="Pin">What the customer says at the door; only in the answer to who placed it.</param>
/// <param name="Fee">What the customer would owe; only in previews.</param>
/// <param name="Allowed">The commands that its state allows.</param>
/// <param name="Timeline">What happened, oldest first; only on GET of one order.</param>
/// <param name="TrackingUrl">Where anybody may see how it gets on, until some hours after its end; absent for virtual goods.</param>
internal sealed record OrderResponse(
    OrderNumber Number,
    long Version,
    OrderKind Kind,
    OrderStatus Status,
    DeliveryStatus DeliveryStatus,
    PaymentStatus PaymentStatus,
    SettlementStatus SettlementStatus,
    bool Frozen,
    [GrainKey] string Customer,
    [GrainKey] string Merchant,
    [GrainKey] string? Zone,
    [GrainKey] string? Courier,
    int Attempt,
    PricedLineBody[] Lines,
    MoneyBody Total,
    BillBody? Bill,
    PaymentMethod PaymentMethod,
    [GrainKey] string? Coupon,
    PointBody? Pickup,
    PointBody? Dropoff,
    string? Note,
    string? ExternalId,
    CancelReason? Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ScheduledFor,
    DateTimeOffset? ReadyAt,
    DeadlineBody[] Deadlines,
    ProposalBody[]? Proposals,
    VirtualBody? Virtual,
    ProofBody? Proof,
    string? Pin,
    MoneyBody? Fee,
    ImmutableArray<string> Allowed,
    TimelineEntryBody[]? Timeline,
    string? TrackingUrl)
{
    /// <summary>The order for its operator: without its timeline and without its PIN.</summary>
    /// <param name="order">The order.</param>
    /// <param name="inList">Whether it is one of many, which leaves out what grows with its history.</param>
    public static OrderResponse From(OrderView order, bool inList = false)
    {
        // The merchant says what the goods cost and where they are, so nobody knows before it was asked.
        var placed = order.Status != OrderStatus.Received;
        return new(
            order.Number,
            order.Version,
            order.Kind,
            order.Status,
            order.Delivery,
            order.Payment,
            order.Settlement,
            order.Frozen,
            order.Customer,
            order.Merchant,
            placed ? order.Zone : null,
            order.Courier,
            order.Attempt,
            PricedLineBody.From(order.Lines),
            MoneyBody.From(order.Total),
            placed ? BillBody.From(order.Bill) : null,
            order.PaymentMethod,
            order.Coupon,
            placed ? PointBody.From(order.Pickup) : null,
            order.Kind == OrderKind.Delivery ? PointBody.From(order.Dropoff) : null,
            order.Note,
            order.ExternalId,
            order.Reason == CancelReason.None ? null : order.Reason,
            order.CreatedAt,
            order.ScheduledFor,
            order.ReadyAt,
            DeadlinesOf(order),
            inList ? null : ProposalBody.From(order),
            VirtualBody.From(order),
            ProofBody.From(order),
            Pin: null,
            Fee: null,
            ActionNames.Of(order.Allowed),
            Timeline: null,
            TrackingRoutes.UrlOf(order));
    }

    /// <summary>The order for one of its parties: without what is only the others' business.</summary>
    /// <param name="order">The order.</param>
    /// <param name="caller">Who reads it.</param>
    /// <param name="inList">Whether it is one of many.</param>
    public static OrderResponse From(OrderView order, Caller caller, bool inList = false)
    {
        var all = From(order, inList);
        return caller.Kind switch
        {
            // Voucher codes are money to whoever has them.
            Callers.Merchant => all with
            {
                TrackingUrl = null,
                ExternalId = null,
                Virtual = all.Virtual is null ? null : all.Virtual with { VoucherCodes = null },
            },
            Callers.Courier => all with { TrackingUrl = null, ExternalId = null, Virtual = null, Bill = null, Coupon = null, Proposals = null },
            _ => all,
        };
    }

    private static DeadlineBody[] DeadlinesOf(OrderView order)
    {
        if (order.Deadlines.IsDefaultOrEmpty) return [];
        var deadlines = new DeadlineBody[order.Deadlines.Length];
        for (var i = 0; i < deadlines.Length; i++) deadlines[i] = new(order.Deadlines[i].Kind, order.Deadlines[i].Due);
        return deadlines;
    }
}

/// <summary>One line of an order.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Name">Its name when it was ordered.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">Minor units for one with its options, in the currency of the total.</param>
/// <param name="Options">The options that were chosen; absent without any.</param>
internal readonly record struct PricedLineBody(string Item, string Name, int Quantity, long UnitPrice, ImmutableArray<string>? Options)
{
    public static PricedLineBody[] From(ImmutableArray<PricedLine> lines)
    {
        if (lines.IsDefaultOrEmpty) return [];
        var bodies = new PricedLineBody[lines.Length];
        for (var i = 0; i < bodies.Length; i++)
        {
            var line = lines[i];
            bodies[i] = new(line.Item, line.Name, line.Quantity, line.UnitPrice, line.Options.IsDefaultOrEmpty ? null : line.Options);
        }

        return bodies;
    }
}

/// <summary>What an order costs, and who pays for what; minor units throughout.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Subtotal">The lines.</param>
/// <param name="DeliveryFee">What the customer pays for the delivery.</param>
/// <param name="MerchantDiscount">The part of the discounts that the merchant pays for.</param>
/// <param name="PlatformDiscount">The part of the discounts that the platform pays for.</param>
/// <param name="Total">What the order costs.</param>
/// <param name="Due">What the customer owes in the end: the total while the order stands, the fee once it was cancelled.</param>
internal sealed record BillBody(
    string Currency, long Subtotal, long DeliveryFee, long MerchantDiscount, long PlatformDiscount, long Total, long Due)
{
    public static BillBody? From(Bill? bill) => bill is null
        ? null
        : new(bill.Currency, bill.Subtotal, bill.DeliveryFee, bill.MerchantDiscount, bill.PlatformDiscount, bill.Total, bill.Due);
}

/// <summary>A proposed change of an order's lines.</summary>
/// <param name="Number">Its number within the order, from 1.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="By">Who proposed it: the merchant's is a substitution.</param>
/// <param name="Lines">All lines as they would be.</param>
/// <param name="Total">What the order would cost.</param>
internal sealed record ProposalBody(int Number, ProposalStatus Status, ByBody By, PricedLineBody[] Lines, MoneyBody Total)
{
    public static ProposalBody[] From(OrderView order)
    {
        if (order.Proposals.IsDefaultOrEmpty) return [];
        var proposals = new ProposalBody[order.Proposals.Length];
        for (var i = 0; i < proposals.Length; i++)
        {
            var p = order.Proposals[i];
            proposals[i] = new(p.Number, p.Status, ByBody.From(p.By), PricedLineBody.From(p.Lines), MoneyBody.From(p.Total));
        }

        return proposals;
    }
}

/// <summary>GET /v1/orders/{number}/modifications.</summary>
/// <param name="Data">The proposed changes, oldest first.</param>
internal sealed record ModificationsResponse(ProposalBody[] Data);

/// <summary>What virtual goods give their customer.</summary>
/// <param name="MembershipDays">How many days of membership; 0 for none.</param>
/// <param name="Vouchers">How many vouchers.</param>
/// <param name="VoucherCodes">Their codes, once the order was paid and so fulfilled.</param>
internal sealed record VirtualBody(int MembershipDays, int Vouchers, string[]? VoucherCodes)
{
    public static VirtualBody? From(OrderView order)
    {
        if (order.Virtual is not { } goods) return null;
        var fulfilled = order.Status is OrderStatus.Delivered or OrderStatus.Completed && goods.Vouchers > 0;
        return new(goods.MembershipDays, goods.Vouchers, fulfilled ? CodesOf(order.Number, goods.Vouchers) : null);
    }

    private static string[] CodesOf(OrderNumber number, int count)
    {
        var codes = new string[count];
        for (var i = 0; i < count; i++) codes[i] = string.Create(CultureInfo.InvariantCulture, $"{number}-V{i + 1}");
        return codes;
    }
}

/// <summary>What shows that the goods were handed over.</summary>
/// <param name="PinChecked">Whether the courier said the customer's PIN. The PIN itself is nobody's to read here.</param>
/// <param name="PhotoUrl">Where a photo is.</param>
/// <param name="SignatureUrl">Where a signature is.</param>
/// <param name="Hash">The SHA-256 of the photo or signature.</param>
internal sealed record ProofBody(bool PinChecked, string? PhotoUrl, string? SignatureUrl, string? Hash)
{
    public static ProofBody? From(OrderView order) => order.Proof is { } proof
        ? new(order.Pin is { } pin && proof.Pin == pin, proof.PhotoUrl, proof.SignatureUrl, proof.Hash)
        : null;
}

/// <summary>One wait of an order.</summary>
/// <param name="Kind">What it waits for.</param>
/// <param name="Due">When the wait ends.</param>
internal readonly record struct DeadlineBody(DeadlineKind Kind, DateTimeOffset Due);

/// <summary>One entry of an order's timeline.</summary>
/// <param name="Version">The order's version after it.</param>
/// <param name="Type">What happened, such as <c>order.received</c>.</param>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Detail">Courier, reason or deadline, where the type has one.</param>
/// <param name="Choice">Why this courier, where dispatch chose one; for operators.</param>
internal readonly record struct TimelineEntryBody(
    long Version, string Type, DateTimeOffset At, ByBody By, [GrainKey] string? Detail, ChoiceBody? Choice)
{
    public static TimelineEntryBody[] From(OrderView order, Caller caller)
    {
        if (order.Timeline.IsDefaultOrEmpty) return [];
        var entries = new TimelineEntryBody[order.Timeline.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = order.Timeline[i];
            entries[i] = new(entry.Version, entry.Type, entry.At, ByBody.From(entry.By), entry.Detail,
                caller.Kind == Callers.Operator ? ChoiceBody.From(entry.Choice, order.Number) : null);
        }

        return entries;
    }
}

/// <summary>Why dispatch chose a courier: what it knew at that moment.</summary>
/// <param name="Basis">
/// plan: part of a plan of all trips; nearest: the nearest free courier; out_of_work, out_of_time: the nearest, because the limit of work or of time
/// was reached before the order's turn in the plan came.
/// </param>
/// <param name="Zone">The zone, or the part of one, that decided: not the order's own when it was served from beside.</param>
/// <param name="DriveSeconds">The courier's way to the first merchant.</param>
/// <param name="WaitSeconds">How long the courier was expected to wait for goods.</param>
/// <param name="PickupAt">When the last pickup of the trip was expected.</param>
/// <param name="Considered">How many free couriers could have taken it, this one included.</param>
/// <param name="NextDriveSeconds">The way of the nearest other free courier; absent when there was none.</param>
/// <param name="With">The other orders of the trip.</param>
internal sealed record ChoiceBody(
    ChoiceBasis Basis, [GrainKey] string Zone, long DriveSeconds, long WaitSeconds, DateTimeOffset PickupAt, int Considered,
    long? NextDriveSeconds, OrderNumber[] With)
{
    public static ChoiceBody? From(AssignmentChoice? choice, OrderNumber order) => choice is null ? null : new(
        choice.Basis, choice.Zone, (long)choice.Drive.TotalSeconds, (long)choice.Wait.TotalSeconds, choice.PickupAt, choice.Considered,
        (long?)choice.NextDrive?.TotalSeconds, choice.Orders.IsDefault ? [] : [.. choice.Orders.Where(other => other != order)]);
}

/// <summary>Who did something.</summary>
/// <param name="Role">customer, merchant, courier, operator or system.</param>
/// <param name="Id">The id within the role.</param>
internal readonly record struct ByBody(Role Role, [GrainKey] string Id)
{
    public static ByBody From(Actor by) => new(by.Role, by.Id);
}

/// <summary>GET /v1/orders/{number}/timeline.</summary>
/// <param name="Data">What happened, oldest first.</param>
internal sealed record TimelineResponse(TimelineEntryBody[] Data);

/// <summary>A page of orders, newest first.</summary>
/// <param name="Data">The orders, without their timelines and proposals.</param>
/// <param name="NextCursor">Where the next page starts; absent at the end.</param>
/// <param name="HasMore">Whether there is a next page.</param>
internal sealed record OrderListResponse(IReadOnlyList<OrderResponse> Data, string? NextCursor, bool HasMore);
