using System.Globalization;

namespace OrderActors.Embedded.Simulation;

/// <summary>What a simulated world can do to the platform.</summary>
public enum FaultKind
{
    /// <summary>A request between silos, or from a client, never arrives. The caller hears a <see cref="TimeoutException"/>.</summary>
    RequestLost,

    /// <summary>The grain did what was asked, and its answer never arrives.</summary>
    ReplyLost,

    /// <summary>An answer arrives seconds late.</summary>
    ReplyDelayed,

    /// <summary>A request arrives twice.</summary>
    RequestDoubled,

    /// <summary>A request arrives seconds late, after others that were sent later.</summary>
    RequestDelayed,

    /// <summary>A silo dies between two turns and starts again later.</summary>
    SiloCrash,

    /// <summary>All silos die at once.</summary>
    ClusterCrash,

    /// <summary>A grain has two activations on different silos for a while, as when silos disagree on who is a member.</summary>
    TwoActivations,

    /// <summary>An activation is collected although it is in use.</summary>
    EarlyCollection,

    /// <summary>A silo's clock is off, within what the platform accepts.</summary>
    ClockSkew,

    /// <summary>A grain's timer ticks seconds late.</summary>
    TimerLate,

    /// <summary>A reading of a state fails.</summary>
    ReadFails,

    /// <summary>A write fails and is not stored.</summary>
    WriteFailsBefore,

    /// <summary>A write is stored, and its writer hears a failure.</summary>
    WriteFailsAfter,

    /// <summary>A write never returns; whether it is stored is drawn.</summary>
    WriteHangs,

    /// <summary>A group of writes takes seconds to become durable.</summary>
    StorageSlow,

    /// <summary>
    /// The storage dies while it writes a group, which is cut anywhere: what follows the cut is lost, and all of the group's
    /// writers hear a failure.
    /// </summary>
    TornTail,

    /// <summary>A consumer's cursor is not stored, so that the next activation sees events again.</summary>
    CursorLost,

    /// <summary>A doorbell of the event log is never heard.</summary>
    WakeUpLost,

    /// <summary>A doorbell of the event log rings twice.</summary>
    WakeUpDoubled,

    /// <summary>A doorbell of the event log rings late, after those of other partitions that were rung later.</summary>
    WakeUpDelayed,

    /// <summary>A reminder ticks late.</summary>
    ReminderLate,

    /// <summary>A reminder ticks twice.</summary>
    ReminderDoubled,

    /// <summary>A silo stores as the first release did: records of version 1 do not say their version.</summary>
    OlderSchema,

    /// <summary>A silo stores as the release after this one: records are a version ahead and have members that this one does not know.</summary>
    NewerSchema,

    /// <summary>A write to a file of the journal fails; a part of it is done.</summary>
    DiskWriteFails,

    /// <summary>A sync of a file or of the folder of the journal fails.</summary>
    DiskSyncFails,

    /// <summary>No file of the journal can be made or grow for a while.</summary>
    DiskFull,

    /// <summary>A sync of the journal takes seconds.</summary>
    DiskSlow,

    /// <summary>The process with the journal dies before, in or right after an operation on one of its files.</summary>
    DiskCrash,

    /// <summary>
    /// With a process its machine dies: what was not synced is lost, or a part of it, cut at any byte, with sectors missing,
    /// or with garbage in their place. Without this fault what was written outlives the process.
    /// </summary>
    DiskTail,
}

/// <summary>One opportunity for a fault: a kind and which opportunity of that kind, counted from 1.</summary>
/// <param name="Kind">What.</param>
/// <param name="Opportunity">For instance the 412th request, when the kind is <see cref="FaultKind.RequestLost"/>.</param>
public readonly record struct FaultId(FaultKind Kind, long Opportunity)
{
    /// <summary>As it is printed and read: <c>RequestLost:412</c>.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Kind}:{Opportunity}");

    /// <summary>Reads a printed one.</summary>
    /// <exception cref="FormatException">It is none; the message says what would be.</exception>
    public static FaultId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && Enum.TryParse<FaultKind>(text.AsSpan(0, colon), out var kind) && Enum.IsDefined(kind) &&
            long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at > 0)
        {
            return new FaultId(kind, at);
        }

        throw new FormatException($"'{text}' is not a fault; a fault is a kind and a number, such as {new FaultId(FaultKind.ReplyLost, 412)}. " +
            $"The kinds are {string.Join(", ", Enum.GetNames<FaultKind>())}.");
    }
}

/// <summary>A fault that struck.</summary>
/// <param name="Number">1, 2, 3 … in the order of the run.</param>
/// <param name="Id">Which opportunity it was: the same in a run of the same seed with other faults left out.</param>
/// <param name="At">When, since the start of the world.</param>
/// <param name="Subject">Whom it struck: a grain, a silo, a partition.</param>
public sealed record InjectedFault(int Number, FaultId Id, TimeSpan At, object? Subject)
{
    /// <summary>One line.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#{Number} {Id} at {At:hh\\:mm\\:ss\\.fff} on {Subject ?? "the world"}");
}
