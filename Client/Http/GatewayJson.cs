using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrderActors.Client.Couriers;
using OrderActors.Client.Dispatch;
using OrderActors.Client.Merchants;
using OrderActors.Client.Notifications;
using OrderActors.Client.Operations;
using OrderActors.Client.Orders;
using OrderActors.Client.Payments;
using OrderActors.Couriers;
using OrderActors.Merchants;
using OrderActors.Notifications;
using OrderActors.Orders;
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
        typeof(WireEnumConverter<OrderStatus>),
        typeof(WireEnumConverter<DeliveryStatus>),
        typeof(WireEnumConverter<PaymentStatus>),
        typeof(WireEnumConverter<SettlementStatus>),
        typeof(WireEnumConverter<DeadlineKind>),
        typeof(WireEnumConverter<CourierStatus>),
        typeof(WireEnumConverter<MerchantStatus>),
        typeof(WireEnumConverter<DutyStatus>),
        typeof(WireEnumConverter<ActorRole>),
        typeof(WireEnumConverter<Role>),
        typeof(WireEnumConverter<WebhookOutcome>),
        typeof(WireEnumConverter<NotificationLanguage>),
    ])]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(AcceptOrderRequest))]
[JsonSerializable(typeof(RejectOrderRequest))]
[JsonSerializable(typeof(ReadyOrderRequest))]
[JsonSerializable(typeof(CancelOrderRequest))]
[JsonSerializable(typeof(CourierStepRequest))]
[JsonSerializable(typeof(UnassignRequest))]
[JsonSerializable(typeof(OrderResponse))]
[JsonSerializable(typeof(OrderListResponse))]
[JsonSerializable(typeof(TimelineResponse))]
[JsonSerializable(typeof(CreateMerchantRequest))]
[JsonSerializable(typeof(SetMenuRequest))]
[JsonSerializable(typeof(SetMerchantStatusRequest))]
[JsonSerializable(typeof(MerchantResponse))]
[JsonSerializable(typeof(CreateCourierRequest))]
[JsonSerializable(typeof(SetDutyRequest))]
[JsonSerializable(typeof(CourierResponse))]
[JsonSerializable(typeof(PointBody))]
[JsonSerializable(typeof(PointBody[]))]
[JsonSerializable(typeof(ZoneResponse))]
[JsonSerializable(typeof(DeadLettersResponse))]
[JsonSerializable(typeof(ReplayResponse))]
[JsonSerializable(typeof(ProviderAnswerRequest))]
[JsonSerializable(typeof(OutboundResponse))]
[JsonSerializable(typeof(ContactRequest))]
[JsonSerializable(typeof(ContactResponse))]
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
