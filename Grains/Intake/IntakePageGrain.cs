using System.Collections.Immutable;
using OrderActors.Governance;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Intake;

/// <summary>A sealed page of a partition's queue.</summary>
[GrainType("intake-page"), WorkClass(WorkClass.Secondary)]
internal sealed class IntakePageGrain([PersistentState("state")] IPersistentState<IntakePageState> state) : Grain, IIntakePageGrain
{
    private Durable<IntakePageState>? _page;

    private Durable<IntakePageState> Page => _page ??= new(this, state);

    public Task<bool> Seal(ImmutableArray<IntakeEntry> entries) => Page.Decide(s => s.Entries.IsEmpty
        ? new Decision<IntakePageState, bool>(s with { Entries = entries.OrEmpty() }, true)
        : new(s, s.Entries.SequenceEqual(entries.OrEmpty())));

    public Task<ImmutableArray<IntakeEntry>> Get() => Task.FromResult(Page.Current.Entries);

    public Task Clear() => Page.Decide(s => new Decision<IntakePageState, bool>(s.Entries.IsEmpty ? s : s with { Entries = [] }, true));
}
