using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Governance;

/// <summary>A command of an operator.</summary>
/// <param name="Id">The command's id: the same id again returns the first outcome and changes nothing.</param>
/// <param name="By">The operator.</param>
/// <param name="Reason">Why; it goes into the audit, which is the event log.</param>
[GenerateSerializer, Immutable, Alias("orderactors.governance-command")]
public abstract record GovernanceCommand(string Id, Actor By, string Reason);

/// <summary>Switches a feature off, or changes until when and why it is.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.set-switch")]
public sealed record SetSwitch(string Id, Actor By, string Reason, Feature Feature, SwitchScope Scope, DateTimeOffset? Until = null)
    : GovernanceCommand(Id, By, Reason);

/// <summary>Switches a feature on again.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.clear-switch")]
public sealed record ClearSwitch(string Id, Actor By, string Reason, Feature Feature, SwitchScope Scope) : GovernanceCommand(Id, By, Reason);

/// <summary>Gives a key or a merchant a limit of its own.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.set-rate-limit")]
public sealed record SetRateLimit(string Id, Actor By, string Reason, LimitOwner Owner, string OwnerId, double Rate, int Burst)
    : GovernanceCommand(Id, By, Reason);

/// <summary>Lets the configured limit hold again.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.clear-rate-limit")]
public sealed record ClearRateLimit(string Id, Actor By, string Reason, LimitOwner Owner, string OwnerId) : GovernanceCommand(Id, By, Reason);

/// <summary>Everything in force.</summary>
/// <param name="Version">Counts the changes.</param>
/// <param name="Switches">What is switched off.</param>
/// <param name="Limits">Limits other than the configured ones.</param>
/// <param name="Conditions">What the platform reacts to by itself.</param>
[GenerateSerializer, Immutable, Alias("orderactors.governance-view")]
public sealed record GovernanceView(
    long Version, ImmutableArray<FeatureSwitch> Switches, ImmutableArray<LimitOverride> Limits, ImmutableArray<Condition> Conditions)
{
    /// <summary>Nothing in force.</summary>
    public static GovernanceView Nothing { get; } = new(0, [], [], []);
}

/// <summary>The answer to a command: everything in force, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.governance-reply")]
public sealed record GovernanceReply(GovernanceView View, Refusal? Refusal, bool Replayed = false);

/// <summary>What a process notices, and what it knows.</summary>
/// <param name="Process">The process, by a name it chose when it started.</param>
/// <param name="Version">The version of the view that it has; -1 for none.</param>
/// <param name="Noticed">The conditions it notices now.</param>
[GenerateSerializer, Immutable, Alias("orderactors.process-report")]
public sealed record ProcessReport(string Process, long Version, ImmutableArray<Condition> Noticed);

/// <summary>What operators have set, and what the platform noticed of itself. There is one; the key is <see cref="Key"/>.</summary>
[Alias("orderactors.IGovernanceGrain")]
public interface IGovernanceGrain : IGrainWithStringKey
{
    /// <summary>The key of the one grain.</summary>
    const string Key = "platform";

    /// <summary>Does a command or refuses it.</summary>
    [Alias("execute"), AlwaysInterleave]
    Task<GovernanceReply> Execute(GovernanceCommand command);

    /// <summary>Everything in force.</summary>
    [Alias("get"), ReadOnly, AlwaysInterleave]
    Task<GovernanceView> Get();

    /// <summary>
    /// Takes in what a process notices, which holds until its next report or for ten seconds. Everything in force, or null when the process has that
    /// already. Every process asks once a second.
    /// </summary>
    [Alias("report"), AlwaysInterleave]
    Task<GovernanceView?> Report(ProcessReport report);
}
