using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Client.Http;
using OrderActors.Silo.Hosting;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>The real host in this process: a free port, a folder of its own.</summary>
public class SiloUnderTest : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private SiloApp? _app;
    private Api? _api;

    /// <summary>Options beside the usual ones.</summary>
    protected virtual string[] More => [];

    internal Api Api => _api ?? throw new InvalidOperationException("Not started.");

    /// <summary>Where it stores.</summary>
    internal string Data => _data.Path;

    /// <summary>Every route, such as <c>GET /v1/orders/{number}</c>.</summary>
    internal IEnumerable<string> Routes => _app!.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Select(e => $"{e.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods[0]} {e.RoutePattern.RawText}");

    /// <summary>Every operation, from its route.</summary>
    internal IEnumerable<Operation> Operations => _app!.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .Select(e => e.Metadata.GetMetadata<Operation>()).OfType<Operation>();

    public async Task InitializeAsync()
    {
        _app = SiloApp.Build(["--Urls", "http://127.0.0.1:0", "--Data", _data.Path, "--OperatorKey", Api.OperatorKey, .. More]);
        await _app.StartAsync(CancellationToken.None);
        _api = new Api(_app.Url);
    }

    /// <summary>Ends it as asked to stop, while its folder stays.</summary>
    internal Task DrainAsync() => _app!.DrainAsync();

    public async Task DisposeAsync()
    {
        _api?.Dispose();
        if (_app is not null)
        {
            await _app.DrainAsync();
            await _app.DisposeAsync();
        }

        _data.Dispose();
    }
}

/// <summary>Tests that share one running host; each uses merchants, couriers and customers of its own.</summary>
[CollectionDefinition(Name)]
public sealed class SharedSilo : ICollectionFixture<SiloUnderTest>
{
    public const string Name = "silo";
}
