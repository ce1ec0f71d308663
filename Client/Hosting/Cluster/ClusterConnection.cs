using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrderActors.Client.Hosting.Calls;
using Orleans;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Runtime;

namespace OrderActors.Client.Hosting.Cluster;

/// <summary>
/// The gateway's connection to the cluster. It connects for as long as it takes, notices when the last connection broke, and
/// keeps asking until the cluster answers again; the <see cref="GatewayGate"/> follows it.
/// </summary>
/// <remarks>
/// Orleans' client reads the list of silos again by itself and connects when a call needs a silo. While the door is shut no
/// call comes, so this sends one every second.
/// </remarks>
internal sealed partial class ClusterConnection : IClusterConnectionStatusObserver, IAsyncDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(30);

    private readonly ClusterAddress _address;
    private readonly GatewayGate _gate;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly IHost _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _lost = new(0, 1);
    private Task _watching = Task.CompletedTask;
    private long _toldAt;

    public ClusterConnection(
        ClusterAddress address, CallOptions calls, Action<TlsOptions>? tls, bool traced, GatewayGate gate, ILoggerFactory loggers, TimeProvider clock)
    {
        _address = address;
        _gate = gate;
        _logger = loggers.CreateLogger<ClusterConnection>();
        _clock = clock;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton<IClusterConnectionStatusObserver>(this);
        builder.Services.AddSingleton<IOutgoingGrainCallFilter>(
            new RetryFilter(new RetryPolicy(calls, clock, Random.Shared.NextDouble), ClusterFailures.Judge));
        builder.UseOrleansClient(client =>
        {
            client.UseRedisClustering(address.Redis);
            client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (address.ClusterId, address.ServiceId));
            client.Configure<Orleans.Configuration.GatewayOptions>(o => o.GatewayListRefreshPeriod = address.RefreshPeriod);
            client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = calls.ResponseTimeout);
            client.UseConnectionRetryFilter(TryAgain);
            if (tls is not null) client.UseTls(tls);
            if (traced) client.AddActivityPropagation();
        });
        _client = builder.Build();
        Grains = _client.Services.GetRequiredService<IClusterClient>();
    }

    /// <summary>Makes references to grains, once the cluster was reached.</summary>
    public IClusterClient Grains { get; }

    /// <summary>Begins to connect. Completes, with the number of silos that take gateways, when the cluster is reached and the door is open.</summary>
    public async Task<int> StartAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await _client.StartAsync(either.Token);
        _gate.Open();
        _watching = Watch();
        return (await _client.Services.GetRequiredService<IGatewayListProvider>().GetGateways()).Count;
    }

    /// <inheritdoc/>
    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered)
    {
    }

    /// <inheritdoc/>
    public void NotifyClusterConnectionLost()
    {
        // While a drain takes the last silo away, or before the first connection, there is nobody to tell.
        _gate.CloseForNow();
        if (_lost.CurrentCount == 0) _lost.Release();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _client.StopAsync(grace.Token);
        }
        catch (Exception e)
        {
            // The silos notice a client that is gone; the process ends anyway.
            LogStop(_logger, e.Message);
        }

        _client.Dispose();
        _stop.Dispose();
        _lost.Dispose();
    }

    private async Task Watch()
    {
        try
        {
            while (true)
            {
                await _lost.WaitAsync(_stop.Token);
                GatewayInstruments.ClusterLost();
                LogLost(_logger, _address.ClusterId);
                while (await Fault() is { } fault)
                {
                    Tell(fault);
                    await Task.Delay(AskEvery, _clock, _stop.Token);
                }

                _gate.Open();
                LogBack(_logger, _address.ClusterId);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    // Any answer is a sign of life, also one that says no. Not a call that is sent again: this loop is the patient one.
    private async Task<Exception?> Fault()
    {
        try
        {
            await Grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true).WaitAsync(_stop.Token);
            return null;
        }
        catch (Exception e) when (e is ClusterUnavailableException or TimeoutException)
        {
            return e;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<bool> TryAgain(Exception exception, CancellationToken cancellationToken)
    {
        Tell(exception);
        await Task.Delay(AskEvery, _clock, cancellationToken);
        return true;
    }

    private void Tell(Exception exception)
    {
        if (_toldAt != 0 && _clock.GetElapsedTime(_toldAt) < TellEvery) return;
        _toldAt = _clock.GetTimestamp();
        LogAway(_logger, _address.ClusterId, exception.GetBaseException().Message.ReplaceLineEndings(" "));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster {Cluster} cannot be reached and is asked again every second: {Reason}")]
    private static partial void LogAway(ILogger logger, string cluster, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last connection to the cluster {Cluster} broke; requests are refused until it is back")]
    private static partial void LogLost(ILogger logger, string cluster);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster {Cluster} is back; requests are taken again")]
    private static partial void LogBack(ILogger logger, string cluster);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to the cluster did not close as it should: {Reason}")]
    private static partial void LogStop(ILogger logger, string reason);
}
