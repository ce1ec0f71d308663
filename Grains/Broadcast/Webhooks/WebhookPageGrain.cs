using System.Collections.Immutable;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>What is stored of a page of an endpoint's queue.</summary>
[StoredAs("webhook-page", version: 1)]
internal sealed record WebhookPageState
{
    private readonly ImmutableArray<FeedEvent> _events;

    public ImmutableArray<FeedEvent> Events { get => _events.OrEmpty(); init => _events = value; }
}

/// <summary>A page of an endpoint's queue: written once, read once, forgotten.</summary>
[GrainType("webhook-page"), WorkClass(WorkClass.NonCritical)]
internal sealed class WebhookPageGrain([PersistentState("state")] IPersistentState<WebhookPageState> state) : Grain, IWebhookPageGrain
{
    private Durable<WebhookPageState>? _page;

    private Durable<WebhookPageState> Page => _page ??= new(this, state);

    public Task Put(ImmutableArray<FeedEvent> events) => Page.Decide(s => new Decision<WebhookPageState, bool>(s with { Events = events }, true));

    public Task<ImmutableArray<FeedEvent>> Get() => Task.FromResult(Page.Current.Events);

    public async Task Clear()
    {
        if (!state.RecordExists) return;
        await state.ClearStateAsync();
        DeactivateOnIdle();
    }
}
