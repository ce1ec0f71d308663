using OrderActors.Tools.Chaos.Accounts;
using OrderActors.Tools.Chaos.Targets;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Measuring;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Chaos;

/// <summary>A fault that happened. Times are seconds from the load's beginning.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="Began">When it began.</param>
/// <param name="Ended">When it was lifted, and the process that was away was ready again.</param>
/// <param name="Failure">Why it could not be done, or not be undone; null when it was.</param>
/// <param name="Flood">What the flood measured; null for what is none.</param>
internal sealed record FaultRecord(Fault Fault, double Began, double Ended, string? Failure = null, LoadResult? Flood = null);

/// <summary>Does each fault at its time, and undoes it whatever happens.</summary>
/// <param name="scenario">What is done when.</param>
/// <param name="platform">To whom.</param>
/// <param name="load">How floods are sent: as the load is.</param>
/// <param name="town">Whose merchant is flooded.</param>
/// <param name="ledger">Where the flood's orders are noted.</param>
/// <param name="said">Told of each beginning and end.</param>
internal sealed class FaultRunner(Scenario scenario, ChaosPlatform platform, LoadPlan load, Town town, Ledger ledger, Action<string> said)
{
    /// <summary>How long a process may take until it is there again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Floods number their orders where the load never comes to.
    private const int FirstFloodOrder = 500_000_000;
    private const int FloodOrders = 20_000_000;

    /// <summary>Does them all.</summary>
    /// <param name="seconds">Says how many seconds of the load have passed.</param>
    /// <param name="cancellationToken">Ends it; what is under way is undone.</param>
    public async Task<IReadOnlyList<FaultRecord>> RunAsync(Func<double> seconds, CancellationToken cancellationToken) =>
        await Task.WhenAll(scenario.Faults.Select((fault, n) => RunAsync(fault, n, seconds, cancellationToken)));

    private async Task<FaultRecord> RunAsync(Fault fault, int n, Func<double> seconds, CancellationToken cancellationToken)
    {
        while (fault.At - TimeSpan.FromSeconds(seconds()) is var wait && wait > TimeSpan.Zero) await Task.Delay(wait, cancellationToken);
        var began = seconds();
        try
        {
            // An earlier fault may have ended it, and it is on its way up again.
            if (fault is KillFault or StopFault or PauseFault)
                await WaitAsync(fault.Whom, process => process.RunningAsync(cancellationToken), cancellationToken);
            began = seconds();
            said($"{began,6:0.0}s {fault.Title} …");
            var flood = await DoAsync(fault, n, cancellationToken);
            var ended = seconds();
            said($"{ended,6:0.0}s {fault.Title}: over after {ended - began:0.0} s");
            return new(fault, began, ended, null, flood);
        }
        catch (Exception e) when (e is FaultFailedException or BadInputException or IOException or TimeoutException)
        {
            said($"{seconds(),6:0.0}s {fault.Title} FAILED: {e.Message}");
            return new(fault, began, seconds(), e.Message);
        }
    }

    private async Task<LoadResult?> DoAsync(Fault fault, int n, CancellationToken cancellationToken)
    {
        switch (fault)
        {
            case KillFault kill:
                platform.Process(kill.Whom).Kill(kill.Restart);
                await BackAsync(kill.Whom, cancellationToken);
                break;
            case StopFault stop:
                platform.Process(stop.Whom).Stop(stop.Restart);
                await BackAsync(stop.Whom, cancellationToken);
                break;
            case PauseFault pause:
                platform.Process(pause.Whom).Pause();
                await HoldAsync(pause.For, platform.Process(pause.Whom).Resume, cancellationToken);
                break;
            case DiskFault disk:
                platform.HinderDisk(disk);
                await HoldAsync(disk.For, () => platform.HealDisk(disk), cancellationToken);

                // A full disk ends the process, and it comes back only once there is room.
                if (platform.Processes.Any(process => process.Name == disk.Whom)) await BackAsync(disk.Whom, cancellationToken);
                break;
            case ProviderFault provider:
                platform.SetProvider(provider.Whom, provider);
                await HoldAsync(provider.For, () => platform.SetProvider(provider.Whom, null), cancellationToken);
                break;
            case FloodFault flood:
                return await FloodAsync(flood, n, cancellationToken);
        }

        return null;
    }

    private async Task<LoadResult> FloodAsync(FloodFault flood, int n, CancellationToken cancellationToken)
    {
        var traffic = new LedgerTraffic(new FloodTraffic(town, flood.Merchant, FirstFloodOrder + (n * FloodOrders)), ledger);
        using var driver = new LoadDriver(load with { Stages = [new(flood.For, StageKind.Steady, flood.Rate)], TargetProcess = null }, traffic);
        return await driver.RunAsync(cancellationToken);
    }

    private Task BackAsync(string whom, CancellationToken cancellationToken) =>
        WaitAsync(whom, process => process.ReadyAsync(cancellationToken), cancellationToken);

    private async Task WaitAsync(string whom, Func<IChaosProcess, Task> until, CancellationToken cancellationToken)
    {
        try
        {
            await until(platform.Process(whom)).WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new FaultFailedException($"{whom} was not ready again within {Patience.TotalSeconds} s");
        }
    }

    private static async Task HoldAsync(TimeSpan time, Action lift, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(time, cancellationToken);
        }
        finally
        {
            lift();
        }
    }

    /// <summary>Orders at one merchant, by customers of the flood's own.</summary>
    private sealed class FloodTraffic(Town town, int merchant, int first) : ITraffic
    {
        private int _orders = first;

        public IReadOnlyList<OperationKind> Operations => Mix.Operations;

        public int Next() => (int)Act.Place;

        public void Write(int operation, Load.Http.RequestWriter request, Ticket ticket)
        {
            ticket.Order = null;
            ticket.Operation = operation;
            PlaceTraffic.WritePlacement(request, town, Interlocked.Increment(ref _orders) - 1, merchant);
            request.Body.Add(town.Couriers == 0 ? ",\"kind\":\"pickup\"}"u8 : "}"u8);
        }

        public void Settle(Ticket ticket, int status, ReadOnlySpan<byte> body)
        {
            // Nothing is done with them.
        }
    }
}
