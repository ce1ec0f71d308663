using OrderActors.Embedded.Simulation;
using OrderActors.Orders;

namespace OrderActors.Tools.Simulate.World;

/// <summary>Which behaviours exist in a world, and how often people show them: drawn from the seed, about half of them in each world.</summary>
internal sealed class WorldPlan
{
    /// <summary>In how many of all worlds commands enter through gateways.</summary>
    private const double GatewayShare = 1.0 / 3;

    private readonly Dictionary<Habit, double> _habits = [];

    private WorldPlan(long seed, int orders)
    {
        Seed = seed;
        Orders = orders;
        var dice = new Dice(seed, "plan");
        Customers = 3 + dice.Next(10);
        Merchants = 2 + dice.Next(3);
        Couriers = 4 + dice.Next(8);
        // From a quiet evening to a rush in which everything meets everything.
        Span = TimeSpan.FromMinutes(4 * Math.Pow(25, dice.NextDouble()));
        Linger = dice.Happens(0.3) ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(9);
        StartHour = dice.Next(24);
        ClosesBooks = dice.Happens(0.25);
        OpenOrders = dice.Happens(0.3) ? 2 + dice.Next(3) : 20;
        foreach (var habit in Enum.GetValues<Habit>())
        {
            var exists = dice.Happens(0.6);
            var rate = 0.03 * Math.Pow(15, dice.NextDouble());
            _habits[habit] = exists ? rate : 0;
        }

        UsesGateway = dice.Happens(GatewayShare);
    }

    /// <summary>The seed.</summary>
    public long Seed { get; }

    /// <summary>How many orders are placed.</summary>
    public int Orders { get; }

    /// <summary>How many customers there are.</summary>
    public int Customers { get; }

    /// <summary>How many merchants there are.</summary>
    public int Merchants { get; }

    /// <summary>How many couriers there are.</summary>
    public int Couriers { get; }

    /// <summary>Over how much time the orders are placed.</summary>
    public TimeSpan Span { get; }

    /// <summary>How long consumers that are in no hurry let events gather: the usual time in some worlds, long in others, for that costs most.</summary>
    public TimeSpan Linger { get; }

    /// <summary>The hour of the day when the world begins, 0 to 23.</summary>
    public int StartHour { get; }

    /// <summary>Whether the day's books are closed at the end.</summary>
    public bool ClosesBooks { get; }

    /// <summary>How many orders of a customer may be open.</summary>
    public int OpenOrders { get; }

    /// <summary>Whether people give their commands over HTTP, to a gateway beside each silo, and not to grains.</summary>
    public bool UsesGateway { get; }

    /// <summary>When the world begins.</summary>
    public DateTimeOffset Start => new(2026, 3, 2, StartHour, 0, 0, TimeSpan.Zero);

    /// <summary>How long orders wait in this world: long enough for its people, short enough for the run.</summary>
    public static OrderPolicy Policy { get; } = new()
    {
        PlacementLimit = TimeSpan.FromMinutes(4),
        Payment = TimeSpan.FromMinutes(10),
        CourierSearch = TimeSpan.FromMinutes(20),
        Pickup = TimeSpan.FromMinutes(15),
        PickupLimit = TimeSpan.FromMinutes(50),
        Delivery = TimeSpan.FromMinutes(30),
        Collection = TimeSpan.FromMinutes(25),
        Return = TimeSpan.FromMinutes(25),
        Loss = TimeSpan.FromMinutes(40),
        Completion = TimeSpan.FromMinutes(45),
        DeliveryLead = TimeSpan.FromMinutes(5),
    };

    /// <summary>Draws a seed's world.</summary>
    public static WorldPlan Draw(long seed, int orders) => new(seed, orders);

    /// <summary>Whether somebody shows a habit this time.</summary>
    public bool Has(Habit habit, Dice dice) => _habits[habit] is > 0 and var rate && dice.Happens(rate);
}

/// <summary>What people do beyond what is usual.</summary>
internal enum Habit
{
    PickupOrder, VirtualOrder, ScheduledOrder, PaysCash, PaysLater, UsesCoupon, AsksQuote, GoesThroughIntake, HasExternalId, WantsPin,
    OddCard, SendsTwice, SendsAgain, SendsOtherContent, GivesUp, WrongTotal, HugeOrder, OperatorPlaces, ReusesExternalId, CustomerCancels, CustomerNeverPays,
    ProposesChange, IgnoresChange, DeclinesChange, Withdraws, ClaimsRefund, MerchantRejects, MerchantForgets, MerchantCancels, MerchantLate,
    RunsOut, MerchantCloses, NeverCollected, Substitutes, CourierDeclines, CourierIgnores, CourierVanishes, CourierDropsOut, CourierSkips,
    CourierFails, CourierLoses, HandsOver, GoesOffline, TakesBreak, WrongPin, Freezes, Overrides, OperatorHelps, FlipsSwitch, ChangesLimits,
    NeverReturned, RefundUndecided, ReadsAgain, HotMerchant, FullKitchen, Unreachable,
    NamesDeadline,
}
