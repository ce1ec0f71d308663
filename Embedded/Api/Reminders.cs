using Microsoft.Extensions.DependencyInjection;
using OrderActors.Embedded.Reminders;
using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A grain that can be woken by reminders.</summary>
    public interface IRemindable : IGrain
    {
        /// <summary>A reminder is due. It may come late, and more than once.</summary>
        Task ReceiveReminder(string reminderName, TickStatus status);
    }

    /// <summary>Durable, periodic wake-ups of a grain.</summary>
    public static class GrainReminderExtensions
    {
        /// <summary>Stores a reminder, or changes the one of that name.</summary>
        public static Task<IGrainReminder> RegisterOrUpdateReminder(this IGrainBase grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
            Service(grain).RegisterAsync(grain.GrainContext.GrainId, reminderName, dueTime, period);

        /// <summary>Removes a reminder.</summary>
        public static Task UnregisterReminder(this IGrainBase grain, IGrainReminder reminder) =>
            Service(grain).UnregisterAsync(grain.GrainContext.GrainId, reminder.ReminderName);

        /// <summary>The reminder of that name, or null.</summary>
        public static Task<IGrainReminder?> GetReminder(this IGrainBase grain, string reminderName) =>
            Service(grain).GetAsync(grain.GrainContext.GrainId, reminderName);

        private static IReminderService Service(IGrainBase grain)
        {
            ArgumentNullException.ThrowIfNull(grain);
            return grain.GrainContext.ActivationServices.GetRequiredService<IReminderService>();
        }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A stored reminder.</summary>
    public interface IGrainReminder
    {
        /// <summary>Its name within the grain.</summary>
        string ReminderName { get; }
    }

    /// <summary>When a reminder ticked.</summary>
    public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        /// <summary>When the first tick was due, UTC.</summary>
        public DateTime FirstTickTime { get; } = firstTickTime;

        /// <summary>The period.</summary>
        public TimeSpan Period { get; } = period;

        /// <summary>When this tick was sent, UTC.</summary>
        public DateTime CurrentTickTime { get; } = timeStamp;
    }
}
