using OrderActors.Client.Hosting.Calls;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;

namespace OrderActors.Client.Hosting.Cluster;

/// <summary>What Orleans' exceptions say about a call.</summary>
internal static class ClusterFailures
{
    // Exceptions of types that only the silos have arrive with nothing but their name.
    private static readonly string[] OfStorage = ["OrderActors.Silo.Storage.", "OrderActors.Storage.", "Npgsql.", "StackExchange.Redis."];

    /// <summary>What a failure of a grain call says.</summary>
    public static CallFailure Judge(Exception exception) => exception switch
    {
        // SiloUnavailableException is one of these: rejected on the way, or the silo was declared dead.
        OrleansMessageRejectionException or ConnectionFailedException or ClientNotAvailableException => CallFailure.WayLost,
        TimeoutException => CallFailure.Unanswered,
        GatewayTooBusyException or LimitExceededException => CallFailure.TooBusy,
        Orleans.Storage.InconsistentStateException => CallFailure.Storage,
        UnavailableExceptionFallbackException { ExceptionType: { } type } when OfStorage.Any(s => type.StartsWith(s, StringComparison.Ordinal)) =>
            CallFailure.Storage,

        // Sent before the connection was there, or while the client is being taken down.
        ObjectDisposedException => CallFailure.WayLost,
        _ => CallFailure.Answer,
    };
}
