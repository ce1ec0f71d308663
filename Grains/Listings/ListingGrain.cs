using System.Collections.Immutable;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Listings;

/// <summary>What is stored of a listing.</summary>
[StoredAs("listing", version: 1)]
internal sealed record ListingState
{
    /// <summary>The most ids of a shard: what keeps its record below a few megabytes.</summary>
    public const int Max = 100_000;

    private readonly ImmutableArray<string> _ids;

    /// <summary>The ids in the order of their characters.</summary>
    public ImmutableArray<string> Ids { get => _ids.OrEmpty(); init => _ids = value; }

    /// <summary>The listing with an id; the same instance when it has it, null when it is full.</summary>
    public ListingState? With(string id)
    {
        var at = Ids.BinarySearch(id, StringComparer.Ordinal);
        if (at >= 0) return this;
        return Ids.Length >= Max ? null : this with { Ids = Ids.Insert(~at, id) };
    }

    /// <summary>Ids after another one.</summary>
    public ImmutableArray<string> After(string? after, int limit)
    {
        var found = after is null ? -1 : Ids.BinarySearch(after, StringComparer.Ordinal);
        var at = found >= 0 ? found + 1 : ~found;
        return Ids.Slice(at, Math.Min(Math.Clamp(limit, 1, 1_000), Ids.Length - at));
    }
}

/// <summary>Keeps the ids of a shard.</summary>
[GrainType("listing"), WorkClass(WorkClass.Secondary)]
internal sealed class ListingGrain : Grain, IListingGrain
{
    private readonly Durable<ListingState> _listing;

    public ListingGrain([PersistentState("state")] IPersistentState<ListingState> state) => _listing = new(this, state);

    public Task<bool> Add(string id) => _listing.Decide(state =>
        state.With(id) is { } after ? new Decision<ListingState, bool>(after, true) : new(state, false));

    public Task<ImmutableArray<string>> Read(string? after, int limit) => Task.FromResult(_listing.Current.After(after, limit));
}

/// <summary>A grain's place on the list of its kind.</summary>
/// <param name="kind">The kind; see <see cref="ListingKinds"/>.</param>
internal sealed class ListingEntry(string kind)
{
    private const char TestMark = '~';
    private bool _listed;

    /// <summary>
    /// Sees to it that the id is listed, at the first call of each activation: so what an earlier release created gets onto the list
    /// as well. A refusal when there is no room.
    /// </summary>
    /// <param name="grains">Finds the listing.</param>
    /// <param name="id">The id.</param>
    public async ValueTask<Refusal?> Ensure(IGrainFactory grains, string id)
    {
        if (_listed) return null;
        var mark = id.StartsWith(TestMark) ? "~" : "";
        _listed = await grains.GetGrain<IListingGrain>($"{mark}{kind}/{Shard.Key(Shard.Of(id))}").Add(id);
        return _listed
            ? null
            : new(RefusalCode.TooMany, $"There are as many {kind} as can be listed: {ListingState.Max} in a shard.", Value: id);
    }
}
