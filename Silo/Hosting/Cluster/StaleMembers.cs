using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace OrderActors.Silo.Hosting;

/// <summary>
/// Clears the way of a silo that joins. When all silos of a cluster died at once, the membership still says that they are
/// active, and a silo must reach every active member before it may join: the engine waits for them, then gives up. Here a
/// silo that joins declares dead who has not told the table that it lives for longer than <see cref="Silence"/> and does
/// not take a connection either. One that was only cut off from the table takes connections and is left alone.
/// </summary>
internal sealed partial class StaleMembers(
    IMembershipTable table, IClusterMembershipService membership, ILocalSiloDetails self, IOptions<ClusterMembershipOptions> options,
    ILogger<StaleMembers> log) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Knock = TimeSpan.FromSeconds(1);

    // The clocks of two silos may be as far apart as the database's check allows.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _joined = new();

    private TimeSpan Silence => (options.Value.IAmAliveTablePublishTimeout * options.Value.NumMissedTableIAmAliveLimit) + Skew;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(StaleMembers), ServiceLifecycleStage.AfterRuntimeGrainServices, start =>
        {
            _ = Task.Run(() => Sweep(_joined.Token), CancellationToken.None);
            return Task.CompletedTask;
        });
        lifecycle.Subscribe(nameof(StaleMembers), ServiceLifecycleStage.Active, _ => _joined.CancelAsync(), _ => _joined.CancelAsync());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _joined.Cancel();
        _joined.Dispose();
    }

    private async Task Sweep(CancellationToken joined)
    {
        using var timer = new PeriodicTimer(Look);
        try
        {
            do
            {
                try
                {
                    await Declare(joined);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogFailed(e);
                }
            }
            while (await timer.WaitForNextTickAsync(joined));
        }
        catch (OperationCanceledException)
        {
            // It has joined, or it stops.
        }
    }

    private async Task Declare(CancellationToken joined)
    {
        var all = await table.ReadAll();
        foreach (var (member, _) in all.Members)
        {
            var address = member.SiloAddress;
            if (member.Status == SiloStatus.Dead || address.Equals(self.SiloAddress)) continue;
            var lived = DateTime.SpecifyKind(member.IAmAliveTime > member.StartTime ? member.IAmAliveTime : member.StartTime, DateTimeKind.Utc);
            if (DateTime.UtcNow - lived < Silence || await Answers(address, joined)) continue;
            joined.ThrowIfCancellationRequested();
            LogDeclared(address, lived);
            await membership.TryKill(address);
        }
    }

    private static async Task<bool> Answers(SiloAddress address, CancellationToken joined)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(joined);
        patience.CancelAfter(Knock);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Endpoint, patience.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Silo {Silo} is declared dead: it has not told the membership that it lives since {Lived:O} and does not answer")]
    private partial void LogDeclared(SiloAddress silo, DateTime lived);

    [LoggerMessage(LogLevel.Warning, "Could not look for members that are gone; trying again")]
    private partial void LogFailed(Exception failure);
}
