using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A grain that has reminders: durable wake-ups that outlive activations and hosts.</summary>
    public interface IRemindable : IGrain
    {
        /// <summary>Called at each tick. Ticks may be missed while no host runs, and may be repeated.</summary>
        Task ReceiveReminder(string reminderName, TickStatus status);
    }
}

namespace Orleans.Runtime
{
    /// <summary>A registered reminder.</summary>
    public interface IGrainReminder
    {
        string ReminderName { get; }
    }

    /// <summary>When a reminder first ticked, how often it does, and when this tick was made. All in UTC.</summary>
    public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
    {
        public DateTime FirstTickTime { get; } = firstTickTime;

        public TimeSpan Period { get; } = period;

        public DateTime CurrentTickTime { get; } = timeStamp;

        public override string ToString() => $"<{FirstTickTime:O}, {Period}, {CurrentTickTime:O}>";
    }

    /// <summary>The reminder table refused a change.</summary>
    public sealed class ReminderException(string message) : OrleansException(message);
}
