using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>What is stored of the directory.</summary>
[StoredAs("webhook-directory", version: 1)]
internal sealed record WebhookDirectoryState
{
    private readonly ImmutableArray<WebhookListing> _endpoints;

    public long Version { get; init; }

    /// <summary>The endpoints, by id.</summary>
    public ImmutableArray<WebhookListing> Endpoints { get => _endpoints.OrEmpty(); init => _endpoints = value; }

    /// <summary>With an endpoint, or what changed of it.</summary>
    public Decision<WebhookDirectoryState, Refusal?> Put(WebhookListing endpoint, WebhookOptions options)
    {
        var known = Endpoints.FirstOrDefault(e => e.Id == endpoint.Id);
        if (known is not null && known.Version >= endpoint.Version) return new(this, null);
        if (known is null && Endpoints.Length >= options.MaxEndpoints)
            return new(this, new(RefusalCode.TooMany, $"There are {options.MaxEndpoints} webhook endpoints already."));
        if (known is null && Endpoints.Count(e => e.Filter.Scope == endpoint.Filter.Scope) >= options.MaxPerOwner)
            return new(this, new(RefusalCode.TooMany, $"You have {options.MaxPerOwner} webhook endpoints already."));
        var endpoints = (known is null ? Endpoints : Endpoints.Remove(known)).Add(endpoint).Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        return new(this with { Version = Version + 1, Endpoints = endpoints }, null);
    }

    /// <summary>Without an endpoint.</summary>
    public Decision<WebhookDirectoryState, bool> Remove(string id) => Endpoints.Any(e => e.Id == id)
        ? new(this with { Version = Version + 1, Endpoints = Endpoints.RemoveAll(e => e.Id == id) }, true)
        : new(this, false);
}

/// <summary>Knows every endpoint, so that an event's consumers can tell for which it is. The endpoints themselves have the last word.</summary>
[GrainType("webhook-directory"), WorkClass(WorkClass.NonCritical)]
internal sealed class WebhookDirectoryGrain : Grain, IWebhookDirectoryGrain
{
    private readonly Durable<WebhookDirectoryState> _state;
    private readonly WebhookOptions _options;

    public WebhookDirectoryGrain([PersistentState("state")] IPersistentState<WebhookDirectoryState> state, IOptions<WebhookOptions> options)
    {
        _state = new(this, state);
        _options = options.Value;
    }

    public Task<Refusal?> Put(WebhookListing endpoint) => _state.Decide(state => state.Put(endpoint, _options));

    public Task Remove(string id) => _state.Decide(state => state.Remove(id));

    public Task<WebhookDirectory?> Get(long known)
    {
        var state = _state.Current;
        return Task.FromResult(state.Version == known ? null : new WebhookDirectory(state.Version, state.Endpoints));
    }

    public Task<ImmutableArray<string>> List(FeedScope owner, string? after, int limit) => Task.FromResult<ImmutableArray<string>>(
    [
        .. _state.Current.Endpoints
            .Where(e => e.Filter.Scope == owner && (after is null || string.CompareOrdinal(e.Id, after) > 0)).Select(e => e.Id).Take(limit),
    ]);
}
