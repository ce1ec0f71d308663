using System.Text.Json.Serialization;

namespace OrderActors.Client.Operations;

/// <summary>How the calls to one dependency outside go.</summary>
/// <param name="Name">The dependency, such as <c>payments</c>.</param>
/// <param name="Breaker">closed, open or half_open.</param>
/// <param name="Since">Since when.</param>
/// <param name="Calls">Calls so far.</param>
/// <param name="Failures">Tries that failed.</param>
/// <param name="Slow">Tries that came back, and were so slow that they count as failures.</param>
/// <param name="InFlight">Calls under way.</param>
/// <param name="Queued">Calls that wait for a place.</param>
/// <param name="Rejected">Calls that were refused at once: the breaker was open, or the queue full.</param>
public sealed record OutboundState(
    string Name, string Breaker, DateTimeOffset Since, long Calls, long Failures, long Slow, int InFlight, int Queued, long Rejected)
{
    /// <summary>Whether calls are refused at once now. A breaker that is open lets one through when its time is over, so that it learns.</summary>
    [JsonIgnore]
    public bool IsGivenUp { get; init; }
}

/// <summary>Knows how the calls to the world outside go. The host that makes such calls supplies it.</summary>
public interface IOutboundStates
{
    /// <summary>The dependencies by name.</summary>
    IReadOnlyList<OutboundState> States();
}

/// <summary>A host that calls nobody.</summary>
internal sealed class NoOutboundStates : IOutboundStates
{
    public IReadOnlyList<OutboundState> States() => [];
}
