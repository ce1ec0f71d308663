using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Embedded.Runtime;
using Orleans.Runtime;

namespace OrderActors.Embedded.Reminders;

/// <summary>One of the records that hold the reminders.</summary>
internal sealed class ReminderTable(GrainRuntime runtime, int number)
{
    /// <summary>How many records there are, so that registering many reminders does not rewrite one big record each time.</summary>
    internal const int Count = 16;

    private readonly EngineRecord<ReminderList> _record =
        new(runtime, GrainId.Create("reminders", number.ToString("D2", CultureInfo.InvariantCulture)));

    private ImmutableList<StoredReminder> All => _record.Value.Reminders;

    internal async Task<ImmutableList<StoredReminder>> LoadAsync()
    {
        await _record.LoadAsync();
        return All;
    }

    internal StoredReminder? Find(GrainId grain, string name) => All.Find(r => r.Grain == grain && r.Name == name);

    internal Task PutAsync(StoredReminder reminder) => _record.ChangeAsync(list => new ReminderList
    {
        Reminders = list.Reminders.RemoveAll(r => r.Grain == reminder.Grain && r.Name == reminder.Name).Add(reminder),
    });

    internal Task RemoveAsync(GrainId grain, string name) => Find(grain, name) is null
        ? Task.CompletedTask
        : _record.ChangeAsync(list => new ReminderList { Reminders = list.Reminders.RemoveAll(r => r.Grain == grain && r.Name == name) });

    internal sealed class ReminderList
    {
        public ImmutableList<StoredReminder> Reminders { get; init; } = [];
    }
}
