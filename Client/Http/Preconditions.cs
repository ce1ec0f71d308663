using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.Refunds;

namespace OrderActors.Client.Http;

/// <summary>
/// The preconditions of a request (RFC 9110, section 13). A version's ETag is its number in quotes. If-Match travels with the
/// command, because only the grain that decides knows what the version is when it decides.
/// </summary>
internal static class Preconditions
{
    /// <summary>The header of a change that is only to be made to a version.</summary>
    public const string IfMatch = "If-Match";

    private const string Rule = "one ETag as this API gave it out, such as \"3\", or *";

    /// <summary>A version as an ETag.</summary>
    public static string Quoted(string version) => $"\"{version}\"";

    /// <summary>Does a command to an order, if the order has the version that the request expects.</summary>
    public static Task<OrderReply> Execute(this IOrderGrain grain, HttpContext context, OrderCommand command) =>
        grain.Execute(Expected(context) is { } version ? command with { ExpectedVersion = version } : command);

    /// <summary>What a command would lead to, if the order has the version that the request expects.</summary>
    public static Task<OrderReply> Preview(this IOrderGrain grain, HttpContext context, OrderCommand command) =>
        grain.Preview(Expected(context) is { } version ? command with { ExpectedVersion = version } : command);

    /// <summary>Does a command to a merchant, if it has the version that the request expects.</summary>
    public static Task<MerchantReply> Execute(this IMerchantGrain grain, HttpContext context, MerchantCommand command) =>
        grain.Execute(Expected(context) is { } version ? command with { ExpectedVersion = version } : command);

    /// <summary>Does a command to a courier, if it has the version that the request expects.</summary>
    public static Task<CourierReply> Execute(this ICourierGrain grain, HttpContext context, CourierCommand command) =>
        grain.Execute(Expected(context) is { } version ? command with { ExpectedVersion = version } : command);

    /// <summary>Does a command to a customer, if it has the version that the request expects.</summary>
    public static Task<CustomerReply> Execute(this ICustomerGrain grain, HttpContext context, CustomerCommand command) =>
        grain.Execute(Expected(context) is { } version ? command with { ExpectedVersion = version } : command);

    /// <summary>Does a command to a promotion, if it has the version that the request expects.</summary>
    public static Task<PromotionReply> Execute(this IPromotionGrain grain, HttpContext context, PromotionCommand command) =>
        grain.Execute(Expected(context) is { } version ? command with { ExpectedVersion = version } : command);

    /// <summary>Does a command to an order's refunds, if they have the version that the request expects.</summary>
    public static Task<RefundReply> Execute(this IRefundGrain grain, HttpContext context, RefundCommand command) =>
        grain.Execute(Expected(context) is { } version ? command with { ExpectedVersion = version } : command);

    /// <summary>The version that a change is only to be made to; null for any.</summary>
    public static long? Expected(HttpContext context)
    {
        var values = context.Request.Headers.IfMatch;
        if (values.Count == 0) return null;
        var text = values.Count == 1 ? values[0] ?? "" : values.ToString();
        // What exists not is refused in any case.
        if (text == "*") return null;
        if (text is ['"', .. var inner, '"'] && long.TryParse(inner, NumberStyles.None, CultureInfo.InvariantCulture, out var version)) return version;
        var detail = $"{IfMatch} must be {Rule}; this one is not.";
        throw new RequestFault(
            ProblemKind.Malformed,
            detail,
            new ProblemError("invalid_etag", detail, Header: IfMatch, Value: text.Length > 300 ? text[..300] + "…" : text, Allowed: [Rule]));
    }

    /// <summary>Whether the caller of a read has this version already.</summary>
    public static bool IsKnown(HttpContext context, string etag)
    {
        var values = context.Request.Headers.IfNoneMatch;
        if (values.Count == 0) return false;
        foreach (var value in values)
        {
            // The weak comparison: what is not an ETag of ours is nobody's version.
            foreach (var candidate in (value ?? "").AsSpan().Split(','))
            {
                var tag = value.AsSpan()[candidate].Trim();
                if (tag is "*") return true;
                if (tag.StartsWith("W/", StringComparison.Ordinal)) tag = tag[2..];
                if (tag.SequenceEqual(etag)) return true;
            }
        }

        return false;
    }
}
