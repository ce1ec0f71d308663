using System.Collections.Concurrent;
using System.Reflection;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Merchants;
using OrderActors.Orders;
using Orleans.Concurrency;

namespace OrderActors.Client.Hosting.Calls;

/// <summary>Which calls may arrive twice: those that read, and commands, whose id the grain remembers with the outcome.</summary>
internal static class IdempotentCalls
{
    private static readonly Type[] Commands = [typeof(OrderCommand), typeof(MerchantCommand), typeof(CourierCommand)];

    // These read as well; their contract says AlwaysInterleave, which a grain asks for one reason or another.
    private static readonly string[] OtherReads = [nameof(ISubscriberGrain.DeadLetters), nameof(ISubscriberGrain.Position)];

    private static readonly ConcurrentDictionary<MethodInfo, bool> Known = new();

    /// <summary>Whether a call of this method may be sent again when nobody knows what became of it.</summary>
    public static bool Includes(MethodInfo method) => Known.GetOrAdd(method, static m => Reads(m) || IsCommand(m));

    private static bool Reads(MethodInfo method) =>
        method.IsDefined(typeof(ReadOnlyAttribute)) || (method.DeclaringType == typeof(ISubscriberGrain) && OtherReads.Contains(method.Name));

    private static bool IsCommand(MethodInfo method) =>
        method.GetParameters() is [{ ParameterType: var type }] && Commands.Any(command => command.IsAssignableFrom(type));
}
