using System.Collections.Immutable;
using OrderActors.Orders;

namespace OrderActors.Simulations;

/// <summary>The scripts that come with the platform. A list without weights is gone through in order.</summary>
internal static class SimulationPresets
{
    private static readonly ImmutableArray<MerchantPlay> Accepts = [new(MerchantAct.Accept)];
    private static readonly ImmutableArray<CourierPlay> Delivers = [new(CourierAct.Deliver)];
    private static readonly ImmutableArray<CustomerPlay> Pays = [new(CustomerAct.Pay)];

    private static readonly SimulationScript Chaos = new(
        [
            new(MerchantAct.Accept, Weight: 60),
            new(MerchantAct.Accept, AfterSeconds: 200, ReadySeconds: 1_500, Weight: 10),
            new(MerchantAct.Substitute, Weight: 10),
            new(MerchantAct.Reject, Weight: 10),
            new(MerchantAct.RunOut, Weight: 3),
            new(MerchantAct.Forget, Weight: 7),
        ],
        [
            new(CourierAct.Deliver, Weight: 55),
            new(CourierAct.Deliver, LateSeconds: 1_800, Weight: 10),
            new(CourierAct.Decline, Weight: 15),
            new(CourierAct.Ignore, Weight: 5),
            new(CourierAct.FailAtDoor, Weight: 8),
            new(CourierAct.Vanish, Weight: 5),
            new(CourierAct.GoOffline, Weight: 2),
        ],
        [
            new(CustomerAct.Pay, Weight: 70),
            new(CustomerAct.Pay, Source: "tok_declined", Weight: 5),
            new(CustomerAct.Nothing, Weight: 5),
            new(CustomerAct.Cancel, Weight: 10),
            new(CustomerAct.AskRefund, Weight: 10),
        ]);

    /// <summary>A script with what it leaves out from a preset.</summary>
    public static SimulationScript Fill(SimulationScript script, SimulationPreset preset)
    {
        var from = Of(preset);
        return new(
            script.Merchants.IsDefaultOrEmpty ? from.Merchants : script.Merchants,
            script.Couriers.IsDefaultOrEmpty ? from.Couriers : script.Couriers,
            script.Customers.IsDefaultOrEmpty ? from.Customers : script.Customers);
    }

    private static SimulationScript Of(SimulationPreset preset) => preset switch
    {
        SimulationPreset.MerchantRejects => new([new(MerchantAct.Reject, AfterSeconds: 30)], Delivers, Pays),
        SimulationPreset.NoCourier => new(Accepts, [new(CourierAct.Decline)], Pays),
        SimulationPreset.CourierVanishes => new(Accepts, [new(CourierAct.Vanish), new(CourierAct.Deliver)], Pays),
        SimulationPreset.DoorFail => new(Accepts, [new(CourierAct.FailAtDoor, Reason: CancelReason.CustomerAbsent)], Pays),
        SimulationPreset.LateEverything => new(
            [new(MerchantAct.Accept, AfterSeconds: 240, ReadySeconds: 2_700)], [new(CourierAct.Deliver, StepSeconds: 300, LateSeconds: 1_800)], Pays),
        SimulationPreset.Chaos => Chaos,
        _ => new(Accepts, Delivers, Pays),
    };
}
