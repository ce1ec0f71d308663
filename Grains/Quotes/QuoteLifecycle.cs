using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.Values;

namespace OrderActors.Quotes;

/// <summary>What the shell found out about what is asked for.</summary>
/// <param name="Terms">What the merchant says.</param>
/// <param name="Discount">What the coupon takes off; null without one.</param>
/// <param name="Way">How long the way to the customer takes; null for a pickup.</param>
internal sealed record QuoteFacts(Reservation Terms, Discount? Discount, TimeSpan? Way);

/// <summary>The rules of quotes. Pure. That a quote's time is over is no change: whoever looks reckons it.</summary>
internal static class QuoteLifecycle
{
    /// <summary>What is wrong with what is asked for, before anybody is asked; null when nothing is.</summary>
    public static Refusal? Validate(CreateQuote c, OrderPolicy policy, DateTimeOffset now)
    {
        if (!CommandId.IsValid(c.Id)) return Refusal.Invalid("/id", c.Id, "1 to 255 visible ASCII characters");
        if (!EntityId.IsValid(c.Customer)) return Refusal.Invalid("/customer", c.Customer, EntityId.Rule);
        if (!EntityId.IsValid(c.Merchant)) return Refusal.Invalid("/merchant", c.Merchant, EntityId.Rule);
        if (MerchantRules.ValidateLines(c.Lines) is { } lines) return lines;
        if (c.Kind is not (OrderKind.Delivery or OrderKind.Pickup)) return Refusal.Invalid("/kind", Names.Of(c.Kind), "delivery or pickup");
        if (c.Kind == OrderKind.Delivery && !c.Dropoff.IsValid) return Names.BadPlace("/dropoff", c.Dropoff);
        if (c.Coupon is not null && !EntityId.IsValid(c.Coupon)) return Refusal.Invalid("/coupon", c.Coupon, EntityId.Rule);
        return c.ScheduledFor is { } wanted && (wanted <= now || wanted > now + policy.ScheduleHorizon)
            ? new(
                RefusalCode.ScheduleInvalid,
                $"The goods are wanted for {wanted:O}; it must be after now, {now:O}, and at most {policy.ScheduleHorizon} ahead.",
                "/scheduled_for", $"{wanted:O}", [$"{now:O} to {now + policy.ScheduleHorizon:O}"])
            : null;
    }

    /// <summary>What is known of a command; null when there is no quote yet.</summary>
    public static QuoteReply? Recall(QuoteState state, CreateQuote command, DateTimeOffset now) => !state.Exists
        ? null
        : state.Fingerprint == FingerprintOf(command)
            ? new(state.ToView(now), null, Replayed: true)
            : new(null, CommandMemory.Reused(command.Id));

    /// <summary>Makes the quote, unless it is there.</summary>
    public static Decision<QuoteState, QuoteReply> Create(
        QuoteState state, CreateQuote command, string id, QuoteFacts facts, QuoteOptions options, DateTimeOffset now)
    {
        if (Recall(state, command, now) is { } known) return new(state, known);
        var (terms, expires) = (facts.Terms, now + options.Lifetime);
        var pickup = command.ScheduledFor is { } wanted ? wanted - (facts.Way ?? TimeSpan.Zero) : now + terms.PreparationTime;
        var quote = new QuoteState
        {
            Id = id,
            Asked = command,
            Fingerprint = FingerprintOf(command),
            Price = new(terms.Lines, terms.Total, terms.DeliveryFee, terms.Discount, terms.CommissionPermille),
            Bill = OrderBill.Of(terms, facts.Discount),
            PickupAt = pickup,
            DropoffAt = facts.Way is { } way ? pickup + way : null,
            CreatedAt = now,
            ExpiresAt = expires,
            KeptUntil = expires + options.KeepExpired,
        };
        quote = Announce(state, quote, EventTypes.QuoteCreated, command.By, null, now);
        return new(quote, new(quote.ToView(now), null));
    }

    /// <summary>An order takes the price.</summary>
    public static Decision<QuoteState, QuoteClaim> Claim(
        QuoteState state, string id, OrderNumber order, PlaceOrder placement, QuoteOptions options, DateTimeOffset now)
    {
        if (!state.Exists) return new(state, new(null, Refusal: Expired(id, $"There is no quote {id}, or there is none any more.")));
        if (state.Order == order) return new(state, new(state.Price, state.CreatedAt));
        if (state.Order is { } other)
        {
            return new(state, new(null, Refusal: new(
                RefusalCode.InvalidTransition, $"Quote {id} was accepted: order {other} has its price.", "/quote_id", other.ToString())));
        }

        if (state.Released.Contains(order))
        {
            return new(state, new(null, Refusal: new(
                RefusalCode.InvalidTransition, $"Order {order} gave the price of quote {id} back.", "/quote_id", order.ToString())));
        }

        if (Differs(state.Asked!, placement) is { } differs) return new(state, new(null, Refusal: differs));
        if (now >= state.ExpiresAt)
            return new(state, new(null, Refusal: Expired(id, $"Quote {id} could be accepted until {state.ExpiresAt:O}; ask for another.")));
        var after = state with { Order = order, KeptUntil = now + options.KeepAccepted };
        return new(Announce(state, after, EventTypes.QuoteAccepted, placement.By, order, now), new(state.Price, state.CreatedAt));
    }

    /// <summary>The order could not be placed.</summary>
    public static QuoteState Release(QuoteState state, OrderNumber order, QuoteOptions options, DateTimeOffset now)
    {
        if (!state.Exists || state.Released.Contains(order)) return state;
        var released = state with { Released = LastReleased.With(state.Released, order) };
        return state.Order != order
            ? released
            : Announce(
                state, released with { Order = null, KeptUntil = state.ExpiresAt + options.KeepExpired }, EventTypes.QuoteReleased, Actor.System, order, now);
    }

    private static string FingerprintOf(CreateQuote command) => CommandMemory.Fingerprint(command with { Id = "" });

    private static Refusal Expired(string id, string detail) => new(RefusalCode.QuoteExpired, detail, "/quote_id", id);

    /// <summary>A price is for what it was asked for, and for nothing else.</summary>
    private static Refusal? Differs(CreateQuote asked, PlaceOrder c)
    {
        if (c.Customer != asked.Customer) return Other("/customer", c.Customer, asked.Customer);
        if (c.Merchant != asked.Merchant) return Other("/merchant", c.Merchant, asked.Merchant);
        if (!Same(c.Lines, asked.Lines)) return Other("/lines", $"{c.Lines.Length} lines", "the lines of the quote");
        if (c.Kind != asked.Kind) return Other("/kind", Names.Of(c.Kind), Names.Of(asked.Kind));
        if (c.Kind == OrderKind.Delivery && c.Dropoff != asked.Dropoff) return Other("/dropoff", $"{c.Dropoff}", $"{asked.Dropoff}");
        if (c.ScheduledFor != asked.ScheduledFor) return Other("/scheduled_for", $"{c.ScheduledFor:O}", $"{asked.ScheduledFor:O}");
        return c.Coupon == asked.Coupon ? null : Other("/coupon", c.Coupon, asked.Coupon ?? "left out");
    }

    private static bool Same(ImmutableArray<OrderLine> lines, ImmutableArray<OrderLine> asked) =>
        lines.OrEmpty().Length == asked.OrEmpty().Length && lines.OrEmpty().Zip(asked.OrEmpty()).All(pair =>
            pair.First.Quantity == pair.Second.Quantity
            && MerchantRules.KeyOf(pair.First.Item, pair.First.Options) == MerchantRules.KeyOf(pair.Second.Item, pair.Second.Options));

    private static Refusal Other(string field, string? value, string quoted) => Refusal.Invalid(field, value, $"{quoted}, as in the quote");

    private static QuoteState Announce(QuoteState before, QuoteState after, string type, Actor by, OrderNumber? order, DateTimeOffset now)
    {
        after = after with { Version = before.Version + 1 };
        var (asked, bill) = (after.Asked!, after.Bill!);
        return after with
        {
            Raised = before.Raised.Add(new QuoteEvent(
                type, now, by, after.Version, after.Id, asked.Customer, asked.Merchant, new(bill.Total, bill.Currency), after.ExpiresAt,
                order, [after.Deadline])),
        };
    }
}
