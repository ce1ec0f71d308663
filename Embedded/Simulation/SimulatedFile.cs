namespace OrderActors.Embedded.Simulation;

/// <summary>A file of a <see cref="SimulatedDisk"/>: what it reads as, and what of that the disk has not got for certain.</summary>
internal sealed class SimulatedFile
{
    /// <summary>What a disk writes as a whole.</summary>
    private const int Sector = 512;

    private readonly List<Change> _unsynced = [];
    private byte[] _content = [];
    private int _length;

    public int Length => _length;

    public int Read(Span<byte> destination, long offset)
    {
        var count = (int)Math.Clamp(_length - offset, 0, destination.Length);
        if (count > 0) _content.AsSpan((int)offset, count).CopyTo(destination);
        return count;
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        var at = (int)offset;
        _unsynced.Add(new Change(at, source.Length, Copy(at, source.Length), _length));
        Extend(at + source.Length);
        source.CopyTo(_content.AsSpan(at));
    }

    public void SetLength(int length)
    {
        if (length == _length) return;
        _unsynced.Add(new Change(length, 0, Copy(length, _length - length), _length));
        if (length > _length) Extend(length);
        else Cut(length);
    }

    public void Sync() => _unsynced.Clear();

    /// <summary>The power fails: each change that was not synced is there, is not, or is there in part.</summary>
    public void Lose(Dice dice)
    {
        for (var i = _unsynced.Count - 1; i >= 0; i--)
        {
            var change = _unsynced[i];
            if (change.Bytes == 0)
            {
                if (dice.Happens(0.5)) UndoLength(change);
                continue;
            }

            switch (dice.Next(5))
            {
                case 0:
                    break;
                case 1:
                    Undo(change, 0);
                    break;
                case 2:
                    Undo(change, dice.Next(change.Bytes));
                    break;
                case 3:
                    LoseSectors(change, dice);
                    break;
                default:
                    Spoil(change, dice.Next(change.Bytes), dice);
                    break;
            }
        }

        _unsynced.Clear();
    }

    private void UndoLength(Change change)
    {
        if (change.OldLength > change.At)
        {
            Extend(change.OldLength);
            change.Old.CopyTo(_content.AsSpan(change.At));
        }
        else if (_length == change.At)
        {
            Cut(change.OldLength);
        }
    }

    /// <summary>Takes a write back from a place in it on.</summary>
    private void Undo(Change change, int from)
    {
        Restore(change, change.At + from, change.At + change.Bytes);
        if (_length == change.At + change.Bytes) Cut(Math.Max(change.OldLength, change.At + from));
    }

    private void Spoil(Change change, int from, Dice dice)
    {
        var lost = Range(change.At + from, change.At + change.Bytes);
        if (dice.Happens(0.5)) lost.Clear();
        else dice.NextBytes(lost);
    }

    private void Restore(Change change, int from, int to)
    {
        var lost = Range(from, to);
        lost.Clear();
        var old = change.Old.AsSpan(Math.Min(from - change.At, change.Old.Length));
        old[..Math.Min(old.Length, lost.Length)].CopyTo(lost);
    }

    private Span<byte> Range(int from, int to) => _content.AsSpan(Math.Min(from, _length), Math.Max(0, Math.Min(to, _length) - from));

    private void LoseSectors(Change change, Dice dice)
    {
        for (var at = change.At; at < change.At + change.Bytes;)
        {
            var next = Math.Min(change.At + change.Bytes, (at / Sector + 1) * Sector);
            if (dice.Happens(0.5)) Restore(change, at, next);
            at = next;
        }
    }

    private byte[] Copy(int from, int count) => from >= _length || count <= 0 ? [] : _content.AsSpan(from, Math.Min(count, _length - from)).ToArray();

    private void Extend(int length)
    {
        if (length > _content.Length) Array.Resize(ref _content, Math.Max(length, _content.Length * 2));
        _length = Math.Max(_length, length);
    }

    /// <summary>What lies behind the end is zero, should the file grow again.</summary>
    private void Cut(int length)
    {
        if (length >= _length) return;
        _content.AsSpan(length, _length - length).Clear();
        _length = length;
    }

    /// <summary>A change that was not synced.</summary>
    /// <param name="At">Where it begins; the new length when only that changed.</param>
    /// <param name="Bytes">How many bytes were written; 0 when only the length changed.</param>
    /// <param name="Old">What was there, as far as there was anything.</param>
    /// <param name="OldLength">The length before.</param>
    private readonly record struct Change(int At, int Bytes, byte[] Old, int OldLength);
}
