namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// The thread behind the writer: index snapshots, compaction, deletion. Strictly one after the other, so that a file is
/// deleted only when the newest snapshot does not need it, and no copy is published while a snapshot is taken.
/// </summary>
internal sealed class JournalMaintenance : IDisposable
{
    private readonly JournalData _data;
    private readonly Lock _running = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly List<JournalSegment> _retired = [];
    private readonly Action? _due;
    private readonly Thread? _thread;
    private long _snapshotSegment;
    private long _snapshotOffset;
    private long _lastSegment;
    private int _signalled;
    private long _retryAfterSegment;

    public JournalMaintenance(JournalData data, IJournalPump? pump)
    {
        _data = data;
        (_snapshotSegment, _snapshotOffset) = (data.Covered.Segment, data.Covered.Offset);
        _lastSegment = data.Position.Segment;
        if (pump is not null)
        {
            _due = pump.MaintenanceDue;
        }
        else if (data.Options.AutomaticMaintenance)
        {
            _due = () => _wake.Release();
            _thread = new Thread(Run) { IsBackground = true, Name = "journal maintenance", Priority = ThreadPriority.BelowNormal };
            _thread.Start();
        }
    }

    /// <summary>How far the log is durable.</summary>
    public LogPosition Position => _data.Position;

    /// <summary>Called by the writer after each batch: cheap unless there is something to do.</summary>
    public void Grew()
    {
        var position = _data.Position;
        var due = position.Segment != Volatile.Read(ref _lastSegment) || BytesSinceSnapshot(position) >= _data.Options.SnapshotEveryBytes;
        if (due && _due is not null && Interlocked.Exchange(ref _signalled, 1) == 0)
            _due();
    }

    /// <summary>Writes the index out now.</summary>
    public void Snapshot()
    {
        lock (_running)
        {
            var position = _data.Position;
            SnapshotFile.Write(_data);
            Volatile.Write(ref _snapshotOffset, position.Offset);
            Volatile.Write(ref _snapshotSegment, position.Segment);
            _data.Counters.Snapshots++;
            // The one before stays, for the case that this one is damaged.
            foreach (var name in SnapshotFile.Names(_data.Files).SkipLast(2))
                _data.Files.Delete(name);
            DeleteRetired();
        }
    }

    /// <summary>Rewrites files that are mostly garbage, until none is; returns whether there was any.</summary>
    public bool Compact()
    {
        lock (_running)
        {
            var any = false;
            while (!_stopping.IsCancellationRequested && JournalCompaction.Candidates(_data).Except(_retired).ToList() is { Count: > 0 } sources)
            {
                var bytes = sources.Sum(source => source.End);
                new JournalCompaction(_data, _stopping.Token).Run(sources);
                _retired.AddRange(sources);
                _data.Counters.Compactions++;
                _data.Counters.CompactedBytes += bytes;
                Snapshot();
                any = true;
            }

            return any;
        }
    }

    /// <summary>Does what is due: rewrites files, or at least writes the index out. What fails is tried again at the next file.</summary>
    public void Tend()
    {
        Volatile.Write(ref _signalled, 0);
        var position = _data.Position;
        Volatile.Write(ref _lastSegment, position.Segment);
        if (position.Segment < _retryAfterSegment)
            return;
        try
        {
            if (!Compact() && BytesSinceSnapshot(position) >= _data.Options.SnapshotEveryBytes)
                Snapshot();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Nothing acknowledged depends on this; the next file of the log is the next chance.
            Interlocked.Increment(ref _data.Counters.MaintenanceFailures);
            _data.Logger.MaintenanceFailed(e);
            _retryAfterSegment = position.Segment + 1;
        }
    }

    /// <summary>Ends the thread; a compaction under way is given up.</summary>
    public void Stop()
    {
        _stopping.Cancel();
        _thread?.Join();
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _wake.Dispose();
    }

    private void DeleteRetired()
    {
        foreach (var segment in _retired)
        {
            _data.Segments.Remove(segment);
            segment.File.Dispose();
            _data.Files.Delete(segment.Name);
        }

        if (_retired.Count > 0)
            _data.Files.SyncFolder();
        _retired.Clear();
    }

    private long BytesSinceSnapshot(LogPosition position) =>
        ((position.Segment - Volatile.Read(ref _snapshotSegment)) * _data.Options.SegmentBytes) + position.Offset - Volatile.Read(ref _snapshotOffset);

    private void Run()
    {
        try
        {
            while (true)
            {
                _wake.Wait(_stopping.Token);
                Tend();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
