using System.Collections.Immutable;
using System.Text;
using OrderActors.Embedded.Runtime;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Embedded.Reminders;

/// <summary>A reminder as it is stored.</summary>
internal sealed record StoredReminder(string GrainType, string GrainKey, string Name, DateTimeOffset FirstTick, TimeSpan Period) : IGrainReminder
{
    string IGrainReminder.ReminderName => Name;

    internal GrainId Grain => GrainId.Create(GrainType, GrainKey);
}

/// <summary>What grains ask for their reminders.</summary>
internal interface IReminderService
{
    /// <summary>Stores a reminder, or changes the one of that name.</summary>
    Task<IGrainReminder> RegisterAsync(GrainId grain, string name, TimeSpan dueTime, TimeSpan period);

    /// <summary>Removes a reminder.</summary>
    Task UnregisterAsync(GrainId grain, string name);

    /// <summary>The reminder of that name, or null.</summary>
    Task<IGrainReminder?> GetAsync(GrainId grain, string name);
}

/// <summary>
/// Durable periodic wake-ups: definitions are stored, ticks are not. A tick that was missed while the process was down is
/// sent once at the start. For a few per grain class, such as one per shard; deadlines of orders are not reminders.
/// </summary>
internal sealed class ReminderService(GrainRuntime runtime, GrainFactory grains) : IReminderService, IDisposable
{
    /// <summary>The shortest period, as in Orleans.</summary>
    private static readonly TimeSpan MinimumPeriod = TimeSpan.FromMinutes(1);

    private readonly ReminderTable[] _tables = [.. Enumerable.Range(0, ReminderTable.Count).Select(i => new ReminderTable(runtime, i))];
    private readonly Dictionary<(GrainId, string), ITimer> _timers = [];
    private volatile bool _stopped;

    public void Dispose()
    {
        _stopped = true;
        lock (_timers)
        {
            foreach (var timer in _timers.Values) timer.Dispose();
            _timers.Clear();
        }
    }

    internal async Task StartAsync()
    {
        foreach (var table in _tables)
        {
            foreach (var reminder in await table.LoadAsync()) Arm(reminder);
        }
    }

    public async Task<IGrainReminder> RegisterAsync(GrainId grain, string name, TimeSpan dueTime, TimeSpan period)
    {
        Check(grains.ClassOf(grain), grain, name, dueTime, period);
        var reminder = new StoredReminder(grain.Type.ToString(), grain.Key.ToString(), name, runtime.Time.GetUtcNow() + dueTime, period);
        await TableOf(grain).PutAsync(reminder);
        Arm(reminder);
        return reminder;
    }

    public async Task UnregisterAsync(GrainId grain, string name)
    {
        await TableOf(grain).RemoveAsync(grain, name);
        lock (_timers)
        {
            if (_timers.Remove((grain, name), out var timer)) timer.Dispose();
        }
    }

    public Task<IGrainReminder?> GetAsync(GrainId grain, string name) =>
        Task.FromResult<IGrainReminder?>(TableOf(grain).Find(grain, name));

    /// <summary>Throws when a grain cannot have this reminder.</summary>
    internal static void Check(GrainClass grainClass, GrainId grain, string name, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period < MinimumPeriod)
        {
            throw new ArgumentOutOfRangeException(nameof(period), period,
                $"A reminder's period is at least {MinimumPeriod}; use a grain timer for shorter ones.");
        }

        if (!grainClass.Type.IsAssignableTo(typeof(IRemindable)))
            throw new InvalidOperationException($"{grain} cannot have reminders: its class is not IRemindable.");
    }

    private ReminderTable TableOf(GrainId grain)
    {
        var hash = 0;
        foreach (var b in Encoding.UTF8.GetBytes(grain.ToString())) hash = unchecked(hash * 31 + b);
        return _tables[(uint)hash % ReminderTable.Count];
    }

    private void Arm(StoredReminder reminder)
    {
        var late = runtime.Time.GetUtcNow() - reminder.FirstTick;
        // A missed tick is sent at once; after that the reminder is back on its own beat.
        var due = late > TimeSpan.Zero ? TimeSpan.Zero : -late;
        var timer = runtime.Time.CreateTimer(_ => Tick(reminder), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_timers)
        {
            if (_timers.Remove((reminder.Grain, reminder.Name), out var old)) old.Dispose();
            _timers[(reminder.Grain, reminder.Name)] = timer;
        }

        timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void Tick(StoredReminder reminder)
    {
        if (_stopped) return;
        var now = runtime.Time.GetUtcNow();
        var beats = (now - reminder.FirstTick).Ticks / reminder.Period.Ticks + 1;
        lock (_timers)
        {
            if (!_timers.TryGetValue((reminder.Grain, reminder.Name), out var timer)) return;
            timer.Change(reminder.FirstTick + reminder.Period * beats - now, Timeout.InfiniteTimeSpan);
        }

        var status = new TickStatus(reminder.FirstTick.UtcDateTime, reminder.Period, now.UtcDateTime);
        var call = new ReminderCall(reminder, status, runtime) { StartTick = runtime.Tick };
        runtime.Send(grains.ClassOf(reminder.Grain), reminder.Grain, call);
    }

    internal sealed class ReminderCall(StoredReminder reminder, TickStatus status, GrainRuntime runtime) : EngineCall(
        "reminder", activation => ((IRemindable)activation.Instance).ReceiveReminder(reminder.Name, status))
    {
        internal override bool TryFail(Exception exception)
        {
            if (!base.TryFail(exception)) return false;
            runtime.Log.ReminderFailed(exception, reminder.Name, reminder.Grain);
            return true;
        }
    }
}
