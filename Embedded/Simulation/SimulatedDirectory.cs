using System.Runtime.InteropServices;
using OrderActors.Embedded.Runtime;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// Which silo each grain lives on. As in Orleans it is right almost always: for a while two silos can each believe to have a
/// grain, and what is on a silo that died stays there until the others know.
/// </summary>
internal sealed class SimulatedDirectory(SimulatedCluster cluster, Dice dice)
{
    private static readonly TimeSpan LongestDisagreement = TimeSpan.FromSeconds(60);

    private readonly Dictionary<GrainId, Place> _places = [];

    // Calls stay on their silo more often in some runs than in others.
    private readonly double _local = dice.NextDouble();

    /// <summary>The activation that a silo, or null for a client, believes in; made if there is none. Null when no silo is alive.</summary>
    internal Activation? Find(SimulatedSilo? from, GrainClass grainClass, GrainId id)
    {
        if (grainClass.IsStatelessWorker) return (from ?? cluster.AnySilo(dice))?.Runtime.Locate(grainClass, id);
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, id, out _);
        var place = slot ??= new Place();
        if (place.First is { } first && IsLost(first)) place.First = null;
        if (place.Second is { } second && IsLost(second)) place.Second = null;
        if (place.First is null) (place.First, place.Second) = (place.Second, null);
        if (place.First is null)
        {
            var home = from is { IsDead: false } && dice.Happens(_local) ? from : cluster.AnySilo(dice);
            return home is null ? null : place.First = Make(home, grainClass, id);
        }

        var faults = cluster.Faults;
        if (place.Second is null && faults.Strikes(FaultKind.TwoActivations, place.First)) Split(place, grainClass, id);
        var found = place.Second is { } other && BelievesIn(other, from) ? other : place.First;
        if (faults.Strikes(FaultKind.EarlyCollection, found))
            found.Deactivate(new(DeactivationReasonCode.ActivationIdle, "The simulator collected it early."));
        return found;
    }

    internal void Removed(Activation activation)
    {
        if (!_places.TryGetValue(activation.GrainId, out var place)) return;
        if (place.Second == activation) place.Second = null;
        if (place.First == activation) (place.First, place.Second) = (place.Second, null);
    }

    /// <summary>Every disagreement ends.</summary>
    internal void Agree()
    {
        foreach (var place in _places.Values)
        {
            if (place.Second is not null) Agree(place, place.Second);
        }
    }

    private static bool IsLost(Activation activation) => SiloNetwork.HomeOf(activation).IsDeclaredDead;

    private static bool BelievesIn(Activation second, SimulatedSilo? from) =>
        from is null ? (second.TraceKey & 1) == 0 : from == SiloNetwork.HomeOf(second) || ((second.TraceKey >> from.Number) & 1) == 0;

    private static Activation Make(SimulatedSilo home, GrainClass grainClass, GrainId id)
    {
        var made = new Activation(home.Runtime, grainClass, id)
        {
            TraceKey = (int)(Dice.HashOf(id.Key.ToString()) ^ Dice.HashOf(id.Type.ToString())) * 31 + home.Number,
        };
        home.Activations.Add(made);
        return made;
    }

    private void Split(Place place, GrainClass grainClass, GrainId id)
    {
        var size = cluster.Faults.Size(FaultKind.TwoActivations);
        var other = cluster.AnySilo(size);
        if (other is null || other == SiloNetwork.HomeOf(place.First!)) return;
        var second = place.Second = Make(other, grainClass, id);
        cluster.World.Time.After(size.UpTo(LongestDisagreement), _ => Agree(place, second), null);
    }

    /// <summary>One of the two is told to go, as when a directory finds out; which one is as good as drawn.</summary>
    private static void Agree(Place place, Activation second)
    {
        if (place.Second != second) return;
        if (place.First is { } first && (second.TraceKey & 4) == 0)
        {
            (place.First, place.Second) = (second, null);
            Leave(first);
        }
        else
        {
            place.Second = null;
            Leave(second);
        }
    }

    private static void Leave(Activation loser)
    {
        if (!SiloNetwork.HomeOf(loser).IsDead) loser.Deactivate(new(DeactivationReasonCode.ApplicationRequested, "Another silo has the grain."));
    }

    private sealed class Place
    {
        public Activation? First;
        public Activation? Second;
    }
}
