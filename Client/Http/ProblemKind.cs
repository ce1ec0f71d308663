using System.Diagnostics;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>A kind of problem. The list is closed; <c>docs/api.md</c> has a row for each.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable code, snake_case.</param>
/// <param name="Title">The same few words every time.</param>
/// <param name="RetryAfterSeconds">When to come back; null when the same request would fail again.</param>
/// <param name="Retry">How to try again: <c>same_key</c> when only the same Idempotency-Key is safe.</param>
internal sealed record ProblemKind(int Status, string Code, string Title, int? RetryAfterSeconds = null, string? Retry = null)
{
    public static readonly ProblemKind Malformed = new(400, "malformed", "The request is not well formed");
    public static readonly ProblemKind InvalidOrderNumber = new(400, "invalid_order_number", "This is not an order number");
    public static readonly ProblemKind IdempotencyKeyMissing = new(400, "idempotency_key_missing", "An Idempotency-Key is needed");
    public static readonly ProblemKind IdempotencyKeyInvalid = new(400, "idempotency_key_invalid", "The Idempotency-Key is not valid");
    public static readonly ProblemKind Unauthenticated = new(401, "unauthenticated", "An API key is needed");
    public static readonly ProblemKind Forbidden = new(403, "forbidden", "Not allowed to this caller");
    public static readonly ProblemKind UnknownRoute = new(404, "unknown_route", "There is no such route");
    public static readonly ProblemKind NotFound = new(404, "not_found", "Not found");
    public static readonly ProblemKind MethodNotAllowed = new(405, "method_not_allowed", "The route does not have this method");
    public static readonly ProblemKind AlreadyExists = new(409, "already_exists", "It exists already");
    public static readonly ProblemKind InvalidTransition = new(409, "invalid_transition", "Transition not allowed");
    public static readonly ProblemKind CourierUnavailable = new(409, "courier_unavailable", "The courier is not free");
    public static readonly ProblemKind ReplayFailed = new(409, "replay_failed", "The consumer failed again");
    public static readonly ProblemKind IdempotencyInProgress =
        new(409, "idempotency_in_progress", "The first request with this key is under way", RetryAfterSeconds: 1, Retry: "same_key");
    public static readonly ProblemKind QuoteExpired = new(409, "quote_expired", "The quote is over");
    public static readonly ProblemKind VersionConflict = new(412, "version_conflict", "The resource has another version");
    public static readonly ProblemKind BodyTooLarge = new(413, "body_too_large", "The body is too large");
    public static readonly ProblemKind UnsupportedMediaType = new(415, "unsupported_media_type", "The body must be JSON");
    public static readonly ProblemKind ValidationFailed = new(422, "validation_failed", "A value is not possible");
    public static readonly ProblemKind IdempotencyKeyReused = new(422, "idempotency_key_reused", "The Idempotency-Key was used for another request");
    public static readonly ProblemKind UnknownMerchant = new(422, "unknown_merchant", "There is no such merchant");
    public static readonly ProblemKind StoreClosed = new(422, "store_closed", "The merchant does not take orders now");
    public static readonly ProblemKind UnknownItem = new(422, "unknown_item", "The item is not on the menu");
    public static readonly ProblemKind SoldOut = new(422, "sold_out", "There is not enough of an item");
    public static readonly ProblemKind WrongCurrency = new(422, "wrong_currency", "The currency is not the merchant's");
    public static readonly ProblemKind WrongTotal = new(422, "wrong_total", "The total is not what the order comes to");
    public static readonly ProblemKind DuplicateExternalId = new(409, "duplicate_external_id", "Another order has this external id");
    public static readonly ProblemKind OrderFrozen = new(409, "order_frozen", "The order is frozen");
    public static readonly ProblemKind OfferExpired = new(409, "offer_expired", "The offer is over");
    public static readonly ProblemKind ClaimWindowClosed = new(409, "claim_window_closed", "The time for claims is over");
    public static readonly ProblemKind DayClosed = new(409, "day_closed", "The day is closed");
    public static readonly ProblemKind InvalidAmount = new(422, "invalid_amount", "This is no amount");
    public static readonly ProblemKind UnknownValue = new(422, "unknown_value", "A value is not known to this release");
    public static readonly ProblemKind ScheduleInvalid = new(422, "schedule_invalid", "The time wanted is not possible");
    public static readonly ProblemKind WrongPin = new(422, "wrong_pin", "The PIN is another one");
    public static readonly ProblemKind MerchantBusy = new(422, "merchant_busy", "The merchant has its hands full");
    public static readonly ProblemKind OutOfArea = new(422, "out_of_area", "The address is outside the merchant's area");
    public static readonly ProblemKind UnknownOption = new(422, "unknown_option", "An option is not possible");
    public static readonly ProblemKind UnknownLine = new(422, "unknown_line", "The line is not in the order");
    public static readonly ProblemKind UnknownCoupon = new(422, "unknown_coupon", "There is no such coupon");
    public static readonly ProblemKind CouponExpired = new(422, "coupon_expired", "The coupon is not valid now");
    public static readonly ProblemKind CouponExhausted = new(422, "coupon_exhausted", "The coupon is used up");
    public static readonly ProblemKind CouponLimit = new(422, "coupon_limit", "The customer used the coupon up");
    public static readonly ProblemKind OrderLimit = new(422, "order_limit", "The customer has too many open orders");
    public static readonly ProblemKind PaymentDeclined = new(422, "payment_declined", "The payment provider declined");
    public static readonly ProblemKind OverRefund = new(422, "over_refund", "More than is left would go back");
    public static readonly ProblemKind Unavailable = new(503, "unavailable", "Something this needs does not answer", RetryAfterSeconds: 2, Retry: "same_key");
    public static readonly ProblemKind TooMany = new(429, "too_many", "A bound of the platform was reached", RetryAfterSeconds: 1);
    public static readonly ProblemKind Internal = new(500, "internal", "Something went wrong on our side");
    public static readonly ProblemKind ReducedCapacity =
        new(503, "temporary_reduced_capacity", "Too much is going on at once", RetryAfterSeconds: 1);
    public static readonly ProblemKind Starting = new(503, "starting", "The service is starting", RetryAfterSeconds: 1);
    public static readonly ProblemKind Draining = new(503, "draining", "The service is stopping", RetryAfterSeconds: 2);
    public static readonly ProblemKind ClusterUnavailable =
        new(503, "cluster_unavailable", "The cluster is away", RetryAfterSeconds: 2, Retry: "same_key");
    public static readonly ProblemKind StorageUnavailable =
        new(503, "storage_unavailable", "The storage failed", RetryAfterSeconds: 5, Retry: "same_key");
    public static readonly ProblemKind ReadTimedOut = new(504, "timeout", "The answer took too long", RetryAfterSeconds: 1);
    public static readonly ProblemKind OutcomeUnknown =
        new(504, "outcome_unknown", "The outcome is not known", RetryAfterSeconds: 1, Retry: "same_key");

    /// <summary>The URI that names the kind.</summary>
    public string Type { get; } = "https://orderactors.dev/problems/" + Code.Replace('_', '-');

    /// <summary>The kind that a refusal of a grain is told as.</summary>
    public static ProblemKind Of(RefusalCode code) => code switch
    {
        RefusalCode.IdempotencyKeyReused => IdempotencyKeyReused,
        RefusalCode.NotFound => NotFound,
        RefusalCode.AlreadyExists => AlreadyExists,
        RefusalCode.VersionConflict => VersionConflict,
        RefusalCode.ValidationFailed => ValidationFailed,
        RefusalCode.Forbidden => Forbidden,
        RefusalCode.InvalidTransition => InvalidTransition,
        RefusalCode.UnknownMerchant => UnknownMerchant,
        RefusalCode.StoreClosed => StoreClosed,
        RefusalCode.UnknownItem => UnknownItem,
        RefusalCode.SoldOut => SoldOut,
        RefusalCode.WrongCurrency => WrongCurrency,
        RefusalCode.WrongTotal => WrongTotal,
        RefusalCode.CourierUnavailable => CourierUnavailable,
        RefusalCode.DuplicateExternalId => DuplicateExternalId,
        RefusalCode.InvalidAmount => InvalidAmount,
        RefusalCode.UnknownValue => UnknownValue,
        RefusalCode.ScheduleInvalid => ScheduleInvalid,
        RefusalCode.OrderFrozen => OrderFrozen,
        RefusalCode.QuoteExpired => QuoteExpired,
        RefusalCode.OfferExpired => OfferExpired,
        RefusalCode.WrongPin => WrongPin,
        RefusalCode.MerchantBusy => MerchantBusy,
        RefusalCode.OutOfArea => OutOfArea,
        RefusalCode.UnknownOption => UnknownOption,
        RefusalCode.UnknownLine => UnknownLine,
        RefusalCode.UnknownCoupon => UnknownCoupon,
        RefusalCode.CouponExpired => CouponExpired,
        RefusalCode.CouponExhausted => CouponExhausted,
        RefusalCode.CouponLimit => CouponLimit,
        RefusalCode.OrderLimit => OrderLimit,
        RefusalCode.PaymentDeclined => PaymentDeclined,
        RefusalCode.OverRefund => OverRefund,
        RefusalCode.ClaimWindowClosed => ClaimWindowClosed,
        RefusalCode.DayClosed => DayClosed,
        RefusalCode.Unavailable => Unavailable,
        RefusalCode.TooMany => TooMany,
        _ => throw new UnreachableException($"The refusal {code} has no problem kind."),
    };
}
