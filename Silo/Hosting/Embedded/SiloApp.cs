using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using OrderActors.Client;
using OrderActors.Client.Hosting;
using OrderActors.Client.Keys;
using Orleans;

namespace OrderActors.Silo.Hosting;

/// <summary>The whole host: built from the command line, started engine first, stopped without losing a request.</summary>
internal sealed class SiloApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SiloOptions _options;
    private readonly GatewayGate _gate;
    private readonly long _startedAt = Stopwatch.GetTimestamp();

    private SiloApp(WebApplication app, SiloOptions options)
    {
        _app = app;
        _options = options;
        _gate = app.Services.GetRequiredService<GatewayGate>();
        Engine = app.Services.GetRequiredService<IEngineControl>();
    }

    /// <summary>The engine under the gateway.</summary>
    public IEngineControl Engine { get; }

    /// <summary>Completes when the storage failed, with the reason as its exception if there is one.</summary>
    public Task Failed => Engine.Failed;

    /// <summary>The services of the host.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Where the API listens, with the port that was taken.</summary>
    public string Url => _app.Urls.FirstOrDefault() ?? _options.Urls;

    /// <summary>Puts the host together; nothing is opened yet.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="addEngine">Another engine than the one this was built for; tests use it.</param>
    /// <exception cref="StartupException">An option is wrong.</exception>
    public static SiloApp Build(string[] args, Action<WebApplicationBuilder, SiloOptions>? addEngine = null)
    {
        SiloOptions.Program.RefuseUnknown(args);
        var builder = WebHosting.CreateBuilder(args);
        var options = SiloOptions.Read(builder.Configuration);

        builder.Services.AddSingleton(options);
        builder.Services.AddGateway(builder.Configuration);
        builder.Listen(options.Urls, options.MaxBodyBytes);
        (addEngine ?? EngineSetup.AddEngine)(builder, options);
        return new SiloApp(builder.Build().MapGateway(), options);
    }

    /// <summary>Starts the engine, then the API; returns the line that says so, and under it the operator's key if this start made it.</summary>
    /// <exception cref="StartupException">One of them cannot start.</exception>
    public async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        await Engine.StartAsync(cancellationToken);
        var key = await FirstKey.MakeAsync(Services.GetRequiredService<IClusterClient>(), Services.GetRequiredService<ApiKeyOptions>());
        _gate.Open();
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await Engine.DrainAsync(CancellationToken.None);
            throw HostChecks.CannotListen(_options.Urls, e);
        }

        var seconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"OrderActors ready on {Url} · engine {Engine.Name} · data {Engine.DataFolder} · {Engine.GrainCount} grains found · {seconds:0.0} s") + key;
    }

    /// <summary>
    /// Stops: new requests are refused, those under way are finished, then the port closes and everything is made durable.
    /// Returns the line that says so.
    /// </summary>
    public async Task<string> DrainAsync()
    {
        var began = Stopwatch.GetTimestamp();
        var requests = await _app.DrainAsync(_gate, _options.DrainTimeoutSeconds);
        await Engine.DrainAsync(CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return string.Create(
            CultureInfo.InvariantCulture, $"OrderActors stopped · {requests} · everything acknowledged is on disk · {seconds:0.0} s");
    }

    /// <summary>Stops at once because the storage failed: nothing more is taken or acknowledged.</summary>
    public async Task AbortAsync()
    {
        _gate.Fail();
        await _app.StopListeningAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
