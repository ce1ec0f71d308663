using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Client.Couriers;
using OrderActors.Client.Customers;
using OrderActors.Client.Dispatch;
using OrderActors.Client.Feeds;
using OrderActors.Client.Intake;
using OrderActors.Client.Keys;
using OrderActors.Client.Listings;
using OrderActors.Client.Merchants;
using OrderActors.Client.Notifications;
using OrderActors.Client.Operations;
using OrderActors.Client.Orders;
using OrderActors.Client.Payments;
using OrderActors.Client.Promotions;
using OrderActors.Client.Quotes;
using OrderActors.Client.Refunds;
using OrderActors.Client.Settlement;
using OrderActors.Client.Simulations;
using OrderActors.Client.Tracking;
using OrderActors.Client.Webhooks;
using OrderActors.Couriers;
using OrderActors.Dispatch;
using OrderActors.Governance;
using OrderActors.Governance.Keys;
using OrderActors.Intake;
using OrderActors.Merchants;
using OrderActors.Notifications;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.Quotes;
using OrderActors.Refunds;
using OrderActors.Settlement;
using OrderActors.Simulations;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>
/// How shapes are read and written: snake_case, strict on the way in (no unknown member, none missing, none twice, no null
/// where none is meant), nothing for absent on the way out. Generated at build time: no reflection while serving.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = BodyFaults.MaxDepth,
    Converters =
    [
        typeof(InstantConverter),
        typeof(CancelReasonConverter),
        typeof(WireEnumConverter<OrderKind>),
        typeof(WireEnumConverter<OrderStatus>),
        typeof(WireEnumConverter<DeliveryStatus>),
        typeof(WireEnumConverter<PaymentMethod>),
        typeof(WireEnumConverter<PaymentStatus>),
        typeof(WireEnumConverter<ProposalStatus>),
        typeof(WireEnumConverter<SettlementStatus>),
        typeof(WireEnumConverter<QuoteStatus>),
        typeof(WireEnumConverter<StopKind>),
        typeof(WireEnumConverter<DeadlineKind>),
        typeof(WireEnumConverter<ChoiceBasis>),
        typeof(WireEnumConverter<CourierStatus>),
        typeof(WireEnumConverter<Vehicle>),
        typeof(WireEnumConverter<DeclineReason>),
        typeof(WireEnumConverter<RefundStatus>),
        typeof(WireEnumConverter<RefundReason>),
        typeof(WireEnumConverter<MerchantStatus>),
        typeof(WireEnumConverter<DutyStatus>),
        typeof(WireEnumConverter<Weekday>),
        typeof(WireEnumConverter<WhenFull>),
        typeof(WireEnumConverter<OrderKind>),
        typeof(WireEnumConverter<ActorRole>),
        typeof(WireEnumConverter<Role>),
        typeof(WireEnumConverter<PromotionStatus>),
        typeof(WireEnumConverter<PartyKind>),
        typeof(WireEnumConverter<SettlementDayStatus>),
        typeof(WireEnumConverter<WebhookOutcome>),
        typeof(WireEnumConverter<NotificationLanguage>),
        typeof(WireEnumConverter<WebhookStatus>),
        typeof(WireEnumConverter<WebhookDisableReason>),
        typeof(WireEnumConverter<WebhookDeliveryStatus>),
        typeof(WireEnumConverter<IntakeStatus>),
        typeof(WireEnumConverter<Feature>),
        typeof(WireEnumConverter<LimitOwner>),
        typeof(WireEnumConverter<ApiKeyKind>),
        typeof(WireEnumConverter<MerchantAct>),
        typeof(WireEnumConverter<CourierAct>),
        typeof(WireEnumConverter<CustomerAct>),
        typeof(WireEnumConverter<SimulationPreset>),
        typeof(WireEnumConverter<SimulationClock>),
        typeof(WireEnumConverter<SimulationStatus>),
    ])]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(AcceptOrderRequest))]
[JsonSerializable(typeof(RejectOrderRequest))]
[JsonSerializable(typeof(ReadyOrderRequest))]
[JsonSerializable(typeof(PayOrderRequest))]
[JsonSerializable(typeof(CancelOrderRequest))]
[JsonSerializable(typeof(ProposeModificationRequest))]
[JsonSerializable(typeof(ResolveModificationRequest))]
[JsonSerializable(typeof(FreezeOrderRequest))]
[JsonSerializable(typeof(OverrideOrderRequest))]
[JsonSerializable(typeof(CourierStepRequest))]
[JsonSerializable(typeof(CompleteDeliveryRequest))]
[JsonSerializable(typeof(UnassignRequest))]
[JsonSerializable(typeof(FailDeliveryRequest))]
[JsonSerializable(typeof(ReturnGoodsRequest))]
[JsonSerializable(typeof(OrderResponse))]
[JsonSerializable(typeof(OrderListResponse))]
[JsonSerializable(typeof(TimelineResponse))]
[JsonSerializable(typeof(ModificationsResponse))]
[JsonSerializable(typeof(CreateMerchantRequest))]
[JsonSerializable(typeof(SetMenuRequest))]
[JsonSerializable(typeof(SetMerchantStatusRequest))]
[JsonSerializable(typeof(MerchantResponse))]
[JsonSerializable(typeof(SetStockRequest))]
[JsonSerializable(typeof(HoursBody))]
[JsonSerializable(typeof(CapacityBody))]
[JsonSerializable(typeof(SetPreparationRequest))]
[JsonSerializable(typeof(TermsBody))]
[JsonSerializable(typeof(PriceRequest))]
[JsonSerializable(typeof(PriceResponse))]
[JsonSerializable(typeof(CreateCourierRequest))]
[JsonSerializable(typeof(SetDutyRequest))]
[JsonSerializable(typeof(CourierResponse))]
[JsonSerializable(typeof(CourierSettingsRequest))]
[JsonSerializable(typeof(DeclineOfferRequest))]
[JsonSerializable(typeof(HandOverRequest))]
[JsonSerializable(typeof(OffersResponse))]
[JsonSerializable(typeof(EarningsResponse))]
[JsonSerializable(typeof(RequestRefundRequest))]
[JsonSerializable(typeof(ApproveRefundRequest))]
[JsonSerializable(typeof(DeclineRefundRequest))]
[JsonSerializable(typeof(WithdrawRefundRequest))]
[JsonSerializable(typeof(RefundResponse))]
[JsonSerializable(typeof(RefundListResponse))]
[JsonSerializable(typeof(PointBody))]
[JsonSerializable(typeof(CreateQuoteRequest))]
[JsonSerializable(typeof(AcceptQuoteRequest))]
[JsonSerializable(typeof(QuoteResponse))]
[JsonSerializable(typeof(TrackingResponse))]
[JsonSerializable(typeof(MerchantListResponse))]
[JsonSerializable(typeof(CourierListResponse))]
[JsonSerializable(typeof(PromotionListResponse))]
[JsonSerializable(typeof(StartShiftRequest))]
[JsonSerializable(typeof(ShiftsResponse))]
[JsonSerializable(typeof(AssignmentResponse))]
[JsonSerializable(typeof(PointBody[]))]
[JsonSerializable(typeof(ZoneResponse))]
[JsonSerializable(typeof(DeadLettersResponse))]
[JsonSerializable(typeof(ReplayResponse))]
[JsonSerializable(typeof(SetAddressRequest))]
[JsonSerializable(typeof(SetLimitRequest))]
[JsonSerializable(typeof(MembershipRequest))]
[JsonSerializable(typeof(CustomerResponse))]
[JsonSerializable(typeof(CreatePromotionRequest))]
[JsonSerializable(typeof(PromotionStatusRequest))]
[JsonSerializable(typeof(RaiseBudgetRequest))]
[JsonSerializable(typeof(PromotionResponse))]
[JsonSerializable(typeof(CloseDayRequest))]
[JsonSerializable(typeof(SettlementDayResponse))]
[JsonSerializable(typeof(EntryListResponse))]
[JsonSerializable(typeof(ProviderAnswerRequest))]
[JsonSerializable(typeof(OutboundResponse))]
[JsonSerializable(typeof(ContactRequest))]
[JsonSerializable(typeof(ContactResponse))]
[JsonSerializable(typeof(EventListResponse))]
[JsonSerializable(typeof(CloudEventBody))]
[JsonSerializable(typeof(SetEmissionRequest))]
[JsonSerializable(typeof(EmissionListResponse))]
[JsonSerializable(typeof(CreateWebhookRequest))]
[JsonSerializable(typeof(ChangeWebhookRequest))]
[JsonSerializable(typeof(RotateSecretRequest))]
[JsonSerializable(typeof(ReplayWebhookRequest))]
[JsonSerializable(typeof(WebhookResponse))]
[JsonSerializable(typeof(WebhookListResponse))]
[JsonSerializable(typeof(WebhookRemovedResponse))]
[JsonSerializable(typeof(WebhookTestResponse))]
[JsonSerializable(typeof(WebhookDeliveriesResponse))]
[JsonSerializable(typeof(IntakeOrdersRequest))]
[JsonSerializable(typeof(IntakeReceiptResponse))]
[JsonSerializable(typeof(IntakeOutcomeBody))]
[JsonSerializable(typeof(IntakeResponse))]
[JsonSerializable(typeof(SetIntakeRequest))]
[JsonSerializable(typeof(IntakeDeadLettersResponse))]
[JsonSerializable(typeof(ResolveDeadLetterRequest))]
[JsonSerializable(typeof(SetSwitchRequest))]
[JsonSerializable(typeof(SwitchesResponse))]
[JsonSerializable(typeof(SetRateLimitRequest))]
[JsonSerializable(typeof(RateLimitsResponse))]
[JsonSerializable(typeof(DegradationResponse))]
[JsonSerializable(typeof(CreateApiKeyRequest))]
[JsonSerializable(typeof(RotateApiKeyRequest))]
[JsonSerializable(typeof(ApiKeyResponse))]
[JsonSerializable(typeof(ApiKeyListResponse))]
[JsonSerializable(typeof(CreateSimulationRequest))]
[JsonSerializable(typeof(AdvanceClockRequest))]
[JsonSerializable(typeof(SimulationResponse))]
[JsonSerializable(typeof(SimulationListResponse))]
internal sealed partial class GatewayJson : JsonSerializerContext
{
    /// <summary>The one instance: text outside ASCII is written as it is, because this is JSON and not HTML.</summary>
    public static GatewayJson Wire => Instance.Value;

    // A class of its own, because the generated half's static fields may be initialised after this half's.
    private static class Instance
    {
        public static readonly GatewayJson Value = new(new JsonSerializerOptions(Default.Options!)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
    }
}
