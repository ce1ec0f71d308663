using Orleans.Runtime;

namespace OrderActors.Embedded.Runtime;

/// <summary>What every generated grain reference is, beside the interface it was made for.</summary>
internal interface IGrainReference
{
    GrainId GrainId { get; }
}
