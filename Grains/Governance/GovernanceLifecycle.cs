using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Governance;

/// <summary>The rules for what operators set and what the platform notices. Pure.</summary>
internal static class GovernanceLifecycle
{
    public const int MaxSwitches = 500;
    public const int MaxLimits = 1_000;
    public const int MaxReason = 500;

    /// <summary>The highest rate, in requests a second.</summary>
    public const double MaxRate = 1_000_000;

    /// <summary>The largest burst.</summary>
    public const int MaxBurst = 1_000_000;

    /// <summary>How far ahead a switch may end.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromDays(366);

    /// <summary>Where a feature can be switched off: only where something looks.</summary>
    private static readonly ImmutableDictionary<Feature, ImmutableArray<ScopeKind>> Scopes = new Dictionary<Feature, ImmutableArray<ScopeKind>>
    {
        [Feature.Ordering] = [ScopeKind.Platform, ScopeKind.Merchant, ScopeKind.Zone],
        [Feature.ScheduledOrders] = [ScopeKind.Platform, ScopeKind.Merchant],
        [Feature.CardPayments] = [ScopeKind.Platform, ScopeKind.Merchant],
        [Feature.Coupons] = [ScopeKind.Platform, ScopeKind.Merchant],
        [Feature.Notifications] = [ScopeKind.Platform],
        [Feature.DispatchOffers] = [ScopeKind.Platform, ScopeKind.Zone],
        [Feature.Quotes] = [ScopeKind.Platform],
        [Feature.Tracking] = [ScopeKind.Platform],
        [Feature.Reports] = [ScopeKind.Platform],
    }.ToImmutableDictionary();

    /// <summary>What became of a command.</summary>
    public readonly record struct Outcome(Refusal? Refusal, bool Replayed = false);

    /// <summary>Decides on a command. The state in the answer is the same instance when nothing is to be written.</summary>
    public static Decision<GovernanceState, Outcome> Decide(GovernanceState state, GovernanceCommand command, DateTimeOffset now)
    {
        var fingerprint = CommandMemory.Fingerprint(command with { Id = "" });
        if (state.Commands.Recall(command.Id, fingerprint) is { } known) return new(state, new(known.Refusal, known.Replayed));
        if ((Validate(command, now) ?? RefuseHere(state, command, now)) is { } refusal) return new(state, new(refusal));
        var after = command switch
        {
            SetSwitch c => With(state, c, now),
            ClearSwitch c => Without(state, c, now),
            SetRateLimit c => With(state, c, now),
            ClearRateLimit c => Without(state, c, now),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Nobody knows this command."),
        };
        return new(after with { Commands = after.Commands.Remember(command.Id, fingerprint) }, new(null));
    }

    /// <summary>Switches whose time is over are taken out, and an event says so.</summary>
    public static Decision<GovernanceState, bool> Expire(GovernanceState state, DateTimeOffset now)
    {
        foreach (var over in state.Switches.Where(s => !s.Holds(now)))
        {
            state = Raise(state with { Switches = state.Switches.Remove(over) }, EventTypes.SwitchExpired, now, Actor.System, SubjectOf(over), over.Reason);
        }

        return new(state, true);
    }

    /// <summary>What all processes notice now. What begins and what ends is an event each; other words for the same are none.</summary>
    public static Decision<GovernanceState, bool> Notice(GovernanceState state, IReadOnlyDictionary<string, string> noticed, DateTimeOffset now)
    {
        foreach (var over in state.Conditions.Where(c => !noticed.ContainsKey(c.Name)))
        {
            state = Raise(
                state with { Conditions = state.Conditions.Remove(over) },
                IsShedding(over.Name) ? EventTypes.OpsShedEnded : EventTypes.OpsRestored, now, Actor.System, over.Name, over.Why);
        }

        foreach (var (name, why) in noticed.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            if (state.Conditions.Any(c => c.Name == name)) continue;
            state = Raise(
                state with { Conditions = state.Conditions.Add(new(name, why, now)) },
                IsShedding(name) ? EventTypes.OpsShedStarted : EventTypes.OpsDegraded, now, Actor.System, name, why);
        }

        return new(state, true);
    }

    /// <summary>Whether what is noticed differs from what is known.</summary>
    public static bool Differs(GovernanceState state, IReadOnlyDictionary<string, string> noticed) =>
        noticed.Count != state.Conditions.Length || state.Conditions.Any(c => !noticed.ContainsKey(c.Name));

    private static bool IsShedding(string name) => name.StartsWith(Conditions.Shedding, StringComparison.Ordinal);

    private static Refusal? Validate(GovernanceCommand command, DateTimeOffset now)
    {
        if (!CommandId.IsValid(command.Id)) return Refusal.Invalid("/id", command.Id, "1 to 255 visible ASCII characters");
        if (command.By.Role is not (Role.Operator or Role.System)) return Names.Forbidden(command.By, "governance", "it is for an operator to give");
        if (string.IsNullOrWhiteSpace(command.Reason) || command.Reason.Length > MaxReason)
            return Refusal.Invalid("/reason", $"{command.Reason?.Length ?? 0} characters", $"1 to {MaxReason} characters");
        return command switch
        {
            SetSwitch c => ValidateScope(c.Feature, c.Scope) ?? ValidateUntil(c.Until, now),
            ClearSwitch c => ValidateScope(c.Feature, c.Scope),
            SetRateLimit c => ValidateOwner(c.Owner, c.OwnerId) ?? ValidateRate(c),
            ClearRateLimit c => ValidateOwner(c.Owner, c.OwnerId),
            _ => null,
        };
    }

    private static Refusal? ValidateScope(Feature feature, SwitchScope scope)
    {
        if (!Scopes.TryGetValue(feature, out var scopes))
            return new(RefusalCode.UnknownValue, $"There is no feature {(int)feature}.", "/feature", Allowed: Names.Of(Scopes.Keys.Order()));
        if (!scopes.Contains(scope.Kind))
        {
            var kind = Names.Of(scope.Kind);
            return new(RefusalCode.ValidationFailed, $"{Names.Of(feature)} is not switched by {kind}.", "/scope", kind, Names.Of(scopes));
        }

        if (scope.Kind == ScopeKind.Platform) return scope.Id.Length == 0 ? null : Refusal.Invalid("/scope_id", scope.Id, "left out for the platform");
        return EntityId.IsValid(scope.Id) ? null : Refusal.Invalid("/scope_id", scope.Id, EntityId.Rule);
    }

    private static Refusal? ValidateUntil(DateTimeOffset? until, DateTimeOffset now) => until is { } at && (at <= now || at > now + MaxAhead)
        ? Refusal.Invalid("/until", at.ToString("O", CultureInfo.InvariantCulture), $"after now and at most {MaxAhead.Days} days ahead")
        : null;

    private static Refusal? ValidateOwner(LimitOwner owner, string id) =>
        !Enum.IsDefined(owner) ? new(RefusalCode.UnknownValue, "The owner is not one of key, merchant.", "/owner", Allowed: ["key", "merchant"])
        : EntityId.IsValid(id) ? null
        : Refusal.Invalid("/id", id, EntityId.Rule);

    private static Refusal? ValidateRate(SetRateLimit c)
    {
        // Not "outside": a comparison with NaN is false both ways, and NaN must be refused.
        if (!(c.Rate >= 0 && c.Rate <= MaxRate)) return Refusal.Invalid("/rate", Text(c.Rate), $"0 (no limit) to {MaxRate} requests a second");
        return c.Burst is < 1 or > MaxBurst ? Refusal.Invalid("/burst", Text(c.Burst), $"1 to {MaxBurst} requests") : null;
    }

    /// <summary>The refusals that the state brings about.</summary>
    private static Refusal? RefuseHere(GovernanceState state, GovernanceCommand command, DateTimeOffset now) => command switch
    {
        SetSwitch c when state.Switches.Length >= MaxSwitches && Find(state, c.Feature, c.Scope) is null =>
            new(RefusalCode.TooMany, $"At most {MaxSwitches} things are switched off at once; switch something on first."),
        ClearSwitch c when Find(state, c.Feature, c.Scope)?.Holds(now) is not true =>
            new(RefusalCode.NotFound, $"{Names.Of(c.Feature)} is not switched off for {c.Scope}."),
        SetRateLimit c when state.Limits.Length >= MaxLimits && Find(state, c.Owner, c.OwnerId) is null =>
            new(RefusalCode.TooMany, $"At most {MaxLimits} keys and merchants have a limit of their own; take one off first."),
        ClearRateLimit c when Find(state, c.Owner, c.OwnerId) is null =>
            new(RefusalCode.NotFound, $"{Names.Of(c.Owner)} {c.OwnerId} has no limit of its own.", Value: c.OwnerId),
        _ => null,
    };

    private static GovernanceState With(GovernanceState state, SetSwitch c, DateTimeOffset now)
    {
        var old = Find(state, c.Feature, c.Scope);
        var set = new FeatureSwitch(c.Feature, c.Scope, c.By, c.Reason, old?.Holds(now) is true ? old.Since : now, c.Until);
        var switches = old is null ? state.Switches.Add(set) : state.Switches.Replace(old, set);
        return Raise(state with { Switches = switches }, EventTypes.SwitchSet, now, c.By, SubjectOf(set), c.Reason, c.Until);
    }

    private static GovernanceState Without(GovernanceState state, ClearSwitch c, DateTimeOffset now)
    {
        var old = Find(state, c.Feature, c.Scope)!;
        return Raise(state with { Switches = state.Switches.Remove(old) }, EventTypes.SwitchCleared, now, c.By, SubjectOf(old), c.Reason);
    }

    private static GovernanceState With(GovernanceState state, SetRateLimit c, DateTimeOffset now)
    {
        var old = Find(state, c.Owner, c.OwnerId);
        var set = new LimitOverride(c.Owner, c.OwnerId, c.Rate, c.Burst, c.By, c.Reason, now);
        var limits = old is null ? state.Limits.Add(set) : state.Limits.Replace(old, set);
        return Raise(state with { Limits = limits }, EventTypes.LimitSet, now, c.By, SubjectOf(set), c.Reason);
    }

    private static GovernanceState Without(GovernanceState state, ClearRateLimit c, DateTimeOffset now)
    {
        var old = Find(state, c.Owner, c.OwnerId)!;
        return Raise(state with { Limits = state.Limits.Remove(old) }, EventTypes.LimitCleared, now, c.By, SubjectOf(old), c.Reason);
    }

    private static FeatureSwitch? Find(GovernanceState state, Feature feature, SwitchScope scope) =>
        state.Switches.FirstOrDefault(s => s.Feature == feature && s.Scope == scope);

    private static LimitOverride? Find(GovernanceState state, LimitOwner owner, string id) =>
        state.Limits.FirstOrDefault(l => l.Owner == owner && l.Id == id);

    private static string SubjectOf(FeatureSwitch of) => $"{Names.Of(of.Feature)}/{of.Scope}";

    private static string SubjectOf(LimitOverride of) => $"{Names.Of(of.Owner)}/{of.Id}";

    private static GovernanceState Raise(
        GovernanceState state, string type, DateTimeOffset now, Actor by, string subject, string reason, DateTimeOffset? until = null)
    {
        var version = state.Version + 1;
        return state with { Version = version, Raised = state.Raised.Add(new GovernanceEvent(type, now, by, version, subject, reason, until)) };
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
