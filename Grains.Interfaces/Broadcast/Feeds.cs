using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Broadcast;

/// <summary>For whom events are told outside: whose they must be.</summary>
public enum FeedAudience
{
    /// <summary>An operator, who sees every event.</summary>
    Operator = 0,

    /// <summary>A customer, who sees the events of its own orders.</summary>
    Customer = 1,

    /// <summary>A merchant, who sees its own and those of its orders.</summary>
    Merchant = 2,

    /// <summary>A courier, who sees its own and those of the orders it has.</summary>
    Courier = 3,

    /// <summary>A partner, who sees those of the orders it placed.</summary>
    Partner = 4,
}

/// <summary>Whose events somebody may see.</summary>
/// <param name="Audience">As what.</param>
/// <param name="Subject">Which one; not looked at for operators.</param>
/// <param name="Live">Whether it is live events or those of test mode: never both.</param>
[GenerateSerializer, Immutable, Alias("orderactors.feed-scope")]
public sealed record FeedScope(FeedAudience Audience, string Subject, bool Live)
{
    /// <summary>Whether an event may be seen.</summary>
    public bool Includes(FeedEvent e) => e.Live == Live && Audience switch
    {
        FeedAudience.Operator => true,
        FeedAudience.Customer => e.Customer == Subject,
        FeedAudience.Merchant => e.Merchant == Subject,
        FeedAudience.Courier => e.Couriers.Contains(Subject),
        FeedAudience.Partner => e.Partner == Subject,
        _ => false,
    };
}

/// <summary>Which events somebody wants, within those that it may see. What is left out is not looked at.</summary>
/// <param name="Scope">Which it may see.</param>
/// <param name="Types">Types such as <c>order.created</c>, or prefixes such as <c>order.*</c>; none for all.</param>
/// <param name="Merchant">A merchant's id.</param>
/// <param name="Courier">A courier's id.</param>
/// <param name="Customer">A customer's id.</param>
/// <param name="Order">An order's number.</param>
[GenerateSerializer, Immutable, Alias("orderactors.feed-filter")]
public sealed record FeedFilter(
    FeedScope Scope,
    ImmutableArray<string> Types = default,
    string? Merchant = null,
    string? Courier = null,
    string? Customer = null,
    string? Order = null)
{
    /// <summary>How many types a filter names at most.</summary>
    public const int MaxTypes = 64;

    /// <summary>Whether an event is wanted and may be seen.</summary>
    public bool Includes(FeedEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return Scope.Includes(e)
            && (Merchant is null || e.Merchant == Merchant)
            && (Courier is null || e.Couriers.Contains(Courier))
            && (Customer is null || e.Customer == Customer)
            && (Order is null || e.Order == Order)
            && (Types.IsDefaultOrEmpty || IsOneOf(Types, e.Type));
    }

    /// <summary>Whether a type is one of these, or begins as a prefix among them does.</summary>
    public static bool IsOneOf(ImmutableArray<string> types, string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        foreach (var wanted in types)
        {
            if (wanted == type) return true;
            if (wanted.EndsWith('*') && type.AsSpan().StartsWith(wanted.AsSpan(0, wanted.Length - 1), StringComparison.Ordinal)) return true;
        }

        return false;
    }
}

/// <summary>An event as it is told outside, with what is needed to choose who hears of it.</summary>
/// <param name="Partition">0 to 119.</param>
/// <param name="Sequence">Its place in the partition.</param>
/// <param name="Id">Its id for ever: <c>evt_</c>, partition and sequence.</param>
/// <param name="Type">Its type, such as <c>order.created</c>.</param>
/// <param name="Source">What it happened to, such as <c>/v1/orders/{number}</c>: events of one source have an order.</param>
/// <param name="At">When it happened.</param>
/// <param name="Live">False in test mode.</param>
/// <param name="Order">The order it is about, or null.</param>
/// <param name="Customer">The customer it is about, or null.</param>
/// <param name="Merchant">The merchant it is about, or null.</param>
/// <param name="Couriers">The couriers it is about.</param>
/// <param name="Partner">The partner it is about, or null.</param>
/// <param name="Json">The CloudEvent in its JSON format.</param>
[GenerateSerializer, Immutable, Alias("orderactors.feed-event")]
public sealed record FeedEvent(
    int Partition,
    long Sequence,
    string Id,
    string Type,
    string Source,
    DateTimeOffset At,
    bool Live,
    string? Order,
    string? Customer,
    string? Merchant,
    ImmutableArray<string> Couriers,
    string? Partner,
    string Json);

/// <summary>Asks for events.</summary>
/// <param name="After">The last sequence that is known of each partition: 120 of them.</param>
/// <param name="Max">How many events are looked at, 1 to 500.</param>
/// <param name="Wait">How long to wait when there is none; at most 10 seconds.</param>
/// <param name="Partition">The only partition to look at; null for all.</param>
[GenerateSerializer, Immutable, Alias("orderactors.feed-query")]
public sealed record FeedQuery(ImmutableArray<long> After, int Max, TimeSpan Wait, int? Partition = null);

/// <summary>Some events.</summary>
/// <param name="Events">The events, in order within a partition, without those whose type is switched off.</param>
/// <param name="Position">The last sequence of each partition that was looked at.</param>
/// <param name="More">Whether there are more already.</param>
/// <param name="Oldest">Where the log begins now, when it does not reach back to where was asked; else empty. There are no events then.</param>
[GenerateSerializer, Immutable, Alias("orderactors.feed-page")]
public sealed record FeedPage(ImmutableArray<FeedEvent> Events, ImmutableArray<long> Position, bool More, ImmutableArray<long> Oldest);

/// <summary>Reads the event log for those outside. It keeps nothing: the key is whoever asks, such as a gateway process.</summary>
[Alias("orderactors.IEventFeedGrain")]
public interface IEventFeedGrain : IGrainWithStringKey
{
    /// <summary>The newest sequence of each partition.</summary>
    [Alias("heads"), ReadOnly]
    Task<ImmutableArray<long>> Heads();

    /// <summary>The position before the oldest event of each partition that the log still has.</summary>
    [Alias("oldest"), ReadOnly]
    Task<ImmutableArray<long>> Oldest();

    /// <summary>Events after a position.</summary>
    [Alias("read"), ReadOnly]
    Task<FeedPage> Read(FeedQuery query);
}

/// <summary>Whether events of a type are told outside.</summary>
/// <param name="Type">The type.</param>
/// <param name="Emitted">Whether they are.</param>
/// <param name="By">Who switched last; null when nobody ever did.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why, in the switcher's words.</param>
[GenerateSerializer, Immutable, Alias("orderactors.emission-switch")]
public sealed record EmissionSwitch(string Type, bool Emitted, Actor? By = null, DateTimeOffset? At = null, string? Reason = null);

/// <summary>All switches, and the newest changes.</summary>
/// <param name="Version">Counts the changes.</param>
/// <param name="Switched">The types that were ever switched; all others are emitted.</param>
/// <param name="Changes">The newest changes, newest first.</param>
[GenerateSerializer, Immutable, Alias("orderactors.emission-view")]
public sealed record EmissionView(long Version, ImmutableArray<EmissionSwitch> Switched, ImmutableArray<EmissionSwitch> Changes);

/// <summary>Switches a type of events on or off.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">An operator.</param>
/// <param name="Type">The type.</param>
/// <param name="Emitted">Whether its events are told outside.</param>
/// <param name="Reason">Why; at most 200 characters.</param>
[GenerateSerializer, Immutable, Alias("orderactors.set-emission")]
public sealed record SetEmission(string Id, Actor By, string Type, bool Emitted, string? Reason = null);

/// <summary>The answer to a switch.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.emission-reply")]
public sealed record EmissionReply(EmissionView? Emission, Refusal? Refusal, bool Replayed = false);

/// <summary>Which types of events are told outside. There is one; its key is <see cref="Key"/>.</summary>
[Alias("orderactors.IEmissionGrain")]
public interface IEmissionGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Key = "all";

    /// <summary>Switches a type.</summary>
    [Alias("set"), AlwaysInterleave]
    Task<EmissionReply> Set(SetEmission command);

    /// <summary>How the switches stand.</summary>
    [Alias("get"), ReadOnly]
    Task<EmissionView> Get();
}
