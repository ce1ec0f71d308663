using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Simulations;

/// <summary>What became of a step.</summary>
/// <param name="Id">The step.</param>
/// <param name="Refusal">Why the platform did not do it; null when it did.</param>
/// <param name="Failure">What went wrong on the way, for another try; null when there was an answer.</param>
internal readonly record struct StepOutcome(long Id, Refusal? Refusal = null, string? Failure = null);

/// <summary>What an owner may do with a simulation, which steps are due, and what becomes of them. Pure; <see cref="SimulationPlay"/> plans them.</summary>
internal static class SimulationLifecycle
{
    /// <summary>How many entries of its log a simulation keeps.</summary>
    public const int MaxEntries = 200;

    /// <summary>How many steps are done in one go.</summary>
    public const int MaxDue = 64;

    private const int MaxTries = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>The zone of a simulation's own robots.</summary>
    public static string ZoneOf(string id) => TestMode.Mark + id;

    /// <summary>A command.</summary>
    public static Decision<SimulationState, SimulationReply> Execute(
        SimulationState state, string id, SimulationCommand command, DateTimeOffset now, SimulationOptions options)
    {
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (state.Commands.Recall(command.Id, fingerprint) is { } known)
            return new(state, Reply(state, id, now, known.Refusal, known.Replayed));
        if (Refuse(state, id, command, options) is { } refusal) return new(state, Reply(state, id, now, refusal, false));
        var after = command switch
        {
            StartSimulation start => Start(state, id, start, now, options),
            AdvanceSimulation advance => state with { Version = state.Version + 1, Advanced = state.Advanced + advance.Time },
            _ => End(state, id, SimulationStatus.Stopped, now),
        };
        after = after with { Commands = state.Commands.Remember(command.Id, fingerprint) };
        return new(after, Reply(after, id, now, null, false));
    }

    /// <summary>Why a command is not possible; null when it is.</summary>
    public static Refusal? Refuse(SimulationState state, string id, SimulationCommand command, SimulationOptions options)
    {
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        if (command is StartSimulation start)
        {
            return state.Exists
                ? new(RefusalCode.AlreadyExists, $"There is a simulation {id} already.", Value: id)
                : SimulationRules.Refuse(start.Plan, start.Owner, options);
        }

        if (!state.Exists || state.Owner != command.Owner) return NotFound(id);
        if (command is StopSimulation) return state.IsRunning ? null : Refusal.Transition("stop", id, Names.Of(state.Status), []);
        if (command is not AdvanceSimulation advance) return new(RefusalCode.ValidationFailed, "There is no such command.");
        if (!state.IsRunning) return Refusal.Transition("advancing the clock", id, Names.Of(state.Status), []);
        if (state.Plan!.Clock != SimulationClock.Manual)
        {
            return new(
                RefusalCode.InvalidTransition, $"The clock of {id} is the real one; only a manual clock is advanced.", Value: "real", Allowed: ["manual"]);
        }

        return advance.Time > TimeSpan.Zero && advance.Time <= SimulationRules.MaxAdvance
            ? null
            : Refusal.Invalid("/advance_seconds", $"{advance.Time.TotalSeconds:0}", $"1 to {SimulationRules.MaxAdvance.TotalSeconds:0}");
    }

    /// <summary>There is no such simulation, or it is somebody else's.</summary>
    public static Refusal NotFound(string id) => new(RefusalCode.NotFound, $"There is no simulation {id}.", Value: id);

    /// <summary>Ends it: what was planned is not done any more, and its own robots close.</summary>
    public static SimulationState End(SimulationState state, string id, SimulationStatus status, DateTimeOffset now)
    {
        if (!state.IsRunning) return state;
        var at = state.ClockAt(now);
        var (step, town) = (state.NextStep, state.Plan!.Town);
        var steps = ImmutableArray.CreateBuilder<SimulationStep>();
        for (var i = 1; i <= town?.Merchants; i++) steps.Add(new(step++, at, SimulationAction.CloseMerchant, new(Role.Merchant, MerchantOf(id, i)), null, i));
        for (var i = 1; i <= town?.Couriers; i++) steps.Add(new(step++, at, SimulationAction.CloseCourier, new(Role.Courier, CourierOf(id, i)), null, i));
        return state with
        {
            Version = state.Version + 1,
            Status = status,
            Orders = ImmutableSortedDictionary<OrderNumber, PlayedOrder>.Empty,
            Steps = steps.ToImmutable(),
            NextStep = step,
        };
    }

    /// <summary>When something is to be done, in real time; null for nothing.</summary>
    public static DateTimeOffset? Next(SimulationState state)
    {
        if (!state.Exists) return null;
        DateTimeOffset? next = state.IsRunning ? state.EndsAt : null;
        foreach (var step in state.Steps)
        {
            if (state.DueAt(step) is { } due && (next is null || due < next)) next = due;
        }

        return next;
    }

    /// <summary>The steps to be done now, the earliest first; of everything that is about one order only the first.</summary>
    public static ImmutableArray<SimulationStep> Due(SimulationState state, DateTimeOffset now)
    {
        if (!state.Exists) return [];
        var busy = new HashSet<OrderNumber>();
        return
        [
            .. state.Steps.Where(step => state.DueAt(step) <= now).OrderBy(step => step.At).ThenBy(step => step.Id)
                .Where(step => step.Order is not { } order || busy.Add(order)).Take(MaxDue),
        ];
    }

    /// <summary>What became of steps.</summary>
    public static SimulationState Record(SimulationState state, ImmutableArray<StepOutcome> outcomes, DateTimeOffset now)
    {
        if (!state.Exists) return state;
        var draft = new SimulationDraft(state, now);
        foreach (var outcome in outcomes)
        {
            // What ended meanwhile has dropped its steps.
            if (draft.Steps.Find(step => step.Id == outcome.Id) is not { } step) continue;
            draft.Steps.Remove(step);
            var again = outcome.Failure is not null || outcome.Refusal is { Code: var code } && IsForNow(code);
            if (again && step.Tries + 1 < MaxTries)
            {
                draft.Steps.Add(step with { Tries = step.Tries + 1, NotBefore = now + Pause(step.Tries) });
                if (step.Tries == 0) draft.Note(step.By, step.Action, step.Order, "failed", outcome.Failure ?? outcome.Refusal!.Detail);
                continue;
            }

            var refused = again || outcome.Refusal is not null;
            if (refused) draft.Refused++;
            else draft.Done++;
            var result = outcome.Refusal is { } refusal ? Names.Of(refusal.Code) : refused ? "failed" : "done";
            draft.Note(step.By, step.Action, step.Order, result, outcome.Failure ?? outcome.Refusal?.Detail);
            SimulationPlay.Follow(draft, step, refused);
        }

        return draft.Finish();
    }

    /// <summary>The id of a robot merchant.</summary>
    public static string MerchantOf(string id, int number) => string.Create(CultureInfo.InvariantCulture, $"{TestMode.Mark}{id}_m{number}");

    /// <summary>The id of a robot courier.</summary>
    public static string CourierOf(string id, int number) => string.Create(CultureInfo.InvariantCulture, $"{TestMode.Mark}{id}_k{number}");

    private static SimulationState Start(SimulationState state, string id, StartSimulation start, DateTimeOffset now, SimulationOptions options)
    {
        var (plan, town) = (start.Plan, start.Plan.Town);
        var merchants = Enumerable.Range(1, town?.Merchants ?? 0).Select(i => MerchantOf(id, i)).ToImmutableArray();
        var couriers = Enumerable.Range(1, town?.Couriers ?? 0).Select(i => CourierOf(id, i)).ToImmutableArray();
        var step = 0L;
        return state with
        {
            Version = 1,
            Owner = start.Owner,
            Plan = plan with
            {
                Script = SimulationPresets.Fill(plan.Script, plan.Preset),
                Merchants = plan.Merchants.OrEmpty(),
                Couriers = plan.Couriers.OrEmpty(),
            },
            Status = SimulationStatus.Running,
            CreatedAt = now,
            EndsAt = now + (plan.Lasts ?? options.Lasts),
            Merchants = merchants.AddRange(plan.Merchants.OrEmpty()),
            Couriers = couriers.AddRange(plan.Couriers.OrEmpty()),
            Steps =
            [
                .. merchants.Select((m, i) => new SimulationStep(step++, now, SimulationAction.OpenMerchant, new(Role.Merchant, m), null, i + 1)),
                .. couriers.Select((c, i) => new SimulationStep(step++, now, SimulationAction.OpenCourier, new(Role.Courier, c), null, i + 1)),
            ],
            NextStep = step,
        };
    }

    private static SimulationReply Reply(SimulationState state, string id, DateTimeOffset now, Refusal? refusal, bool replayed) =>
        new(state.Exists && refusal is null ? state.ToView(id, now, withEntries: true) : null, refusal, replayed);

    /// <summary>Whether a refusal says nothing about the step but only that it came at a bad moment.</summary>
    private static bool IsForNow(RefusalCode code) =>
        code is RefusalCode.TooMany or RefusalCode.Unavailable or RefusalCode.SwitchedOff or RefusalCode.DependencyOpen;

    private static TimeSpan Pause(int tries)
    {
        var pause = FirstPause * Math.Pow(4, tries);
        return pause < LongestPause ? pause : LongestPause;
    }
}
