using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Client;
using OrderActors.Client.Http;
using Orleans;

namespace OrderActors.Tools.Fuzz;

/// <summary>The gateway's own table of operations, without a gateway that serves them.</summary>
internal static class OperationTable
{
    /// <summary>All operations.</summary>
    public static IReadOnlyList<Operation> Read()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(DispatchProxy.Create<IClusterClient, NoCluster>());
        services.AddGateway(new ConfigurationBuilder().Build());
        using var provider = services.BuildServiceProvider();
        return [.. Gateway.Operations(provider)];
    }
}

/// <summary>Stands where the routes want a cluster: nothing of them is ever called.</summary>
internal class NoCluster : DispatchProxy
{
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new NotSupportedException("There is no cluster.");
}
