using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Customers;
using OrderActors.Embedded.Simulation;
using OrderActors.Idempotency;
using OrderActors.Intake;
using OrderActors.Orders;
using OrderActors.Quotes;
using OrderActors.Refunds;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.World;

/// <content>Customers: they place, pay, change their minds, and want their money back.</content>
internal sealed partial class Town
{
    private static readonly string[] UsualCards = ["ok", "ok", "ok", "ok", "declined", "capture_declined", "refund_fails"];

    /// <summary>Orders are placed over the plan's time, now and then several at once.</summary>
    public void Open()
    {
        var dice = _platform.Dice("arrivals");
        for (var i = 0; i < Plan.Orders;)
        {
            var at = dice.UpTo(Plan.Span);
            // A crowd at one door within a second makes its merchant hot.
            var crowd = Has(Habit.HotMerchant, dice) ? Math.Min(12, Plan.Orders - i) : 1;
            for (var n = 0; n < crowd; n++, i++)
            {
                var person = new Dice(Plan.Seed, string.Create(CultureInfo.InvariantCulture, $"placing {i}"));
                var merchant = crowd > 1 ? 0 : person.Next(Plan.Merchants);
                Later(at + Soon(person, 1), () => Place(person, merchant));
            }
        }
    }

    private async Task Place(Dice dice, int merchant)
    {
        var command = Draft(dice, merchant);
        if (Has(Habit.AsksQuote, dice) && command is { Kind: not OrderKind.Virtual })
        {
            if (await AskQuote(command, dice) is not { } quoted) return;
            command = quoted;
        }

        if (Has(Habit.GoesThroughIntake, dice))
        {
            await TakeIn(command, dice);
            return;
        }

        for (var tries = 0; tries < 3; tries++)
        {
            var reply = await Place(command, dice);
            // The price was another one: the customer sees it and says yes. A refusal that is only remembered does not say which.
            if (reply?.Refusal is not { Code: RefusalCode.WrongTotal, Allowed: { IsDefaultOrEmpty: false } allowed }) return;
            var total = command.Total with { Amount = long.Parse(allowed[0], CultureInfo.InvariantCulture) };
            command = command with { Id = NextId("place", command.By), Total = total };
        }
    }

    private async Task<Heard?> Place(PlaceOrder command, Dice dice)
    {
        command = Api.Named(command);
        var placing = new Placing(command);
        Placings.Add(placing);
        _platform.Trace(command.Customer, "place");
        if (Has(Habit.SendsTwice, dice)) Later(Soon(dice, 2), () => PlaceOnce(placing, dice, 2));
        var reply = await PlaceOnce(placing, dice, Has(Habit.GivesUp, dice) ? 1 : 8);
        if (reply is not null && Has(Habit.SendsAgain, dice)) Later(Soon(dice, 120), () => PlaceOnce(placing, dice, 3));
        if (Plan.UsesGateway && reply?.Refusal is { Code: RefusalCode.OrderLimit }) Later(TimeSpan.Zero, () => PressAgain(placing, dice));
        if (reply is not null && Has(Habit.SendsOtherContent, dice)) Later(Soon(dice, 30), () => PlaceOther(placing, dice));
        return reply;
    }

    /// <summary>Who has too many open orders tries the same again now and then.</summary>
    private async Task PressAgain(Placing placing, Dice dice)
    {
        for (var i = 0; i < 4 && !IsCalm; i++)
        {
            await Wait(Soon(dice, 500));
            await PlaceOnce(placing, dice, 3);
        }
    }

    private async Task<Heard?> PlaceOnce(Placing placing, Dice dice, int tries)
    {
        var command = placing.Command;
        var reply = await Ask(
            () => Api.Place(command), dice,
            r => r.Refusal is { } no && CommandMemory.SaysLater(no.Code), tries);
        if (reply is null) return null;
        if (reply.Refusal is { } refusal)
        {
            if (placing.Number is { } made) Break("placements", $"{made}", "acknowledged again", $"refused ({refusal.Code}): {refusal.Detail}");
            placing.Refused ??= refusal.Code;
            return reply;
        }

        var number = reply.Number;
        if (placing.Number is { } known && known != number) Break("placements", command.Id, $"order {known}", $"another order, {number}");
        placing.Number = number;
        return reply;
    }

    private async Task PlaceOther(Placing placing, Dice dice)
    {
        var other = placing.Command with { Note = "something else" };
        var reply = await Ask(() => Api.Place(other), dice, _ => false, 2);
        if (reply is not null && placing.Number is not null && reply.Refusal?.Code != RefusalCode.IdempotencyKeyReused)
            Break("idempotency", other.Id, "refused: the id was used for something else", reply.Refusal?.Detail ?? "placed");
    }

    private PlaceOrder Draft(Dice dice, int merchant)
    {
        var by = new Actor(Role.Customer, Customers[dice.Next(Customers.Count)]);
        var kind = Has(Habit.PickupOrder, dice) ? OrderKind.Pickup : Has(Habit.VirtualOrder, dice) ? OrderKind.Virtual : OrderKind.Delivery;
        var lines = kind == OrderKind.Virtual
            ? [new OrderLine(dice.Happens(0.5) ? "voucher" : "membership", 1)]
            : dice.Happens(0.5)
                ? ImmutableArray.Create(new OrderLine("soup", 1 + dice.Next(3)))
                : [new OrderLine("soup", 1), new OrderLine("bread", Has(Habit.HugeOrder, dice) ? 90 : 1 + dice.Next(5))];
        var cash = kind != OrderKind.Virtual && Has(Habit.PaysCash, dice);
        var source = cash || Has(Habit.PaysLater, dice) ? null : Card(dice);
        var coupon = Has(Habit.UsesCoupon, dice) ? dice.Happens(0.5) ? "SAVE" : "TEN" : null;
        var external = Has(Habit.HasExternalId, dice)
            ? Has(Habit.ReusesExternalId, dice) ? "same" : string.Create(CultureInfo.InvariantCulture, $"x{dice.Next()}") : null;
        var total = Has(Habit.WrongTotal, dice) ? 1 : TotalOf(merchant, lines, kind) - (coupon == "SAVE" ? 200 : 0);
        var giver = Has(Habit.OperatorPlaces, dice) ? Operator : by;
        return new(
            NextId("place", giver), giver, by.Id, Merchants[merchant], lines, new Money(Math.Max(0, total), "EUR"), Home, null, kind,
            Has(Habit.ScheduledOrder, dice) ? _platform.Clock.GetUtcNow() + TimeSpan.FromMinutes(5 + dice.Next(60)) : null, coupon,
            cash ? PaymentMethod.Cash : PaymentMethod.Card, source, external, external is null ? null : Tenant.OfCustomer(by.Id),
            kind == OrderKind.Delivery && Has(Habit.WantsPin, dice));
    }

    private string Card(Dice dice) => Has(Habit.OddCard, dice) ? "odd" : UsualCards[IsCalm ? 0 : dice.Next(UsualCards.Length)];

    private async Task<PlaceOrder?> AskQuote(PlaceOrder order, Dice dice)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"q{++_commands}");
        var command = new CreateQuote(
            NextId("quote", order.By), order.By, order.Customer, order.Merchant, order.Lines, order.Kind, order.Dropoff, order.ScheduledFor, order.Coupon);
        var reply = await Ask(() => Grains.GetGrain<IQuoteGrain>(id).Create(command), dice, r => r.Refusal is { Code: RefusalCode.Unavailable }, 6);
        // Some think for so long that the quote is over.
        await Wait(Soon(dice, 400));
        return reply?.Quote is { } quote ? order with { QuoteId = id, Total = order.Total with { Amount = quote.Bill.Total } } : null;
    }

    private async Task TakeIn(PlaceOrder command, Dice dice)
    {
        var receipt = string.Create(CultureInfo.InvariantCulture, $"receipt{++_commands}");
        var placing = new Placing(command) { Receipt = receipt };
        var submit = new SubmitIntake(command.By.Id, [command]);
        var reply = await Ask(
            () => Grains.GetGrain<IIntakeBatchGrain>(receipt).Submit(submit), dice,
            r => r.Refusal is { Code: RefusalCode.TooMany or RefusalCode.Unavailable or RefusalCode.SwitchedOff }, 8);
        if (reply?.Receipt is not null) Placings.Add(placing);
    }

    private void OnCustomersOrder(OrderTrack order, OrderEvent e)
    {
        var dice = order.Dice;
        switch (e.Type)
        {
            case EventTypes.OrderPaymentRequested or EventTypes.OrderPaymentFailed when e.Status == OrderStatus.AwaitingPayment:
                if (!Has(Habit.CustomerNeverPays, dice)) Later(Soon(dice, 200), () => Pay(order));
                break;
            case EventTypes.OrderModificationProposed:
                Answer(order, e, order.Customer, Role.Customer);
                break;
            case EventTypes.OrderDelivered or EventTypes.OrderReturned or EventTypes.OrderCanceled when Has(Habit.ClaimsRefund, dice):
                Later(Soon(dice, 1_500), () => Claim(order));
                break;
        }

        if (e.Type is not (EventTypes.OrderCreated or EventTypes.OrderReleased or EventTypes.OrderAccepted or EventTypes.OrderReady
            or EventTypes.DeliveryPickedUp)) return;
        if (Has(Habit.CustomerCancels, dice)) Later(Soon(dice, 300), () => Cancel(order, order.Customer, CancelReason.CustomerRequest));
        if (e.Status.CanChange() && Has(Habit.ProposesChange, dice)) Later(Soon(dice, 200), () => Propose(order, order.Customer));
        if (Has(Habit.ReadsAgain, dice)) Later(Soon(dice, 60), () => Read(order));
    }

    private Task<Heard?> Cancel(OrderTrack order, Actor by, CancelReason reason) => Give(order, new CancelOrder(NextId("cancel", by), by, reason));

    private Task<Heard?> Pay(OrderTrack order) =>
        Give(order, new PayOrder(NextId("pay", order.Customer), order.Customer, Card(order.Dice)));

    private Task<Heard?> Propose(OrderTrack order, Actor by) => Give(order, new ProposeModification(
        NextId("propose", by), by, order.Kind == OrderKind.Virtual
        ? [new OrderLine("voucher", 1 + order.Dice.Next(3))]
        : [new OrderLine("soup", 1 + order.Dice.Next(4)), new OrderLine("bread", 1 + order.Dice.Next(3))]));

    /// <summary>The other side answers a proposed change, or who proposed it takes it back.</summary>
    private void Answer(OrderTrack order, OrderEvent e, Actor by, Role role)
    {
        var (dice, isOwn) = (order.Dice, e.By.Role == role);
        if (isOwn ? !Has(Habit.Withdraws, dice) : Has(Habit.IgnoresChange, dice)) return;
        var approves = !isOwn && !Has(Habit.DeclinesChange, dice);
        var number = int.Parse(e.Detail!, CultureInfo.InvariantCulture);
        Later(Soon(dice, 200), () => Give(order, new ResolveModification(NextId("resolve", by), by, number, approves)));
    }

    private async Task Claim(OrderTrack order)
    {
        var (dice, by) = (order.Dice, order.Dice.Next(6) switch { 0 => Operator, 1 => order.Merchant, _ => order.Customer });
        var reason = (RefundReason)dice.Next(7);
        // Somebody else thinks of it in the same moment.
        if (Has(Habit.SendsTwice, dice)) Later(TimeSpan.Zero, () => Claim(order));
        var command = (RequestRefund)Api.Named(order, dice.Next(3) switch
        {
            0 => new RequestRefund(NextId("refund", by), by, reason),
            1 => new RequestRefund(NextId("refund", by), by, reason, new Money(1 + dice.Next(600), "EUR")),
            _ => new RequestRefund(NextId("refund", by), by, reason, Lines: [new RefundLine(1, 1)]),
        });
        var reply = await Ask(() => Api.Execute(order, command), dice, r => r.Refusal is { Code: RefusalCode.Unavailable }, 6);
        if (reply is { Refusal: null }) Claims.Add((order, command));
        if (Has(Habit.ClaimsRefund, dice)) Later(Soon(dice, 600), () => Claim(order));
    }

    private async Task Read(OrderTrack order)
    {
        // What became durable in this very moment has not been answered yet, so nobody can know of it.
        var isSettled = order.Version > 0 && order.Versions[^1].Ticks < Now;
        var (least, asked) = (_platform.ReadsMayBeOld || !isSettled ? 0 : order.Version, Now);
        var seen = await Ask(() => Api.Read(order), order.Dice, _ => false, 1);
        if (seen is null || Now - asked > TimeSpan.FromSeconds(20).Ticks) return;
        var version = seen.Version;
        if (version < least || version > order.Version) Break("reads", order.Key, $"a version from {least} to {order.Version}", $"version {version}");
        if (version > 0 && order.Versions[(int)version].Status != seen.Status)
            Break("reads", order.Key, $"{order.Versions[(int)version].Status} as version {version}", $"{seen.Status}");
    }
}
