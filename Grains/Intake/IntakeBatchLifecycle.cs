using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Intake;

/// <summary>What a request's orders are, and how outcomes come together. Pure.</summary>
internal static class IntakeBatchLifecycle
{
    /// <summary>The longest detail of an outcome, in characters.</summary>
    public const int MaxDetail = 300;

    /// <summary>The orders as they are kept.</summary>
    public static ImmutableArray<string> Encode(ImmutableArray<PlaceOrder> orders, string? partner = null) =>
        [.. orders.Select(order => JsonSerializer.Serialize(new StoredIntakeOrder { Command = order, Partner = partner }, StoredJson.Options))];

    /// <summary>The command of an order that waits, and the partner whose customer it has to be.</summary>
    /// <exception cref="JsonException">It cannot be read.</exception>
    public static (PlaceOrder Command, string? Partner) Decode(string receipt, IntakeOrder order)
    {
        var stored = JsonSerializer.Deserialize<StoredIntakeOrder>(order.Content, StoredJson.Options);
        return stored?.Command is { } command
            ? (Named(receipt, order.Index, command), stored.Partner)
            : throw new JsonException("There is no command in it.");
    }

    /// <summary>The answer to an order of somebody else's customer: in the words of a customer who does not exist.</summary>
    public static OrderReply NotTheirs(PlaceOrder command) =>
        new(null, new(RefusalCode.NotFound, $"There is no customer {command.Customer}.", "/customer", command.Customer));

    /// <summary>An order with its id: its own, or the one that its receipt and place stand for. It never changes.</summary>
    public static PlaceOrder Named(string receipt, int index, PlaceOrder order) =>
        order.Id.Length > 0 ? order : order with { Id = string.Create(CultureInfo.InvariantCulture, $"intake:{receipt}:{index}") };

    /// <summary>A stable hash of the orders.</summary>
    public static string Fingerprint(ImmutableArray<string> orders)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var order in orders)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(order));
            hash.AppendData([0]);
        }

        return Convert.ToBase64String(hash.GetHashAndReset().AsSpan(0, 12));
    }

    /// <summary>What is wrong with the orders, the first fault of all; null when nothing is.</summary>
    public static Refusal? Screen(string receipt, SubmitIntake command)
    {
        if (command.Orders.OrEmpty().Length is 0 or > IntakePartition.MaxOrders)
            return Refusal.Invalid("/orders", $"{command.Orders.OrEmpty().Length} orders", $"1 to {IntakePartition.MaxOrders} orders");
        for (var i = 0; i < command.Orders.Length; i++)
        {
            if (OrderLifecycle.Screen(Named(receipt, i, command.Orders[i])) is { } refusal) return At(refusal, i);
        }

        return null;
    }

    /// <summary>Takes the orders in; the same content again changes nothing.</summary>
    public static Decision<IntakeBatchState, (Refusal? Refusal, bool Replayed)> Accept(
        IntakeBatchState state, string receipt, string owner, ImmutableArray<string> orders, string fingerprint, DateTimeOffset now)
    {
        if (state.Owner.Length == 0)
            return new(state with { Owner = owner, Fingerprint = fingerprint, At = now, Orders = orders }, (null, false));
        return new(state, state.Fingerprint == fingerprint ? (null, true) : (CommandMemory.Reused(receipt), false));
    }

    /// <summary>Adds outcomes. The first one stays, except that a dead order may come to life.</summary>
    public static IntakeReceiptState Record(IntakeReceiptState state, IntakeBatchState batch, ImmutableArray<IntakeOutcome> outcomes)
    {
        var all = state.Outcomes.ToDictionary(outcome => outcome.Index);
        var changed = false;
        foreach (var outcome in outcomes)
        {
            if (all.TryGetValue(outcome.Index, out var known) && (known.Status != IntakeStatus.Dead || known == outcome)) continue;
            all[outcome.Index] = outcome;
            changed = true;
        }

        if (!changed) return state;
        return state with
        {
            Owner = batch.Owner.Length > 0 ? batch.Owner : state.Owner,
            Fingerprint = batch.Owner.Length > 0 ? batch.Fingerprint : state.Fingerprint,
            At = batch.Owner.Length > 0 ? batch.At : state.At,
            Orders = batch.Owner.Length > 0 ? batch.Orders.Length : state.Orders,
            Outcomes = [.. all.Values.OrderBy(outcome => outcome.Index)],
        };
    }

    /// <summary>Whether nothing can become of any order any more.</summary>
    public static bool IsOver(IntakeReceiptState state) =>
        state.Orders > 0 && state.Outcomes.Length == state.Orders && state.Outcomes.All(outcome => outcome.Status != IntakeStatus.Dead);

    /// <summary>The orders without an outcome.</summary>
    public static ImmutableArray<IntakeOrder> Pending(IntakeBatchState batch, IntakeReceiptState state)
    {
        var known = state.Outcomes.Select(outcome => outcome.Index).ToHashSet();
        return [.. batch.Orders.Select((content, index) => new IntakeOrder(index, content)).Where(order => !known.Contains(order.Index))];
    }

    /// <summary>The receipt; null when nothing was taken in.</summary>
    public static IntakeReceipt? Receipt(string id, IntakeBatchState batch, IntakeReceiptState state)
    {
        var (owner, at, orders) = state.Orders > 0 ? (state.Owner, state.At, state.Orders) : (batch.Owner, batch.At, batch.Orders.Length);
        if (owner.Length == 0) return null;
        return new(id, owner, at, orders, orders - state.Outcomes.Length, Count(IntakeStatus.Placed), Count(IntakeStatus.Refused), Count(IntakeStatus.Dead));

        int Count(IntakeStatus status) => state.Outcomes.Count(outcome => outcome.Status == status);
    }

    /// <summary>Outcomes from a place on, those of one status if one is asked for.</summary>
    public static IntakeReceiptPage Page(IntakeReceipt receipt, IntakeReceiptState state, int from, int limit, IntakeStatus? only)
    {
        var known = state.Outcomes.ToDictionary(outcome => outcome.Index);
        var page = ImmutableArray.CreateBuilder<IntakeOutcome>();
        var index = Math.Max(0, from);
        for (; index < receipt.Orders && page.Count < limit; index++)
        {
            var outcome = known.GetValueOrDefault(index) ?? new(index, IntakeStatus.Pending);
            if (only is null || outcome.Status == only) page.Add(outcome);
        }

        return new(receipt, page.DrainToImmutable(), index < receipt.Orders ? index : null);
    }

    /// <summary>The outcome that an order's reply is.</summary>
    public static IntakeOutcome OutcomeOf(int index, OrderReply reply) => reply switch
    {
        { Refusal: { } refusal } => new(index, IntakeStatus.Refused, Code: refusal.Code, Detail: Shortened(refusal.Detail)),
        { Order: { } order } => new(index, IntakeStatus.Placed, order.Number),
        _ => throw new InvalidOperationException("An order answered with neither itself nor a refusal."),
    };

    /// <summary>A text that fits into an outcome.</summary>
    public static string Shortened(string text) => text.Length <= MaxDetail ? text : text[..(MaxDetail - 1)] + "…";

    private static Refusal At(Refusal refusal, int index)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"/orders/{index}");
        var detail = refusal.Field is { } field && refusal.Detail.StartsWith(field, StringComparison.Ordinal)
            ? place + refusal.Detail
            : $"{place}: {refusal.Detail}";
        return refusal with { Detail = detail, Field = place + refusal.Field };
    }
}
