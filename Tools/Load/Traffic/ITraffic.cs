using OrderActors.Tools.Load.Http;
using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tools.Load.Traffic;

/// <summary>What is asked of a target. Used by many connections at once.</summary>
internal interface ITraffic
{
    /// <summary>What may be asked.</summary>
    IReadOnlyList<OperationKind> Operations { get; }

    /// <summary>What the next arrival asks, as an index of <see cref="Operations"/>.</summary>
    int Next();

    /// <summary>Writes a request.</summary>
    /// <param name="operation">What it is to be.</param>
    /// <param name="request">Where to; already empty.</param>
    /// <param name="ticket">What <see cref="Settle"/> will need. Its operation may come to be another one: what is to be paid must have been placed.</param>
    void Write(int operation, RequestWriter request, Ticket ticket);

    /// <summary>Learns from an answer.</summary>
    /// <param name="ticket">As it was when the request was written.</param>
    /// <param name="status">The status, or why there is none, as <see cref="Connection"/> has it.</param>
    /// <param name="body">The answer's body.</param>
    void Settle(Ticket ticket, int status, ReadOnlySpan<byte> body);
}

/// <summary>What a connection knows of its request under way; one per connection, written over again and again.</summary>
internal sealed class Ticket
{
    /// <summary>What is asked.</summary>
    public int Operation { get; set; }

    /// <summary>The order that it is about; null for none.</summary>
    public KnownOrder? Order { get; set; }

    /// <summary>A number of the traffic's own.</summary>
    public int Mark { get; set; }

    /// <summary>The request as it was sent, until the next one: for traffic that may have to send it again. Null unless the traffic sets it.</summary>
    public RequestWriter? Request { get; set; }
}
