using System.Collections.Immutable;
using System.Globalization;
using Orleans;

namespace OrderActors.Values;

/// <summary>
/// Why a command was refused. Nothing changed. The list is closed and ordered as it stands here: where several apply, the
/// first wins. The numbers are on the wire; a code that is added gets the next one, wherever it stands.
/// </summary>
public enum RefusalCode
{
    /// <summary>The command id was used before, with other content.</summary>
    IdempotencyKeyReused = 0,

    /// <summary>There is no such order, merchant, courier or customer.</summary>
    NotFound = 1,

    /// <summary>It exists already.</summary>
    AlreadyExists = 2,

    /// <summary>The caller expects another version.</summary>
    VersionConflict = 35,

    /// <summary>Another order has this external id.</summary>
    DuplicateExternalId = 14,

    /// <summary>A field is missing or outside its range.</summary>
    ValidationFailed = 3,

    /// <summary>An amount is negative, or larger than any order can be.</summary>
    InvalidAmount = 15,

    /// <summary>A value of an enumeration that this release does not know.</summary>
    UnknownValue = 16,

    /// <summary>The time an order is wanted for is in the past or too far ahead.</summary>
    ScheduleInvalid = 17,

    /// <summary>The caller may not do this to this object.</summary>
    Forbidden = 4,

    /// <summary>The order is frozen: only an operator can let it go on.</summary>
    OrderFrozen = 18,

    /// <summary>The state does not allow the command.</summary>
    InvalidTransition = 5,

    /// <summary>The quote's time is over.</summary>
    QuoteExpired = 36,

    /// <summary>The offer is over.</summary>
    OfferExpired = 19,

    /// <summary>The customer's PIN is another one.</summary>
    WrongPin = 20,

    /// <summary>The merchant is unknown.</summary>
    UnknownMerchant = 6,

    /// <summary>The merchant does not take orders now.</summary>
    StoreClosed = 7,

    /// <summary>The merchant has as many orders as it can prepare.</summary>
    MerchantBusy = 21,

    /// <summary>The address is outside the merchant's area.</summary>
    OutOfArea = 22,

    /// <summary>An item is not on the menu.</summary>
    UnknownItem = 8,

    /// <summary>An option does not belong to the item, or too few or too many were chosen.</summary>
    UnknownOption = 23,

    /// <summary>A line is not in the order, or has fewer items.</summary>
    UnknownLine = 24,

    /// <summary>There is not enough of an item.</summary>
    SoldOut = 9,

    /// <summary>The currency is not the merchant's.</summary>
    WrongCurrency = 10,

    /// <summary>There is no such coupon, or it does not count here.</summary>
    UnknownCoupon = 25,

    /// <summary>The coupon is not valid now.</summary>
    CouponExpired = 26,

    /// <summary>The coupon's budget is spent.</summary>
    CouponExhausted = 27,

    /// <summary>The customer used the coupon as often as allowed.</summary>
    CouponLimit = 28,

    /// <summary>The total is not what the order comes to.</summary>
    WrongTotal = 11,

    /// <summary>The customer has as many open orders as allowed.</summary>
    OrderLimit = 29,

    /// <summary>The payment provider declined.</summary>
    PaymentDeclined = 30,

    /// <summary>More would go back than was paid and is left.</summary>
    OverRefund = 31,

    /// <summary>The time for claims is over.</summary>
    ClaimWindowClosed = 32,

    /// <summary>The courier is not free for this assignment.</summary>
    CourierUnavailable = 12,

    /// <summary>The day is closed and does not change any more.</summary>
    DayClosed = 33,

    /// <summary>Something that the command needs does not answer now; try later.</summary>
    Unavailable = 34,

    /// <summary>A bound of the platform was reached; try later.</summary>
    TooMany = 13,
}

/// <summary>A refusal: what was wrong, with which value, and what is allowed.</summary>
/// <param name="Code">The kind.</param>
/// <param name="Detail">One sentence for a person.</param>
/// <param name="Field">The field at fault as a JSON pointer, when there is one.</param>
/// <param name="Value">The value at fault, when there is one.</param>
/// <param name="Allowed">What would be right: the commands allowed in the state, the items on the menu.</param>
[GenerateSerializer, Immutable, Alias("orderactors.refusal")]
public sealed record Refusal(RefusalCode Code, string Detail, string? Field = null, string? Value = null, ImmutableArray<string> Allowed = default)
{
    /// <summary>A command that the state does not allow.</summary>
    public static Refusal Transition(string command, string subject, string state, ImmutableArray<string> allowed) =>
        new(RefusalCode.InvalidTransition,
            allowed.IsDefaultOrEmpty
                ? $"{subject} is {state}: {command} is not possible, and nothing else is."
                : $"{subject} is {state}: {command} is not possible. Possible are: {string.Join(", ", allowed)}.",
            Value: state, Allowed: allowed);

    /// <summary>The version that the caller knows is not the present one; null when it is, or when any will do.</summary>
    public static Refusal? Stale(long? expected, long version, string subject) => expected is null || expected == version
        ? null
        : new(RefusalCode.VersionConflict, $"{subject} is at version {version}, not {expected}. Read it again before you change it.",
            Value: expected.Value.ToString(CultureInfo.InvariantCulture), Allowed: [version.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>A field that is missing or outside its range.</summary>
    public static Refusal Invalid(string field, string? value, string rule) =>
        new(RefusalCode.ValidationFailed, $"{field} is {(value is null ? "missing" : $"'{value}'")}; it must be {rule}.", field, value, [rule]);
}
