using Orleans.Runtime;

namespace OrderActors.Embedded.Runtime;

/// <summary>
/// What lies between several engines that share their grains: it knows where each grain lives. The seam of the simulator; an
/// engine on its own has none, and pays for the question only.
/// </summary>
internal interface ISiloNetwork
{
    /// <summary>Brings a request to its grain, activating it somewhere if it is in no memory.</summary>
    void Send(GrainClass grainClass, GrainId grain, GrainCall call);

    /// <summary>An activation is gone.</summary>
    void Removed(Activation activation);
}
