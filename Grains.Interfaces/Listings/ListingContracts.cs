using System.Collections.Immutable;
using Orleans;

namespace OrderActors.Listings;

/// <summary>What is listed: the first part of a listing's key. A mark in front of it is the test mode's.</summary>
public static class ListingKinds
{
    /// <summary>Merchants.</summary>
    public const string Merchants = "merchants";

    /// <summary>Couriers.</summary>
    public const string Couriers = "couriers";

    /// <summary>Promotions.</summary>
    public const string Promotions = "promotions";
}

/// <summary>
/// The ids of one shard's merchants, couriers or promotions. An id is listed before what it names is created, so that nothing is
/// ever missing: readers pass over ids without a thing. The key is the kind, a slash, and the shard.
/// </summary>
[Alias("orderactors.IListingGrain")]
public interface IListingGrain : IGrainWithStringKey
{
    /// <summary>Lists an id, once; false when the listing is full.</summary>
    [Alias("add"), Orleans.Concurrency.AlwaysInterleave]
    Task<bool> Add(string id);

    /// <summary>Ids after another one, in the order of their characters.</summary>
    /// <param name="after">The id after which to begin; null for the first.</param>
    /// <param name="limit">How many, 1 to 1,000.</param>
    [Alias("read"), Orleans.Concurrency.AlwaysInterleave]
    Task<ImmutableArray<string>> Read(string? after, int limit);
}
