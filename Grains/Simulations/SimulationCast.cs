using System.Collections.Immutable;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Simulations;

/// <summary>Does the steps of a simulation: by the same commands to the same grains that the API gives, and with no right that its robots have not.</summary>
internal sealed class SimulationCast(IGrainFactory grains, string id, SimulationPlan plan)
{

    private const double DegreesApart = 0.00036;

    // The order of things that a merchant's robot sells; the first is what most orders are of.
    private static readonly ImmutableArray<MenuItem> Menu = [new("pizza", "Pizza", 900), new("salad", "Salad", 650), new("lemonade", "Lemonade", 300)];

    // What couriers are sent by. At the highest speed it is a third of a second.
    private static readonly TimeSpan Preparation = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly OrderPolicy Usual = new();

    /// <summary>Does a step; says why the platform refused it, or nothing.</summary>
    public Task<Refusal?> Do(SimulationStep step)
    {
        var command = $"{id}:{step.Id}";
        return step.Action switch
        {
            SimulationAction.OpenMerchant => OpenMerchant(command, step),
            SimulationAction.OpenCourier => OpenCourier(command, step),
            SimulationAction.CloseMerchant => Merchant(step.By.Id, new SetMerchantStatus(command, step.By, MerchantStatus.Closed)),
            SimulationAction.CloseCourier or SimulationAction.GoOffline => Courier(step.By.Id, new GoOffline(command, step.By)),
            SimulationAction.AcceptOffer => Courier(step.By.Id, new AcceptOffer(command, step.By, step.Order!.Value)),
            SimulationAction.DeclineOffer =>
                Courier(step.By.Id, new DeclineOffer(command, step.By, step.Order!.Value, plan.Script.Couriers[step.Play].DeclineReason)),
            SimulationAction.RunOut => RunOut(command, step),
            SimulationAction.EmptyShelf => EmptyShelf(command, step),
            SimulationAction.Substitute => Substitute(command, step),
            SimulationAction.ResolveModification => Resolve(command, step),
            SimulationAction.Deliver => Deliver(command, step),
            SimulationAction.AskRefund => AskRefund(command, step),
            _ => Order(step, Command(command, step)),
        };
    }

    private OrderCommand Command(string command, SimulationStep step) => step.Action switch
    {
        SimulationAction.Accept => new AcceptOrder(command, step.By),
        SimulationAction.Reject => new RejectOrder(command, step.By, plan.Script.Merchants[step.Play].Reason),
        SimulationAction.Ready => new MarkReady(command, step.By),
        SimulationAction.Collect => new CollectOrder(command, step.By),
        SimulationAction.Pay => new PayOrder(command, step.By, plan.Script.Customers[step.Play].Source),
        SimulationAction.Cancel => new CancelOrder(command, step.By, CancelReason.CustomerRequest),
        SimulationAction.DropOut => new UnassignCourier(command, step.By, step.By.Id),
        SimulationAction.LeaveForPickup => new AdvanceDelivery(command, step.By, CourierStep.LeaveForPickup),
        SimulationAction.ArriveAtPickup => new AdvanceDelivery(command, step.By, CourierStep.ArriveAtPickup),
        SimulationAction.PickUp => new AdvanceDelivery(command, step.By, CourierStep.PickUp),
        SimulationAction.LeaveForDropoff => new AdvanceDelivery(command, step.By, CourierStep.LeaveForDropoff),
        SimulationAction.ArriveAtDropoff => new AdvanceDelivery(command, step.By, CourierStep.ArriveAtDropoff),
        SimulationAction.FailDelivery => new FailDelivery(command, step.By, plan.Script.Couriers[step.Play].Reason),
        SimulationAction.ReturnGoods => new ReturnGoods(command, step.By),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step.Action, "That is no command to an order."),
    };

    private async Task<Refusal?> OpenMerchant(string command, SimulationStep step)
    {
        var (town, robot) = (plan.Town!, step.By.Id);
        var (name, zone, place) = ($"Robot merchant {step.Play}", SimulationLifecycle.ZoneOf(id), Near(town.Center, step.Play));
        var create = new CreateMerchant(command, step.By, name, zone, place, town.Currency, Preparation / plan.Speed, AutoAccept: false);
        return await Merchant(robot, create)
            ?? await Merchant(robot, new SetMenu(command + ":menu", step.By, Menu))
            ?? (Waits() is { } waits
                ? await Merchant(robot, new SetMerchantTerms(command + ":terms", new(Role.Operator, zone), new(Waits: waits)))
                : null)
            ?? await Merchant(robot, new SetMerchantStatus(command + ":open", step.By, MerchantStatus.Open));
    }

    /// <summary>
    /// How long the platform waits for the robots: as much shorter as the clock is faster, so that what they forget is noticed; on a clock
    /// that stands still as long as can be, so that nothing is noticed while its owner thinks.
    /// </summary>
    private OrderWaits? Waits()
    {
        if (plan.Clock == SimulationClock.Manual)
            return new(LongestWait, LongestWait, LongestWait, LongestWait, LongestWait, LongestWait, LongestWait);
        return plan.Speed == 1
            ? null
            : new(Faster(Usual.Payment), Faster(Usual.Acceptance), Faster(Usual.CourierSearch), Faster(Usual.Pickup), Faster(Usual.Delivery),
                Faster(Usual.Collection), Faster(Usual.Completion));
    }

    private TimeSpan Faster(TimeSpan wait) => wait / plan.Speed is var faster && faster > LeastWait ? faster : LeastWait;

    private async Task<Refusal?> OpenCourier(string command, SimulationStep step)
    {
        var (town, robot) = (plan.Town!, step.By.Id);

        // Offers end by the real time: one who goes by a clock that stands still would never answer.
        var asked = plan.Clock == SimulationClock.Real;
        return await Courier(robot, new CreateCourier(
                command, step.By, $"Robot courier {step.Play}", SimulationLifecycle.ZoneOf(id), 1, AcceptsOffersByHand: asked))
            ?? await Courier(robot, new GoOnline(command + ":online", step.By, Near(town.Center, -step.Play)));
    }

    private async Task<Refusal?> RunOut(string command, SimulationStep step) =>
        await EmptyShelf(command + ":stock", step) ?? await Order(step, new RejectOrder(command, step.By, CancelReason.ItemUnavailable));

    private async Task<Refusal?> EmptyShelf(string command, SimulationStep step) =>
        await OrderOf(step).Get() is { Lines: [var line, ..] }
            ? await Merchant(step.By.Id, new SetStock(command, step.By, [new ItemStock(line.Item, 0)]))
            : Gone(step);

    private async Task<Refusal?> Substitute(string command, SimulationStep step)
    {
        var merchant = await grains.GetGrain<IMerchantGrain>(step.By.Id).Get();
        if (merchant is null || await OrderOf(step).Get() is not { } order || order.Lines.IsEmpty) return Gone(step);
        var taken = order.Lines.Select(line => line.Item).ToHashSet(StringComparer.Ordinal);

        // The dearest that costs no more, so that what was paid is enough.
        var other = merchant.Menu
            .Where(item => !taken.Contains(item.Id) && item is { Stock: null or > 0, Unavailable: false, Virtual: null }
                && item.Price <= order.Lines[0].UnitPrice && item.Options.OrEmpty().All(group => group.Min == 0))
            .OrderByDescending(item => item.Price).ThenBy(item => item.Id, StringComparer.Ordinal).FirstOrDefault();
        if (other is null) return new(RefusalCode.UnknownItem, "The menu has nothing to propose instead.");
        ImmutableArray<OrderLine> lines =
        [
            new(other.Id, order.Lines[0].Quantity), .. order.Lines.Skip(1).Select(line => new OrderLine(line.Item, line.Quantity, line.Options)),
        ];
        return await Order(step, new ProposeModification(command, step.By, lines));
    }

    private async Task<Refusal?> Resolve(string command, SimulationStep step)
    {
        var order = await OrderOf(step).Get();
        var proposal = order?.Proposals.OrEmpty().LastOrDefault(p => p.Status == ProposalStatus.Open);
        return proposal is null
            ? Gone(step)
            : await Order(step, new ResolveModification(command, step.By, proposal.Number, plan.Script.Customers[step.Play].ApprovesChanges == true));
    }

    private async Task<Refusal?> Deliver(string command, SimulationStep step)
    {
        // The customer at the door says the PIN.
        var pin = (await OrderOf(step).Get())?.Pin;
        return await Order(step, new AdvanceDelivery(command, step.By, CourierStep.Deliver, pin is null ? null : new Proof(Pin: pin)));
    }

    private async Task<Refusal?> AskRefund(string command, SimulationStep step) =>
        (await grains.GetGrain<IRefundGrain>(step.Order!.Value.ToString())
            .Execute(new RequestRefund(command, step.By, plan.Script.Customers[step.Play].Reason))).Refusal;

    private async Task<Refusal?> Merchant(string robot, MerchantCommand command) => (await grains.GetGrain<IMerchantGrain>(robot).Execute(command)).Refusal;

    private async Task<Refusal?> Courier(string robot, CourierCommand command) => (await grains.GetGrain<ICourierGrain>(robot).Execute(command)).Refusal;

    private async Task<Refusal?> Order(SimulationStep step, OrderCommand command) => (await OrderOf(step).Execute(command)).Refusal;

    private IOrderGrain OrderOf(SimulationStep step) => grains.GetGrain<IOrderGrain>(step.Order!.Value.ToString());

    private static Refusal Gone(SimulationStep step) => new(RefusalCode.NotFound, $"Order {step.Order} has nothing left to do this with.");

    // Some forty metres from one to the next, merchants to the north and couriers to the south.
    private static GeoPoint Near(GeoPoint center, int number)
    {
        var latitude = center.Latitude + number * DegreesApart;
        return center with { Latitude = Math.Clamp(latitude, -90, 90) };
    }
}
