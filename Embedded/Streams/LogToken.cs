using Orleans.Streams;

namespace OrderActors.Embedded.Streams;

/// <summary>The position of a wake-up: the partition's newest sequence when it was sent.</summary>
internal sealed class LogToken(long sequence) : StreamSequenceToken
{
    public override long SequenceNumber { get; protected set; } = sequence;

    public override int EventIndex { get; protected set; }

    public override bool Equals(StreamSequenceToken? other) => other is not null && other.SequenceNumber == SequenceNumber;

    public override int CompareTo(StreamSequenceToken? other) => other is null ? 1 : SequenceNumber.CompareTo(other.SequenceNumber);
}
