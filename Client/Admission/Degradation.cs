using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrderActors.Client.Operations;
using OrderActors.Governance;
using Orleans;

namespace OrderActors.Client.Admission;

/// <summary>What is switched off, as the gateway knows it: about a second old.</summary>
internal interface IDegradation
{
    /// <summary>Why a feature is off; null when it is on.</summary>
    Off? Find(Feature feature, string? merchant = null, string? zone = null);
}

/// <summary>
/// Once a second tells the one grain that knows what this gateway notices, and learns what is in force. While the grain does not answer, what
/// was known holds on.
/// </summary>
internal sealed partial class Degradation(
    IClusterClient grains, AdmissionControl control, IOutboundStates outbound, TimeProvider clock, ILogger<Degradation> log) : BackgroundService, IDegradation
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly string _process = "gateway-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private readonly Lock _use = new();
    private volatile SwitchTable _table = SwitchTable.Nothing;
    private bool _isKnown;
    private bool _fails;

    /// <inheritdoc/>
    public Off? Find(Feature feature, string? merchant = null, string? zone = null) =>
        _table is { IsEmpty: false } table ? table.Find(feature, clock.GetUtcNow(), merchant, zone) : null;

    /// <summary>What is in force, without waiting for the next second.</summary>
    public void Use(GovernanceView view)
    {
        // An answer to a command and the look of this second may come at the same time.
        lock (_use)
        {
            if (_isKnown && view.Version < _table.View.Version) return;
            control.Rates.Use(view);
            _table = new SwitchTable(view);
            _isKnown = true;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not in the start's own thread: a grain that answers at once would hold the start up.
        await Task.Yield();
        using var timer = new PeriodicTimer(Period, clock);
        do
        {
            await Report(stoppingToken);
        }
        while (await Next(timer, stoppingToken));
    }

    private static async Task<bool> Next(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task Report(CancellationToken stop)
    {
        var noticed = ImmutableArray.CreateBuilder<Condition>();
        control.Notice(noticed);
        foreach (var state in outbound.States())
        {
            if (state.IsGivenUp) noticed.Add(new(Conditions.Breaker + state.Name, $"The circuit breaker of {state.Name} is open.", state.Since));
        }

        try
        {
            var report = new ProcessReport(_process, _isKnown ? _table.View.Version : -1, noticed.ToImmutable());
            if (await grains.GetGrain<IGovernanceGrain>(IGovernanceGrain.Key).Report(report).WaitAsync(stop) is { } view) Use(view);
            _fails = false;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            if (!_fails) LogNotAnswered(log, e.Message);
            _fails = true;
        }
        catch (OperationCanceledException)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "What is switched off could not be asked; what was known holds on: {Reason}")]
    private static partial void LogNotAnswered(ILogger logger, string reason);
}
