using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Broadcast;

/// <summary>Which types of events are told outside. Pure.</summary>
internal static class EmissionLifecycle
{
    /// <summary>How many changes are kept for the audit.</summary>
    public const int MaxChanges = 200;

    private const int LongestReason = 200;

    /// <summary>Switches a type.</summary>
    public static Decision<EmissionState, EmissionReply> Set(EmissionState state, SetEmission command, DateTimeOffset now)
    {
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (state.Commands.Recall(command.Id, fingerprint) is { } known) return new(state, new(state.View, known.Refusal, known.Replayed));
        if (Validate(command) is { } refusal) return new(state, new(state.View, refusal));
        var change = new EmissionSwitch(command.Type, command.Emitted, command.By, now, command.Reason);
        var after = state with
        {
            Version = state.Version + 1,
            Switched = [.. state.Switched.Where(s => s.Type != command.Type).Append(change).OrderBy(s => s.Type, StringComparer.Ordinal)],
            Changes = [change, .. state.Changes.Take(MaxChanges - 1)],
            Commands = state.Commands.Remember(command.Id, fingerprint),
        };
        return new(after, new(after.View, null));
    }

    private static Refusal? Validate(SetEmission command)
    {
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        if (!EventTypes.All.Contains(command.Type)) return new(RefusalCode.NotFound, $"There is no type of events '{command.Type}'.", Value: command.Type);
        if (command.Reason is { Length: > LongestReason }) return Refusal.Invalid("/reason", null, $"at most {LongestReason} characters");
        return command.By.Role is Role.Operator or Role.System ? null : Names.Forbidden(command.By, "emission", "it is for operators to give");
    }
}
