using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Intake;

/// <summary>What is stored of the intake's governor.</summary>
[StoredAs("intake-governor", version: 1)]
internal sealed record IntakeGovernorState
{
    private readonly ImmutableArray<IntakeAuditEntry> _audit;

    /// <summary>Orders a second, as an operator set them; null while none has.</summary>
    public int? Rate { get; init; }

    /// <summary>Counts activations and changes of the rate.</summary>
    public long Epoch { get; init; }

    /// <summary>The newest changes of the rate, oldest first.</summary>
    public ImmutableArray<IntakeAuditEntry> Audit { get => _audit.OrEmpty(); init => _audit = value; }
}

/// <summary>The governor's rules. Pure.</summary>
internal static class IntakeGovernorLifecycle
{
    /// <summary>A new epoch begins: grants of older ones are void.</summary>
    public static IntakeGovernorState Begin(IntakeGovernorState state) => state with { Epoch = state.Epoch + 1 };

    /// <summary>Sets the rate.</summary>
    public static Decision<IntakeGovernorState, Refusal?> SetRate(IntakeGovernorState state, SetIntakeRate command, DateTimeOffset now)
    {
        if (command.Rate is < 0 or > IntakeSchedule.MaxRate)
            return new(state, Refusal.Invalid("/rate", $"{command.Rate}", $"0 to {IntakeSchedule.MaxRate} orders a second"));
        if (RefuseReason(command.Reason) is { } refusal) return new(state, refusal);
        var entry = new IntakeAuditEntry(now, command.By, "set_rate", $"{command.Rate}", command.Reason);
        return new(Begin(state) with { Rate = command.Rate, Audit = IntakePartitionLifecycle.Kept(state.Audit, entry) }, null);
    }

    /// <summary>What is wrong with a reason; null when nothing is.</summary>
    public static Refusal? RefuseReason(string reason) => reason.Length <= OrderValidation.MaxNote && !string.IsNullOrWhiteSpace(reason)
        ? null
        : Refusal.Invalid("/reason", $"{reason.Length} characters", $"1 to {OrderValidation.MaxNote} characters");
}
