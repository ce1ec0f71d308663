using System.Runtime.InteropServices;
using OrderActors.Embedded.Reminders;
using Orleans.Runtime;

namespace OrderActors.Embedded.Simulation;

/// <summary>The reminders of a simulated cluster: they outlive its silos, and tick late and twice.</summary>
internal sealed class SimulatedReminders(SimulatedCluster cluster) : IReminderService
{
    private readonly Dictionary<(GrainId, string), Armed> _armed = [];

    public Task<IGrainReminder> RegisterAsync(GrainId grain, string name, TimeSpan dueTime, TimeSpan period)
    {
        ReminderService.Check(cluster.Catalog.ClassOf(grain), grain, name, dueTime, period);
        ref var armed = ref CollectionsMarshal.GetValueRefOrAddDefault(_armed, (grain, name), out _);
        armed?.Timer?.Dispose();
        var first = cluster.World.Time.GetUtcNow() + dueTime;
        armed = new Armed(new StoredReminder(grain.Type.ToString(), grain.Key.ToString(), name, first, period), grain);
        armed.Timer = cluster.World.Clock.CreateTimer(
            static state => ((Action)state!)(), Beat(armed), dueTime, Timeout.InfiniteTimeSpan);
        return Task.FromResult<IGrainReminder>(armed.Reminder);
    }

    public Task UnregisterAsync(GrainId grain, string name)
    {
        if (_armed.Remove((grain, name), out var armed)) armed.Timer?.Dispose();
        return Task.CompletedTask;
    }

    public Task<IGrainReminder?> GetAsync(GrainId grain, string name) =>
        Task.FromResult<IGrainReminder?>(_armed.GetValueOrDefault((grain, name))?.Reminder);

    private Action Beat(Armed armed) => () =>
    {
        var faults = cluster.Faults;
        armed.Timer!.Change(armed.Reminder.Period * cluster.Options.ReminderStretch, Timeout.InfiniteTimeSpan);
        // Nobody is there to send it. As with a real silo that was down, the next one is sent.
        if (cluster.Alive.Count == 0) return;
        if (faults.Strikes(FaultKind.ReminderDoubled, armed.Grain)) Send(armed);
        if (faults.Strikes(FaultKind.ReminderLate, armed.Grain))
            cluster.World.Time.After(faults.Size(FaultKind.ReminderLate).UpTo(armed.Reminder.Period), _ => Send(armed), null);
        else Send(armed);
    };

    private void Send(Armed armed)
    {
        var now = cluster.World.Time.GetUtcNow();
        var status = new TickStatus(armed.Reminder.FirstTick.UtcDateTime, armed.Reminder.Period, now.UtcDateTime);
        var call = new ReminderService.ReminderCall(armed.Reminder, status, cluster.ClientRuntime) { StartTick = cluster.ClientRuntime.Tick };
        cluster.ClientRuntime.Send(cluster.Catalog.ClassOf(armed.Grain), armed.Grain, call);
    }

    private sealed class Armed(StoredReminder reminder, GrainId grain)
    {
        public StoredReminder Reminder => reminder;

        public GrainId Grain => grain;

        public ITimer? Timer { get; set; }
    }
}
