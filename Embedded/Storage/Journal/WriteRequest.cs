using System.Buffers;
using Orleans.Runtime;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>A record on its way to the disk; as a task, the version it got.</summary>
internal sealed class WriteRequest() : TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public required RecordKind Kind { get; init; }

    public KeyHash Hash { get; init; }

    /// <summary>The version that must be stored now; 0 for none.</summary>
    public long Expected { get; init; }

    public int Type { get; init; }

    public GrainId Grain { get; init; }

    public string StateName { get; init; } = "";

    /// <summary>The record without versions, sequences and checksums; from the shared pool.</summary>
    public byte[] Buffer { get; init; } = [];

    public int Length { get; init; }

    /// <summary>The record's events themselves, in its order.</summary>
    public object?[] Events { get; init; } = [];

    /// <summary>Set by the writer before the batch: why this write alone is refused.</summary>
    public Exception? Refusal { get; set; }

    /// <summary>Set by the writer before the batch.</summary>
    public long Version { get; set; }

    /// <summary>Set by the writer before the batch: the record's place in the batch.</summary>
    public int BatchOffset { get; set; }
}

/// <summary>Grows in the shared pool; whoever takes the buffer returns it there.</summary>
internal sealed class RecordBuffer : IBufferWriter<byte>
{
    private byte[] _buffer = [];

    public int Length { get; private set; }

    public Span<byte> Written => _buffer.AsSpan(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(Length);
    }

    public byte[] Detach()
    {
        var buffer = _buffer;
        _buffer = [];
        Length = 0;
        return buffer;
    }

    public void Reset() => Length = 0;

    private void Reserve(int count)
    {
        var needed = Length + Math.Max(count, 1);
        if (needed <= _buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(1024, _buffer.Length * 2)));
        Written.CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
