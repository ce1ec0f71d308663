using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrderActors.Client.Hosting.Calls;
using OrderActors.Client.Keys;
using Orleans;

namespace OrderActors.Client.Hosting.Cluster;

/// <summary>The gateway as a process of its own: it listens at once, and takes requests while the cluster is there.</summary>
internal sealed class GatewayApp : IAsyncDisposable
{
    // Orleans says of its own reconnecting what the connection says in one line.
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Default"] = "Warning",
        ["Logging:LogLevel:Microsoft.AspNetCore.Server.Kestrel"] = "Error",
        ["Logging:LogLevel:Orleans"] = "Error",
    };

    private readonly WebApplication _app;
    private readonly ClusterConnection _cluster;
    private readonly GatewayProgramOptions _options;
    private readonly ClusterAddress _address;
    private readonly GatewayGate _gate;
    private readonly long _startedAt = Stopwatch.GetTimestamp();

    private GatewayApp(WebApplication app, GatewayProgramOptions options, ClusterAddress address)
    {
        _app = app;
        _options = options;
        _address = address;
        _gate = app.Services.GetRequiredService<GatewayGate>();
        _cluster = app.Services.GetRequiredService<ClusterConnection>();
    }

    /// <summary>Where the API listens, with the port that was taken.</summary>
    public string Url => _app.Urls.FirstOrDefault() ?? _options.Urls;

    /// <summary>Puts the gateway together; nothing is opened yet.</summary>
    /// <exception cref="StartupException">An option is wrong.</exception>
    public static GatewayApp Build(string[] args)
    {
        GatewayProgramOptions.Program.RefuseUnknown(args);
        var builder = WebHosting.CreateBuilder(args, Defaults);
        var options = GatewayProgramOptions.Read(builder.Configuration);
        var address = OptionSections.Read(builder.Configuration, "Cluster", new ClusterAddress());
        address.Validate();
        var calls = OptionSections.Read(builder.Configuration, "Calls", new CallOptions());
        calls.Validate();
        var tls = TlsSettings.Read(builder.Configuration);
        builder.Services.AddSingleton(services => new ClusterConnection(
            address,
            calls,
            tls,
            services.GetRequiredService<GatewayGate>(),
            services.GetRequiredService<ILoggerFactory>(),
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<IClusterClient>(services => services.GetRequiredService<ClusterConnection>().Grains);
        builder.Services.AddGateway(builder.Configuration);
        builder.Listen(options.Urls, options.MaxBodyBytes);
        return new GatewayApp(builder.Build().MapGateway(), options, address);
    }

    /// <summary>
    /// Listens, then connects for as long as it takes; returns the line that says it is done, and under it the operator's key if this
    /// start made it.
    /// </summary>
    /// <exception cref="StartupException">It cannot listen.</exception>
    /// <exception cref="OperationCanceledException">It was given up before the cluster was reached.</exception>
    public async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw HostChecks.CannotListen(_options.Urls, e);
        }

        var gateways = await _cluster.StartAsync(cancellationToken);
        var key = await FirstKey.TryMakeAsync(_cluster.Grains, _app.Services.GetRequiredService<ApiKeyOptions>());
        var seconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"OrderActors gateway ready on {Url} · cluster {_address.ClusterId} · {gateways} gateways · {seconds:0.0} s") + key;
    }

    /// <summary>Stops: new requests are refused, those under way are finished, then the port closes. Returns the line that says so.</summary>
    public async Task<string> DrainAsync()
    {
        var began = Stopwatch.GetTimestamp();
        var requests = await _app.DrainAsync(_gate, _options.DrainTimeoutSeconds);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"OrderActors gateway stopped · {requests} · {seconds:0.0} s");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
