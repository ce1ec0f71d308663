using System.Collections.Concurrent;
using System.Reflection;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Dispatch;
using OrderActors.Governance.Keys;
using OrderActors.Listings;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.Quotes;
using OrderActors.Refunds;
using Orleans.Concurrency;

namespace OrderActors.Client.Hosting.Calls;

/// <summary>Which calls may arrive twice: those that read, and commands, whose id the grain remembers with the outcome.</summary>
internal static class IdempotentCalls
{
    private static readonly Type[] Commands =
        [typeof(OrderCommand), typeof(MerchantCommand), typeof(CourierCommand), typeof(RefundCommand), typeof(ApiKeyCommand), typeof(CreateQuote)];

    // These read as well; their contracts say AlwaysInterleave, which says less.
    private static readonly (Type Grain, string Method)[] OtherReads =
    [
        (typeof(IOrderGrain), nameof(IOrderGrain.Get)),
        (typeof(IOrderGrain), nameof(IOrderGrain.Track)),
        (typeof(IExternalIdGrain), nameof(IExternalIdGrain.Get)),
        (typeof(ISubscriberGrain), nameof(ISubscriberGrain.DeadLetters)),
        (typeof(ISubscriberGrain), nameof(ISubscriberGrain.Position)),
        (typeof(IDispatchGrain), nameof(IDispatchGrain.Get)),
        (typeof(IMerchantGrain), nameof(IMerchantGrain.Get)),
        (typeof(IMerchantGrain), nameof(IMerchantGrain.Quote)),
        (typeof(IPromotionGrain), nameof(IPromotionGrain.Get)),
        (typeof(IListingGrain), nameof(IListingGrain.Read)),
        (typeof(IRefundGrain), nameof(IRefundGrain.Get)),
        (typeof(IOrderGrain), nameof(IOrderGrain.Preview)),
        (typeof(IApiKeyGrain), nameof(IApiKeyGrain.Get)),
        (typeof(IApiKeyGrain), nameof(IApiKeyGrain.Resolve)),
        (typeof(ICustomerGrain), nameof(ICustomerGrain.Get)),
        (typeof(ICustomerGrain), nameof(ICustomerGrain.Claim)),
    ];

    private static readonly ConcurrentDictionary<MethodInfo, bool> Known = new();

    /// <summary>Whether a call of this method may be sent again when nobody knows what became of it.</summary>
    public static bool Includes(MethodInfo method) => Known.GetOrAdd(method, static m => Reads(m) || IsCommand(m));

    private static bool Reads(MethodInfo method) =>
        method.IsDefined(typeof(ReadOnlyAttribute)) || OtherReads.Contains((method.DeclaringType!, method.Name));

    private static bool IsCommand(MethodInfo method) =>
        method.GetParameters() is [{ ParameterType: var type }] && Commands.Any(command => command.IsAssignableFrom(type));
}
