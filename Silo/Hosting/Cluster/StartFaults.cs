using System.Net.Sockets;
using Npgsql;
using OrderActors.Client.Hosting;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService;
using StackExchange.Redis;

namespace OrderActors.Silo.Hosting;

/// <summary>Turns what went wrong while a silo started into the line for the person who started it.</summary>
internal static class StartFaults
{
    /// <summary>The line.</summary>
    public static StartupException Tell(Exception fault, SiloOptions options, ClusterSettings cluster)
    {
        for (var e = fault; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case StartupException known:
                    return known;
                case OrleansClusterConnectivityCheckFailedException:
                    return new StartupException(
                        $"The silo cannot join cluster '{cluster.ClusterId}': within {cluster.JoinTimeout} (Cluster:JoinTimeout) " +
                        $"it did not reach every member. {OneLine(e)} " +
                        $"Are {cluster.Address}:{cluster.SiloPort} and theirs reachable, and is Tls the same everywhere?",
                        fault);
                case DeclaredDeadException:
                    return new StartupException($"The silo cannot join cluster '{cluster.ClusterId}': {OneLine(e)}", fault);
                case RedisException:
                    return new StartupException($"Redis failed while the silo joined the cluster: {OneLine(e)}", fault);
                case NpgsqlException:
                    return new StartupException($"The database failed while the silo started: {OneLine(e)}", fault);
                case SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse or SocketError.AccessDenied or SocketError.AddressNotAvailable }:
                    return new StartupException(
                        $"Cannot listen: {OneLine(e)}. The ports are those of Urls ({options.Urls}), Cluster:SiloPort ({cluster.SiloPort}) and " +
                        $"Cluster:GatewayPort ({cluster.GatewayPort}) on {cluster.Address}.",
                        fault);
            }
        }

        return new StartupException($"{fault.GetBaseException().GetType().Name}: {OneLine(fault.GetBaseException())}", fault);
    }

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ");
}
