using System.Buffers;
using OrderActors.Storage;

namespace OrderActors.Embedded.Storage.Journal;

/// <content>A batch from its first record to the last of those who wait for it.</content>
internal sealed partial class JournalWriter
{
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

    private void Append()
    {
        if (_records == 0)
            return;
        var position = _data.Position;
        if (_active.End + _length > _data.Options.SegmentBytes && position.NextBatch > _active.Header.FirstBatch)
            Roll(position);
        BatchFormat.Seal(_batch.AsSpan(0, _length), _records, position.NextBatch, _active.Header.Id);
        _active.File.Write(_batch.AsSpan(0, _length), _active.End);
    }

    private void Sync()
    {
        if (_records == 0)
            return;
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
        var batch = (Requests: _taken, From: from, Until: until);
        if (_pump is null)
            ThreadPool.UnsafeQueueUserWorkItem(Tell, batch, preferLocal: false);
        else
            Tell(batch);
    }

    private static void Tell((List<WriteRequest> Requests, int From, int Until) batch)
    {
        for (var i = batch.From; i < batch.Until; i++)
        {
            var request = batch.Requests[i];
            if (request.Refusal is { } refusal)
                request.TrySetException(refusal);
            else
                request.TrySetResult(request.Version);
        }
    }
}
