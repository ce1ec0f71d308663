using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Governance;

/// <summary>Which of the calls to the world outside are given up for now. The host that makes them supplies it.</summary>
public interface IBreakerStates
{
    /// <summary>The dependencies whose circuit breaker is open, by name in lower case, such as <c>payments</c>.</summary>
    IEnumerable<string> Open();
}

/// <summary>A host that calls nobody.</summary>
internal sealed class NoBreakers : IBreakerStates
{
    public IEnumerable<string> Open() => [];
}

/// <summary>
/// What is switched off, as the grains of this process know it: a second old at most while somebody asks. Whoever asks when it is older sets
/// off one call to the grain that knows, and does not wait for it.
/// </summary>
public sealed class Switchboard(IBreakerStates breakers, TimeProvider clock)
{
    /// <summary>How old it may be.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly string _process = "grains-" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6));
    private volatile SwitchTable? _table;
    private TaskCompletionSource? _first;
    private long _askedAt;
    private int _asking;

    /// <summary>What is switched off. Only who asks before this process knows waits for the answer, and goes on without one when there is none.</summary>
    /// <param name="grains">Makes the reference to the grain that knows.</param>
    public ValueTask<SwitchTable> Read(IGrainFactory grains)
    {
        if (_table is { } known)
        {
            if (clock.GetElapsedTime(Volatile.Read(ref _askedAt)) >= Freshness) _ = Ask(grains);
            return new(known);
        }

        return First(grains);
    }

    private async ValueTask<SwitchTable> First(IGrainFactory grains)
    {
        // All who come before there is an answer wait for the same one.
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _first, mine, null) is { } asked)
        {
            await asked.Task;
            return _table ?? SwitchTable.Nothing;
        }

        await Ask(grains);
        if (_table is null) Volatile.Write(ref _first, null);
        mine.SetResult();
        return _table ?? SwitchTable.Nothing;
    }

    /// <summary>Asks, unless somebody asks already. It never throws: what was known holds on.</summary>
    private async Task Ask(IGrainFactory grains)
    {
        if (Interlocked.CompareExchange(ref _asking, 1, 0) != 0) return;
        try
        {
            Volatile.Write(ref _askedAt, clock.GetTimestamp());
            var now = clock.GetUtcNow();
            ImmutableArray<Condition> noticed =
                [.. breakers.Open().Select(name => new Condition(Conditions.Breaker + name, $"The circuit breaker of {name} is open.", now))];
            var report = new ProcessReport(_process, _table?.View.Version ?? -1, noticed);
            if (await grains.GetGrain<IGovernanceGrain>(IGovernanceGrain.Key).Report(report) is { } view) _table = new SwitchTable(view);
        }
        catch (Exception)
        {
            // Whoever asks next tries again, a second from now.
        }
        finally
        {
            Volatile.Write(ref _asking, 0);
        }
    }

    /// <summary>Why an order cannot be placed with these switches; null when it can. The zone is known only later.</summary>
    internal static Refusal? Refuse(SwitchTable table, PlaceOrder command, DateTimeOffset now)
    {
        if (table.IsEmpty) return null;
        return Refuse(table, Feature.Ordering, "/merchant", "New orders are", command, now)
            ?? (command.ScheduledFor is null ? null : Refuse(table, Feature.ScheduledOrders, "/scheduled_for", "Orders for later are", command, now))
            ?? (command.Coupon is null ? null : Refuse(table, Feature.Coupons, "/coupon", "Coupons are", command, now))
            ?? (command.Payment != PaymentMethod.Card ? null : Refuse(table, Feature.CardPayments, "/payment/method", "Card payments are", command, now));
    }

    private static Refusal? Refuse(SwitchTable table, Feature feature, string field, string what, PlaceOrder command, DateTimeOffset now) =>
        table.Find(feature, now, command.Merchant) switch
        {
            null => null,
            { Passive: true } off => new(RefusalCode.DependencyOpen, $"{what} not possible for now: {off.Reason}", field),
            var off => new(RefusalCode.SwitchedOff, $"{what} switched off: {off.Reason}", field),
        };
}
