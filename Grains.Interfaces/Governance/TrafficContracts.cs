using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Governance;

/// <summary>Whose traffic is counted.</summary>
public enum TrafficKind
{
    /// <summary>Merchants, by orders placed.</summary>
    Merchant,

    /// <summary>Couriers, by orders assigned.</summary>
    Courier,
}

/// <summary>How many orders one merchant or courier had.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Id">Its id.</param>
/// <param name="Orders">How many.</param>
[GenerateSerializer, Immutable, Alias("orderactors.traffic")]
public sealed record Traffic(TrafficKind Kind, string Id, long Orders);

/// <summary>
/// Which merchants and couriers are busy, today and on the last day before: whom a starting host brings into memory before it takes
/// requests. A hint and no book: what a crash takes along is missing, and what was handled twice counts twice. There is one.
/// </summary>
[Alias("orderactors.ITrafficGrain")]
public interface ITrafficGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Key = "platform";

    /// <summary>Adds what was seen. Nobody waits for it.</summary>
    [Alias("count"), OneWay]
    Task Count(ImmutableArray<Traffic> seen);

    /// <summary>The busiest of a kind, most orders first.</summary>
    [Alias("busiest"), ReadOnly]
    Task<ImmutableArray<Traffic>> Busiest(TrafficKind kind, int most);
}
