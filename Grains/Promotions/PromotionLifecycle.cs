using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Promotions;

/// <summary>The promotion's rules for commands. Pure. Orders are the business of <see cref="CouponBudget"/>.</summary>
internal static class PromotionLifecycle
{
    /// <summary>What became of a command.</summary>
    public readonly record struct Outcome(Refusal? Refusal, bool Replayed = false);

    /// <summary>Decides on a command. The state in the answer is the same instance when nothing is to be written.</summary>
    public static Decision<PromotionState, Outcome> Decide(PromotionState state, PromotionCommand command, string code, DateTimeOffset now)
    {
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (state.Commands.Recall(command.Id, fingerprint) is { } known) return new(state, new(known.Refusal, known.Replayed));
        if (Refuse(state, command, code) is { } refusal) return new(state, new(refusal));
        var (after, type) = Apply(state, command, code);
        var changed = !ReferenceEquals(after, state);
        after = after with
        {
            Version = changed ? state.Version + 1 : state.Version,
            Commands = after.Commands.Remember(command.Id, fingerprint),
        };
        if (changed) after = after with { Raised = state.Raised.Add(new PromotionEvent(type, now, command.By, after.Version, after.ToView())) };
        return new(after, new(null));
    }

    /// <summary>The table: a promotion exists or not, and every command is possible in each status once it does.</summary>
    private static Refusal? Refuse(PromotionState state, PromotionCommand command, string code) => (state.Exists, command) switch
    {
        (true, CreatePromotion) => new(RefusalCode.AlreadyExists, $"There is a promotion {code} already.", Value: code),
        (false, not CreatePromotion) => new(RefusalCode.NotFound, $"There is no promotion {code}.", Value: code),
        _ => Refusal.Stale(command.ExpectedVersion, state.Version, $"Promotion {code}")
            ?? PromotionRules.Validate(state.Terms, command, code) ?? MayGive(state.Terms, command),
    };

    /// <summary>Who pays alone decides alone; whatever costs the platform is an operator's to give.</summary>
    private static Refusal? MayGive(PromotionTerms current, PromotionCommand command)
    {
        var terms = command is CreatePromotion create ? create.Terms : current;
        return command.By switch
        {
            { Role: Role.Operator or Role.System } => null,
            { Role: Role.Merchant } by when terms is { MerchantPermille: PromotionRules.Whole, Merchants: [var only] } && only == by.Id => null,
            var by => Names.Forbidden(by, Name(command), "it is for an operator to give, or for the merchant who alone pays for it"),
        };
    }

    private static (PromotionState State, string Type) Apply(PromotionState state, PromotionCommand command, string code) => command switch
    {
        CreatePromotion c => (state with { Code = code, Terms = c.Terms with { Merchants = c.Terms.Merchants.OrEmpty() } }, EventTypes.PromotionCreated),
        SetPromotionStatus c => (c.Status == state.Status ? state : state with { Status = c.Status }, EventTypes.PromotionStatusChanged),
        RaiseBudget c => (Raise(state, c), EventTypes.PromotionBudgetRaised),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "A promotion does not know this command."),
    };

    private static PromotionState Raise(PromotionState state, RaiseBudget c)
    {
        var raised = state.Terms with { BudgetAmount = c.Amount ?? state.Terms.BudgetAmount, BudgetUses = c.Uses ?? state.Terms.BudgetUses };
        return raised.BudgetAmount == state.Terms.BudgetAmount && raised.BudgetUses == state.Terms.BudgetUses ? state : state with { Terms = raised };
    }

    private static string Name(PromotionCommand command) => command switch
    {
        CreatePromotion => "create",
        SetPromotionStatus { Status: PromotionStatus.Paused } => "pause",
        SetPromotionStatus => "resume",
        RaiseBudget => "budget",
        _ => command.GetType().Name,
    };
}
