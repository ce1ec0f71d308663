using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Merchants;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>What the content of a command to an order may be, whatever the state. Pure.</summary>
internal static class OrderValidation
{
    /// <summary>The longest note or reason, in characters.</summary>
    public const int MaxNote = 500;

    /// <summary>The longest token of a payment source, and the longest place of a proof.</summary>
    public const int MaxToken = 255;

    /// <summary>The largest amount of any order, in minor units.</summary>
    public const long MaxAmount = 1_000_000_000_000;

    /// <summary>The longest time from acceptance to ready.</summary>
    public static readonly TimeSpan MaxPreparation = TimeSpan.FromHours(6);

    /// <summary>What is wrong with a command's content; null when nothing is.</summary>
    public static Refusal? Validate(OrderCommand command)
    {
        if (command is PlacingCommand) return null;
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        return command switch
        {
            PlaceOrder c => ValidatePlacement(c),
            PayOrder c => RefuseToken("/source", c.Source),
            AcceptOrder { PreparationTime: { } time } => RefusePreparation(time),
            RejectOrder c => ValidateReason(c, c.Reason),
            CancelOrder c => ValidateReason(c, c.Reason) ?? (c is { WaiveFee: true, By.Role: not Role.Operator }
                ? Refusal.Invalid("/waive_fee", "true", "an operator's to say") : null),
            FailDelivery c => ValidateReason(c, c.Reason),
            ProposeModification c => MerchantRules.ValidateLines(c.Lines),
            ResolveModification { Proposal: < 1 } c => Refusal.Invalid("/proposal", $"{c.Proposal}", "1 or more"),
            OfferDelivery c when !EntityId.IsValid(c.Courier) => Refusal.Invalid("/courier", c.Courier, EntityId.Rule),
            AssignCourier c when !EntityId.IsValid(c.Courier) => Refusal.Invalid("/courier", c.Courier, EntityId.Rule),
            UnassignCourier c when !EntityId.IsValid(c.Courier) => Refusal.Invalid("/courier", c.Courier, EntityId.Rule),
            HandOver c when !EntityId.IsValid(c.Courier) => Refusal.Invalid("/courier", c.Courier, EntityId.Rule),
            AdvanceDelivery c => RefuseUnknown("/step", c.Step) ?? ValidateProof(c.Proof),
            FreezeOrder c => RefuseText("/reason", c.Reason),
            UnfreezeOrder c => RefuseText("/reason", c.Reason),
            OverrideOrder c => RefuseText("/reason", c.Reason) ?? (OrderEnds.Overrides.Contains(c.To)
                ? null
                : OneOf("/to", c.To, OrderEnds.Overrides)),
            _ => null,
        };
    }

    /// <summary>What is wrong with a time of preparation, in the seconds that callers write; null when nothing is.</summary>
    public static Refusal? RefusePreparation(TimeSpan time) => time >= TimeSpan.Zero && time <= MaxPreparation
        ? null
        : Refusal.Invalid(
            "/preparation_seconds", time.TotalSeconds.ToString(CultureInfo.InvariantCulture), $"0 to {MaxPreparation.TotalSeconds:0}");

    /// <summary>The refusal of an amount that is none; null when it is one.</summary>
    public static Refusal? RefuseAmount(string field, long amount) => amount is >= 0 and <= MaxAmount
        ? null
        : new(RefusalCode.InvalidAmount, $"{field} is {amount}; it must be 0 to {MaxAmount} minor units.", field, $"{amount}", [$"0 to {MaxAmount}"]);

    /// <summary>The refusal of a value that this release does not know; null when it does.</summary>
    public static Refusal? RefuseUnknown<T>(string field, T value) where T : struct, Enum => Enum.IsDefined(value)
        ? null
        : new(RefusalCode.UnknownValue, $"{field} is {value}, which this release does not know.", field, $"{value}", Names.Of(Enum.GetValues<T>()));

    private static Refusal? ValidateReason(OrderCommand command, CancelReason reason)
    {
        var reasons = OrderEnds.Reasons(command, command.By.Role);
        // To a role that has no right to the command that refusal says more.
        return !OrderTable.Givers(command).Has(command.By.Role) || reasons.Contains(reason)
            ? null
            : RefuseUnknown("/reason", reason) ?? OneOf("/reason", reason, reasons);
    }

    private static Refusal OneOf<T>(string field, T value, ImmutableArray<T> allowed) where T : struct, Enum =>
        Refusal.Invalid(field, Names.Of(value), $"one of {string.Join(", ", Names.Of(allowed))}") with { Allowed = Names.Of(allowed) };

    private static Refusal? ValidatePlacement(PlaceOrder c)
    {
        if (!EntityId.IsValid(c.Customer)) return Refusal.Invalid("/customer", c.Customer, EntityId.Rule);
        if (!EntityId.IsValid(c.Merchant)) return Refusal.Invalid("/merchant", c.Merchant, EntityId.Rule);
        if (MerchantRules.ValidateLines(c.Lines) is { } refusal) return refusal;
        if (!Money.IsCurrency(c.Total.Currency)) return Refusal.Invalid("/total/currency", c.Total.Currency, "three capital letters");
        if (c.Kind == OrderKind.Delivery && !c.Dropoff.IsValid) return Names.BadPlace("/dropoff", c.Dropoff);
        if (c.Note is { Length: > MaxNote }) return Refusal.Invalid("/note", $"{c.Note.Length} characters", $"at most {MaxNote} characters");
        if (c.Coupon is not null && !EntityId.IsValid(c.Coupon)) return Refusal.Invalid("/coupon", c.Coupon, EntityId.Rule);
        if (c.ExternalId is not null && !CommandId.IsValid(c.ExternalId))
            return Refusal.Invalid("/external_id", c.ExternalId, "1 to 255 visible ASCII characters");
        if (c.Tenant is not null && !EntityId.IsValid(c.Tenant)) return Refusal.Invalid("/tenant", c.Tenant, EntityId.Rule);
        if (c.QuoteId is not null && !EntityId.IsValid(c.QuoteId)) return Refusal.Invalid("/quote_id", c.QuoteId, EntityId.Rule);
        if (c.PaymentSource is not null && RefuseToken("/payment/source", c.PaymentSource) is { } source) return source;
        if (c.Payment == PaymentMethod.Cash && c.PaymentSource is not null)
            return Refusal.Invalid("/payment/source", c.PaymentSource, "left out when the order is paid in cash");
        if (c.Kind == OrderKind.Virtual && c.Payment == PaymentMethod.Cash)
            return Refusal.Invalid("/payment/method", Names.Of(c.Payment), "card: nobody is there to take cash for a virtual order");
        if (c.RequirePin && c.Kind != OrderKind.Delivery) return Refusal.Invalid("/require_pin", "true", "false: nothing is handed over at a door");
        return RefuseAmount("/total/amount", c.Total.Amount) ?? RefuseUnknown("/kind", c.Kind) ?? RefuseUnknown("/payment/method", c.Payment);
    }

    private static Refusal? ValidateProof(Proof? proof)
    {
        if (proof is null) return null;
        if (proof.Pin is { } pin && RefuseToken("/proof/pin", pin) is { } wrong) return wrong;
        if (proof.PhotoUrl is { } photo && RefuseUrl("/proof/photo_url", photo) is { } noPhoto) return noPhoto;
        if (proof.SignatureUrl is { } signature && RefuseUrl("/proof/signature_url", signature) is { } noSignature) return noSignature;
        return proof.Hash is { } hash && !(hash.Length == 64 && hash.All(char.IsAsciiHexDigit))
            ? Refusal.Invalid("/proof/hash", hash.Length > MaxToken ? $"{hash.Length} characters" : hash, "a SHA-256 in 64 hexadecimal digits")
            : null;
    }

    private static Refusal? RefuseUrl(string field, string url) =>
        url.Length <= 2_000 && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
            ? null
            : Refusal.Invalid(field, url.Length > MaxToken ? $"{url.Length} characters" : url, "an https address of at most 2000 characters");

    private static Refusal? RefuseToken(string field, string? token) =>
        CommandId.IsValid(token)
            ? null
            : Refusal.Invalid(field, token is { Length: > MaxToken } ? $"{token.Length} characters" : token, "1 to 255 visible ASCII characters");

    private static Refusal? RefuseText(string field, string? text) => text is { Length: <= MaxNote } && !string.IsNullOrWhiteSpace(text)
        ? null
        : Refusal.Invalid(field, $"{text?.Length ?? 0} characters", $"1 to {MaxNote} characters");
}
