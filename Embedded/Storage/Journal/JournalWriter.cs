using System.Buffers;
using OrderActors.Storage;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// The one thread that appends. It takes everything that waits, writes it as one batch with one write and one sync, and
/// only then lets anybody see it. What arrives meanwhile is the next batch.
/// </summary>
internal sealed class JournalWriter
{
    private readonly JournalData _data;
    private readonly TimeProvider _time;
    private readonly Action _grew;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly TaskCompletionSource<JournalFailedException> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<KeyHash, long> _inBatch = [];
    private readonly long[] _heads = new long[EventPartitions.Count];
    private readonly bool[] _touched = new bool[EventPartitions.Count];
    private List<WriteRequest> _queue = [];
    private List<WriteRequest> _taken = [];
    private JournalSegment _active;
    private byte[] _batch = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);
    private int _length;
    private int _records;
    private int _writes;
    private long _nextVersion;
    private long _pendingBytes;
    private int _pendingWrites;
    private bool _parked;

    // Whether the writer waits without knowing of any cursor: only then has it to hear of one.
    private volatile bool _knowsNoCursor;
    private bool _stopping;
    private volatile JournalFailedException? _failure;

    public JournalWriter(JournalData data, JournalSegment active, TimeProvider time, Action grew)
    {
        _data = data;
        _active = active;
        _time = time;
        _grew = grew;
        _nextVersion = data.Position.NextVersion;
        for (var partition = 0; partition < EventPartitions.Count; partition++)
            _heads[partition] = data.Events[partition].Head;
        _thread = new Thread(Run) { IsBackground = true, Name = "journal writer" };
    }

    public event Action<int, long>? Appended;

    /// <summary>Completes with the reason once the journal failed.</summary>
    public Task<JournalFailedException> Failed => _failed.Task;

    public int PendingWrites => Volatile.Read(ref _pendingWrites);

    public long PendingBytes => Interlocked.Read(ref _pendingBytes);

    public void Start() => _thread.Start();

    /// <summary>Throws when nothing more can be accepted now.</summary>
    public void ThrowIfClosed(int bytes)
    {
        if (_failure is { } failure)
            throw new JournalFailedException(failure.Message, failure.InnerException!);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _stopping), typeof(JournalStore));
        var options = _data.Options;
        if (PendingWrites < options.MaxQueuedWrites && PendingBytes + bytes <= options.MaxQueuedBytes)
            return;
        Interlocked.Increment(ref _data.Counters.Refused);
        throw new LimitExceededException(
            $"The disk of {_data.Files.Name} is slower than the writes: {PendingWrites} writes with {PendingBytes} bytes wait " +
            $"(allowed are {options.MaxQueuedWrites} and {options.MaxQueuedBytes}). Nothing was written; try again later.");
    }

    public void Enqueue(WriteRequest request)
    {
        lock (_gate)
        {
            if (request.Kind != RecordKind.None || _failure is not null || _stopping)
                ThrowIfClosed(request.Length);
            _queue.Add(request);
            _pendingWrites++;
            Interlocked.Add(ref _pendingBytes, request.Length);
            Wake();
        }
    }

    /// <summary>There are cursors to write some time soon. They are many more than writes, and hardly any of them wakes the thread.</summary>
    public void CursorsChanged()
    {
        // Either this sees that the thread waits, or the thread sees the cursor before it waits.
        Interlocked.MemoryBarrier();
        if (!_knowsNoCursor)
            return;
        lock (_gate)
        {
            if (_knowsNoCursor)
                Wake();
            _knowsNoCursor = false;
        }
    }

    /// <summary>Writes what waits and ends the thread.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            Wake();
        }

        _thread.Join();
    }

    private void Wake()
    {
        if (!_parked)
            return;
        _parked = false;
        Monitor.Pulse(_gate);
    }

    private void Run()
    {
        while (Take())
        {
            for (var from = 0; from < _taken.Count || (_taken.Count == 0 && _data.Cursors.AnyDirty);)
            {
                var until = from;
                try
                {
                    until = Fill(from);
                    Commit();
                    Publish(from, until);
                }
                catch (Exception e)
                {
                    Fail(e, from);
                    return;
                }

                from = until;
            }
        }
    }

    /// <summary>Waits for work; false when there will be none.</summary>
    private bool Take()
    {
        lock (_gate)
        {
            _taken = [];
            while (_queue.Count == 0)
            {
                if (_stopping)
                    return _data.Cursors.AnyDirty;
                _parked = _knowsNoCursor = true;
                Interlocked.MemoryBarrier();
                _knowsNoCursor = !_data.Cursors.AnyDirty;
                if (_knowsNoCursor)
                    Monitor.Wait(_gate);
                else if (!Monitor.Wait(_gate, _data.Options.CursorFlushDelay))
                    break;
            }

            _parked = _knowsNoCursor = false;
            (_taken, _queue) = (_queue, _taken);
            return true;
        }
    }

    /// <summary>Copies waiting records into the batch, as far as one batch goes; returns the first one left over.</summary>
    private int Fill(int from)
    {
        _length = BatchFormat.Header;
        _records = 0;
        _writes = 0;
        _inBatch.Clear();
        var at = from;
        for (; at < _taken.Count && _length < _data.Options.MaxBatchBytes; at++)
        {
            var request = _taken[at];
            if (request.Kind != RecordKind.None)
                Add(request);
        }

        if (_data.Cursors.AnyDirty)
        {
            foreach (var (subscriber, partition, sequence) in _data.Cursors.TakeDirty())
            {
                Reserve(RecordFormat.MaxKeySpace("", subscriber, "") + RecordFormat.CursorValue);
                _length += RecordFormat.WriteCursor(_batch.AsSpan(_length), subscriber, partition, sequence);
                _records++;
            }
        }

        return at;
    }

    private void Add(WriteRequest request)
    {
        if (!_inBatch.TryGetValue(request.Hash, out var stored))
            stored = _data.Index.Version(request.Hash);
        if (stored != request.Expected)
        {
            Interlocked.Increment(ref _data.Counters.Conflicts);
            request.Refusal = Versions.Conflict(request.Grain, request.StateName, stored, Versions.Text(request.Expected));
            return;
        }

        Reserve(request.Length);
        var record = _batch.AsSpan(_length, request.Length);
        request.Buffer.AsSpan(0, request.Length).CopyTo(record);
        request.Version = _nextVersion++;
        request.BatchOffset = _length;
        RecordFormat.WriteVersion(record, request.Version);
        RecordFormat.Seal(record);
        var at = RecordFormat.StateLength(record);
        for (var i = RecordFormat.EventCount(record); i > 0; i--)
        {
            var entry = record.Slice(at, RecordFormat.EventLength(record[at..]));
            RecordFormat.SealEvent(entry, ++_heads[RecordFormat.EventPartition(entry)]);
            at += entry.Length;
        }

        _inBatch[request.Hash] = request.Kind == RecordKind.Tombstone ? 0 : request.Version;
        _length += request.Length;
        _records++;
        _writes++;
    }

    private void Reserve(int bytes)
    {
        if (_length + bytes <= _batch.Length)
            return;
        var larger = GC.AllocateUninitializedArray<byte>(Math.Max(_length + bytes, _batch.Length * 2), pinned: true);
        _batch.AsSpan(0, _length).CopyTo(larger);
        _batch = larger;
    }

    private void Commit()
    {
        if (_records == 0)
            return;
        var position = _data.Position;
        if (_active.End + _length > _data.Options.SegmentBytes && position.NextBatch > _active.Header.FirstBatch)
            Roll(position);
        BatchFormat.Seal(_batch.AsSpan(0, _length), _records, position.NextBatch, _active.Header.Id);
        _active.File.Write(_batch.AsSpan(0, _length), _active.End);
        var started = _time.GetTimestamp();
        _active.File.Sync();
        var took = _time.GetElapsedTime(started);
        var ticks = took.Ticks;
        StorageInstruments.Committed("journal", _writes, _length, took);
        var counters = _data.Counters;
        counters.Batches++;
        counters.Records += _records;
        counters.Writes += _writes;
        counters.Bytes += _length;
        counters.Syncs++;
        counters.SyncTicks += ticks;
        counters.LongestSyncTicks = Math.Max(counters.LongestSyncTicks, ticks);
    }

    private void Roll(LogPosition position)
    {
        var full = _active;
        _active = _data.CreateLogSegment(full.Header.Id + 1, position.NextVersion, position.NextBatch);
        // Gives the reserved rest back. Not synced: zeroes at the end of a finished file mean nothing.
        full.File.SetLength(full.End);
        full.Sealed = true;
    }

    /// <summary>The batch is durable: index, events, waiters, in this order.</summary>
    private void Publish(int from, int until)
    {
        var start = _active.End;
        for (var i = from; i < until; i++)
        {
            var request = _taken[i];
            if (request.Version > 0)
                Publish(request, start);
        }

        if (_records > 0)
        {
            _active.MaxVersion = _nextVersion - 1;
            _active.End = start + _length;
            _data.Position = new LogPosition(_active.Header.Id, _active.End, _data.Position.NextBatch + 1, _nextVersion);
        }

        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            if (!_touched[partition])
                continue;
            _touched[partition] = false;
            _data.Trim(partition);
            try
            {
                Appended?.Invoke(partition, _heads[partition]);
            }
            catch (Exception e)
            {
                _data.Logger.AppendedHandlerThrew(e);
            }
        }

        Complete(from, until);
        _grew();
    }

    private void Publish(WriteRequest request, long batchStart)
    {
        var record = _batch.AsSpan(request.BatchOffset, request.Length);
        var offset = (uint)(batchStart + request.BatchOffset);
        var stateLength = RecordFormat.StateLength(record);
        if (request.Kind == RecordKind.State)
        {
            var location = new Location(_active.Slot, offset, stateLength);
            _active.AddLive(stateLength);
            _data.Index.Put(request.Hash, request.Version, location, request.Type, out var replaced);
            if (replaced is { } old)
                _data.Segments.Release(old);
        }
        else
        {
            _active.TombstoneBytes += stateLength;
            if (_data.Index.Remove(request.Hash, request.Version, out var removed))
                _data.Segments.Release(removed);
        }

        var events = 0;
        for (var at = stateLength; at < record.Length;)
        {
            var entry = record.Slice(at, RecordFormat.EventLength(record[at..]));
            var partition = RecordFormat.EventPartition(entry);
            _active.AddLive(entry.Length);
            _data.Events[partition].Append(
                new Location(_active.Slot, offset + (uint)at, entry.Length), entry[RecordFormat.EventHeader..].ToArray(), request.Events[events++]);
            _touched[partition] = true;
            at += entry.Length;
        }
    }

    private void Complete(int from, int until)
    {
        if (from == until)
            return;
        var bytes = 0L;
        for (var i = from; i < until; i++)
        {
            bytes += _taken[i].Length;
            if (_taken[i].Buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(_taken[i].Buffer);
        }

        lock (_gate)
        {
            _pendingWrites -= until - from;
            Interlocked.Add(ref _pendingBytes, -bytes);
        }

        // The waiters are many; another thread tells them while this one writes on.
        ThreadPool.UnsafeQueueUserWorkItem(
            static batch =>
            {
                for (var i = batch.From; i < batch.Until; i++)
                {
                    var request = batch.Requests[i];
                    if (request.Refusal is { } refusal)
                        request.TrySetException(refusal);
                    else
                        request.TrySetResult(request.Version);
                }
            },
            (Requests: _taken, From: from, Until: until),
            preferLocal: false);
    }

    private void Fail(Exception reason, int from)
    {
        var failure = new JournalFailedException(
            $"The journal in {_data.Files.Name} failed on {_active.Name} and accepts no more writes: {reason.Message}", reason);
        List<WriteRequest> waiting;
        lock (_gate)
        {
            _failure = failure;
            waiting = [.. _taken.Skip(from), .. _queue];
            _queue.Clear();
        }

        _data.Logger.Failed(failure);
        _failed.TrySetResult(failure);
        foreach (var request in waiting)
            request.TrySetException(new JournalFailedException(failure.Message, reason));
    }
}
