using System.Diagnostics;
using System.Globalization;
using System.Net;
using OrderActors.Client.Hosting;
using OrderActors.Client.Hosting.Cluster;
using OrderActors.Client.Operations.Metrics;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.Values;
using Orleans.Connections.Security;
using Orleans.Runtime;
using StackExchange.Redis;

namespace OrderActors.Silo.Hosting;

/// <summary>A silo of a cluster, as a process: built from the command line, joined, and drained without losing what it acknowledged.</summary>
internal sealed partial class SiloApp : IAsyncDisposable
{
    // "10.2.2", with whatever a build adds behind it cut off.
    private static readonly string EngineVersion = string.Concat(
        FileVersionInfo.GetVersionInfo(typeof(Orleans.Grain).Assembly.Location).ProductVersion!.TakeWhile(c => char.IsAsciiDigit(c) || c == '.')).Trim('.');

    private readonly WebApplicationBuilder _builder;
    private readonly SiloOptions _options;
    private readonly ClusterSettings _cluster;
    private readonly PostgresOptions _postgres;
    private readonly StorageChoices _storages;
    private readonly DashboardSettings? _dashboard;
    private readonly Action<TlsOptions>? _tls;
    private readonly FatalStop _fatal = new();
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private IConnectionMultiplexer? _redis;
    private ILoggerFactory? _loggers;
    private PostgresDatabase? _database;
    private PostgresStore? _store;
    private ClusterContracts? _contracts;
    private WebApplication? _app;

    private SiloApp(WebApplicationBuilder builder, SiloOptions options)
    {
        var configuration = builder.Configuration;
        _builder = builder;
        _options = options;
        _cluster = ClusterSettings.Read(configuration, options.Urls);
        _postgres = OptionSections.Read(configuration, "Postgres", new PostgresOptions());
        _postgres.Validate();
        _storages = StorageChoices.Read(configuration);
        _tls = TlsSettings.Read(configuration);
        var dashboard = DashboardSettings.Read(configuration);
        _dashboard = dashboard.Enabled && options.OperatorKey.Length > 0 ? dashboard : null;
    }

    /// <summary>Where health and the dashboard are served, with the port that was taken.</summary>
    public string Url => _app?.Urls.FirstOrDefault() ?? _options.Urls;

    /// <summary>Completes, with the reason as its exception, when the silo cannot go on.</summary>
    public Task Failed => _fatal.Failed;

    private IServiceProvider Services => _app?.Services ?? throw new InvalidOperationException("The silo has not been started.");

    /// <summary>Reads the options; nothing is opened yet.</summary>
    /// <param name="args">The command line.</param>
    /// <exception cref="StartupException">An option is wrong.</exception>
    public static SiloApp Build(string[] args)
    {
        SiloOptions.Program.RefuseUnknown(args);
        var builder = WebHosting.CreateBuilder(args);
        var options = SiloOptions.Read(builder.Configuration);
        builder.Services.AddSingleton(options);
        builder.Services.AddGrainSections(builder.Configuration);
        builder.Services.AddSingleton<SiloHealth>();
        builder.Services.AddRouting();
        builder.Services.AddSingleton(_ => new MetricStore());
        builder.WebHost.UseUrls(options.Urls);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        return new SiloApp(builder, options);
    }

    /// <summary>Opens Redis and the database, joins the cluster; returns the line that says so.</summary>
    /// <exception cref="StartupException">Something cannot be used, or the cluster does not take the silo.</exception>
    public async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            RequireFreePorts();
            _redis = await RedisMembership.ConnectAsync(_cluster);
            _loggers = SiloLogging.Create(_builder.Configuration);
            _database = await PostgresDatabase.OpenAsync(_postgres, _cluster.ClusterId, TimeProvider.System, _loggers, cancellationToken);
            _store = new PostgresStore(_database, new JsonStateSerializer(StoredJson.Options), new RaisedEvents(), TimeProvider.System, _loggers);
            await _store.StartAsync(cancellationToken);
            await RegisterContracts(cancellationToken);
            await ReminderTakeover.TakeAsync(_database, _cluster.ServiceId, cancellationToken);
            _builder.AddSilo(_cluster, _postgres, _storages, _database, _store, _redis, _fatal, _tls, _dashboard);
            _app = _builder.Build();
            Map(_app);
            await Joined(_app.StartAsync(cancellationToken));
        }
        catch (Exception e)
        {
            throw StartFaults.Tell(e, _options, _cluster);
        }

        var seconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
        var roles = string.Join(',', _cluster.WorkClasses.Select(RolePlacement.NameOf));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"OrderActors silo ready on {Url} · engine Orleans {EngineVersion} · cluster {_cluster.ClusterId} · " +
            $"silo {_cluster.Address}:{_cluster.SiloPort} · gateway port {_cluster.GatewayPort} · roles {roles} · {seconds:0.0} s");
    }

    /// <summary>
    /// Leaves the cluster: is not ready any more, hands its grains over, makes everything durable, then closes its ports.
    /// Returns the line that says so.
    /// </summary>
    public async Task<string> DrainAsync()
    {
        var began = Stopwatch.GetTimestamp();
        Services.GetRequiredService<SiloHealth>().Drain();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(_options.DrainTimeoutSeconds));

        // The web server last, so that whoever asks meanwhile hears that the silo is stopping.
        var webServer = typeof(WebHostBuilderExtensions).Assembly;
        foreach (var service in Services.GetServices<IHostedService>().Reverse().Where(service => service.GetType().Assembly != webServer))
        {
            await service.StopAsync(patience.Token);
        }

        var left = patience.IsCancellationRequested ? $"cut off after {_options.DrainTimeoutSeconds} s" : "every grain handed over";
        await _store!.FlushAsync();
        await _contracts!.LeaveAsync(CancellationToken.None);
        await _app!.StopListeningAsync();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return string.Create(
            CultureInfo.InvariantCulture, $"OrderActors silo stopped · {left} · everything acknowledged is in the database · {seconds:0.0} s");
    }

    /// <summary>Stops at once because the silo cannot go on: the others take over.</summary>
    public Task AbortAsync()
    {
        Services.GetRequiredService<SiloHealth>().Drain();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A silo that the others have given up has nothing to bring to an end: the process does it.
        if (Failed.IsCompleted) return;
        if (_app is not null) await _app.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
        if (_contracts is not null) await _contracts.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
        _loggers?.Dispose();
    }

    // By its address: one that starts again in the place of one that was killed takes over its entry.
    private async Task RegisterContracts(CancellationToken cancellationToken)
    {
        _contracts = new ClusterContracts(
            _database!, $"{_cluster.Address}:{_cluster.SiloPort}", TimeProvider.System, _loggers!.CreateLogger<ClusterContracts>());
        _contracts.Excluded += line => _fatal.OnFatalException(this, line, new OrleansException(line));
        await _contracts.RegisterAsync(cancellationToken);
    }

    private void RequireFreePorts()
    {
        var address = IPAddress.IsLoopback(_cluster.Address) ? _cluster.Address : IPAddress.Any;
        HostChecks.RequireFree(nameof(SiloOptions.Urls), _options.Urls);
        HostChecks.RequireFree($"{ClusterSettings.Section}:{nameof(ClusterSettings.SiloPort)}", address, _cluster.SiloPort);
        HostChecks.RequireFree($"{ClusterSettings.Section}:{nameof(ClusterSettings.GatewayPort)}", address, _cluster.GatewayPort);
    }

    private void Map(WebApplication app)
    {
        if (_dashboard is not null) DashboardAccess.Map(app, _options.OperatorKey);
        else LogNoDashboard(Services.GetRequiredService<ILogger<SiloApp>>());
        Services.GetRequiredService<SiloHealth>().Map(app);
        foreach (var operation in new MetricRoutes(Services.GetRequiredService<MetricStore>()).Operations) operation.Map(app);
    }

    // The engine tells a fault of its own to the handler and may then wait for ever.
    private async Task Joined(Task started) => await await Task.WhenAny(started, Failed);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "No dashboard: it is served under /dashboard when there is an OperatorKey and Dashboard:Enabled is true")]
    private static partial void LogNoDashboard(ILogger logger);
}
