using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using OrderActors.Client.Couriers;
using OrderActors.Client.Http;
using OrderActors.Client.Orders;
using OrderActors.Client.Refunds;
using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Http;

/// <summary>The requests by which commands are given. An operator who does a merchant's or a courier's work says so in the body.</summary>
internal static class ApiRequests
{
    private static readonly GatewayJson Wire = GatewayJson.Wire;

    /// <summary>Reads an order.</summary>
    public static ApiRequest Read(OrderNumber order, Actor by) => new("GET", $"/v1/orders/{order}", "", by, []);

    /// <summary>Places an order.</summary>
    public static ApiRequest Of(PlaceOrder c) => Post("/v1/orders", "place", c.By, new PlaceOrderRequest(
        c.Customer, c.Merchant, [.. c.Lines.Select(line => new OrderLineBody(line.Item, line.Quantity))], MoneyBody.From(c.Total), PointBody.From(c.Dropoff),
        c.Note, c.Kind, c.ScheduledFor, c.Coupon, new PaymentBody(c.Payment, c.PaymentSource), c.ExternalId, c.RequirePin, c.QuoteId),
        Wire.PlaceOrderRequest);

    /// <summary>A command to an order; null where no route gives it as this one does.</summary>
    public static ApiRequest? Of(OrderNumber order, OrderCommand command)
    {
        var (at, by) = ($"/v1/orders/{order}", command.By);
        return command switch
        {
            PayOrder c => Post($"{at}/pay", "pay", by, new PayOrderRequest(c.Source), Wire.PayOrderRequest),
            AcceptOrder c => Post(
                $"{at}/accept", "accept", by, new AcceptOrderRequest((int?)c.PreparationTime?.TotalSeconds, Helping(by)), Wire.AcceptOrderRequest),
            RejectOrder c => Post($"{at}/reject", "reject", by, new RejectOrderRequest(c.Reason, Helping(by)), Wire.RejectOrderRequest),
            MarkReady => Post($"{at}/ready", "ready", by, new ReadyOrderRequest(Helping(by)), Wire.ReadyOrderRequest),
            CollectOrder => Post($"{at}/collect", "collect", by, new ReadyOrderRequest(Helping(by)), Wire.ReadyOrderRequest),
            CancelOrder c => Post($"{at}/cancel", "cancel", by, new CancelOrderRequest(c.Reason), Wire.CancelOrderRequest),
            ProposeModification c => Post(
                $"{at}/modifications", "modifications", by,
                new ProposeModificationRequest([.. c.Lines.Select(line => new OrderLineBody(line.Item, line.Quantity))]), Wire.ProposeModificationRequest),
            ResolveModification { Approve: true } c => Post(Part($"{at}/modifications", c.Proposal, "approve", "modification"), by),
            ResolveModification c => Post(Part($"{at}/modifications", c.Proposal, "decline", "modification"), by),
            FreezeOrder c => Post($"{at}/freeze", "freeze", by, new FreezeOrderRequest(c.Reason), Wire.FreezeOrderRequest),
            UnfreezeOrder c => Post($"{at}/unfreeze", "unfreeze", by, new FreezeOrderRequest(c.Reason), Wire.FreezeOrderRequest),
            OverrideOrder c => Post($"{at}/override", "override", by, new OverrideOrderRequest(c.To, c.Reason), Wire.OverrideOrderRequest),
            _ => OfDelivery($"/v1/deliveries/{order}", command),
        };
    }

    /// <summary>A command to an order's refunds.</summary>
    public static ApiRequest Of(OrderNumber order, RefundCommand command)
    {
        var (at, by) = ($"/v1/orders/{order}/refunds", command.By);
        return command switch
        {
            RequestRefund c => Post(at, "refund", by, new RequestRefundRequest(
                c.Reason, Amount: c.Amount is { } amount ? MoneyBody.From(amount) : null,
                Lines: c.Lines.IsDefaultOrEmpty ? null : [.. c.Lines.Select(line => new RefundLineBody(line.Line, line.Quantity))], Note: c.Note),
                Wire.RequestRefundRequest),
            ApproveRefund c => Post(
                Part(at, c.Refund, "approve", "refund"), by, new ApproveRefundRequest(Amount: c.Amount), Wire.ApproveRefundRequest),
            DeclineRefund c => Post(Part(at, c.Refund, "decline", "refund"), by, new DeclineRefundRequest(Note: c.Note), Wire.DeclineRefundRequest),
            WithdrawRefund c => Post(Part(at, c.Refund, "withdraw", "refund"), by),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "People give no such command to refunds."),
        };
    }

    /// <summary>A command to a courier; null where no route gives it.</summary>
    public static ApiRequest? Of(string courier, CourierCommand command)
    {
        var (at, by) = ($"/v1/couriers/{courier}", command.By);
        return command switch
        {
            AcceptOffer c => Post($"{at}/offers/{c.Order}/accept", $"accept-offer/{c.Order}", by),
            DeclineOffer c => Post(
                $"{at}/offers/{c.Order}/decline", $"decline-offer/{c.Order}", by, new DeclineOfferRequest(c.Reason), Wire.DeclineOfferRequest),
            TakeOver c => Post($"/v1/deliveries/{c.Order}/handover", $"handover/{c.Order}", by, new HandOverRequest(c.From, courier), Wire.HandOverRequest),
            PauseCourier => Post($"{at}/pause", "pause", by),
            ResumeCourier => Post($"{at}/resume", "resume", by),
            GoOnline c => ApiRequest.Of(
                "PUT", $"{at}/duty", "duty", by, new SetDutyRequest(DutyStatus.Online, PointBody.From(c.Location)), Wire.SetDutyRequest),
            GoOffline => ApiRequest.Of("PUT", $"{at}/duty", "duty", by, new SetDutyRequest(DutyStatus.Offline), Wire.SetDutyRequest),
            ChangeCourier c => ApiRequest.Of(
                "PUT", $"{at}/settings", "settings", by, new CourierSettingsRequest(c.Vehicle, c.Capacity, c.AcceptsOffersByHand), Wire.CourierSettingsRequest),
            _ => null,
        };
    }

    private static ApiRequest? OfDelivery(string at, OrderCommand command)
    {
        var (by, isCourier) = (command.By, command.By.Role == Role.Courier);
        switch (command)
        {
            case AdvanceDelivery { Step: CourierStep.Deliver } c when isCourier:
                var proof = c.Proof is { } shown ? new ProofRequest(shown.Pin) : null;
                return Post($"{at}/complete", "complete", by, new CompleteDeliveryRequest(Proof: proof), Wire.CompleteDeliveryRequest);
            case AdvanceDelivery c when isCourier:
                var route = DeliveryRoutes.Steps.First(step => step.Step == c.Step).Route;
                return Post($"{at}/{route}", route, by);
            case UnassignCourier c:
                return Post($"{at}/unassign", "unassign", by, new UnassignRequest(c.Courier, Helping(by)), Wire.UnassignRequest);
            case FailDelivery c:
                return Post($"{at}/fail", "fail", by, new FailDeliveryRequest(c.Reason, Actor: Helping(by)), Wire.FailDeliveryRequest);
            case ReturnGoods:
                return Post($"{at}/return", "return", by, new ReturnGoodsRequest(Actor: Helping(by)), Wire.ReturnGoodsRequest);
            default:
                return null;
        }
    }

    private static ActorBody? Helping(Actor by) => by.Role == Role.Operator ? new(ActorRole.Operator, by.Id) : null;

    /// <summary>What is done to a part of an order: the path, and the scope.</summary>
    private static (string Path, string Scope) Part(string at, int number, string action, string part) =>
        (string.Create(CultureInfo.InvariantCulture, $"{at}/{number}/{action}"), string.Create(CultureInfo.InvariantCulture, $"{action}-{part}/{number}"));

    private static ApiRequest Post((string Path, string Scope) part, Actor by) => Post(part.Path, part.Scope, by);

    private static ApiRequest Post<T>((string Path, string Scope) part, Actor by, T body, JsonTypeInfo<T> type) => Post(part.Path, part.Scope, by, body, type);

    private static ApiRequest Post(string path, string scope, Actor by) => new("POST", path, scope, by, []);

    private static ApiRequest Post<T>(string path, string scope, Actor by, T body, JsonTypeInfo<T> type) =>
        ApiRequest.Of("POST", path, scope, by, body, type);
}
