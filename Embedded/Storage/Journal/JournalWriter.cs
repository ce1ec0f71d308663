using OrderActors.Storage;
using Orleans.Runtime;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// The one thread that appends. It takes everything that waits, writes it as one batch with one write and one sync, and
/// only then lets anybody see it. What arrives meanwhile is the next batch.
/// </summary>
internal sealed partial class JournalWriter
{
    private readonly JournalData _data;
    private readonly TimeProvider _time;
    private readonly Action _grew;
    private readonly IJournalPump? _pump;
    private readonly Thread? _thread;
    private readonly object _gate = new();
    private readonly TaskCompletionSource<JournalFailedException> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<KeyHash, long> _inBatch = [];
    private readonly long[] _heads = new long[EventPartitions.Count];
    private readonly bool[] _touched = new bool[EventPartitions.Count];
    private List<WriteRequest> _queue = [];
    private List<WriteRequest> _taken = [];
    private int _from;
    private int _until;
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

    public JournalWriter(JournalData data, JournalSegment active, TimeProvider time, Action grew, IJournalPump? pump)
    {
        _data = data;
        _active = active;
        _time = time;
        _grew = grew;
        _nextVersion = data.Position.NextVersion;
        for (var partition = 0; partition < EventPartitions.Count; partition++)
            _heads[partition] = data.Events[partition].Head;
        _pump = pump;
        if (pump is null)
            _thread = new Thread(Run) { IsBackground = true, Name = "journal writer" };
        else
            _parked = _knowsNoCursor = true;
    }

    public event Action<int, long>? Appended;

    /// <summary>Completes with the reason once the journal failed.</summary>
    public Task<JournalFailedException> Failed => _failed.Task;

    public int PendingWrites => Volatile.Read(ref _pendingWrites);

    public long PendingBytes => Interlocked.Read(ref _pendingBytes);

    /// <summary>Whether there are cursors that the disk does not know yet.</summary>
    public bool HasCursors => _data.Cursors.AnyDirty;

    public void Start() => _thread?.Start();

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

        _thread?.Join();
    }

    /// <summary>
    /// For a pump: takes what waits, or the cursors alone when they are due. False when there is nothing, and then the pump is
    /// told of the next that comes.
    /// </summary>
    public bool TryTake(bool cursorsDue)
    {
        lock (_gate)
        {
            _parked = _queue.Count == 0 && !(cursorsDue && HasCursors);
            _knowsNoCursor = _parked && !HasCursors;
            if (_parked)
                return false;
            (_taken, _queue) = (_queue, []);
            _from = 0;
            return true;
        }
    }

    /// <summary>Writes the next batch of what was taken; false when nothing of it is left, or the disk failed.</summary>
    public bool WriteBatch()
    {
        if (_from == _taken.Count && (_taken.Count > 0 || !HasCursors))
            return false;
        try
        {
            _until = _from;
            _until = Fill(_from);
            Append();
            return true;
        }
        catch (Exception e)
        {
            Fail(e);
            return false;
        }
    }

    /// <summary>Makes the batch that was written durable, and only then lets anybody see it; false when the disk failed.</summary>
    public bool SyncBatch()
    {
        try
        {
            Sync();
            Publish(_from, _until);
            _from = _until;
            return true;
        }
        catch (Exception e)
        {
            Fail(e);
            return false;
        }
    }

    private void Wake()
    {
        if (!_parked)
            return;
        _parked = false;
        if (_pump is null)
            Monitor.Pulse(_gate);
        else
            _pump.WriterDue();
    }

    private void Run()
    {
        while (Take())
        {
            while (WriteBatch() && SyncBatch())
            {
            }

            if (_failure is not null)
                return;
        }
    }

    /// <summary>Waits for work; false when there will be none.</summary>
    private bool Take()
    {
        lock (_gate)
        {
            (_taken, _from) = ([], 0);
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

    private void Fail(Exception reason)
    {
        var failure = new JournalFailedException(
            $"The journal in {_data.Files.Name} failed on {_active.Name} and accepts no more writes: {reason.Message}", reason);
        List<WriteRequest> waiting;
        lock (_gate)
        {
            _failure = failure;
            waiting = [.. _taken.Skip(_from), .. _queue];
            _queue.Clear();
        }

        _data.Logger.Failed(failure);
        _failed.TrySetResult(failure);
        foreach (var request in waiting)
            request.TrySetException(new JournalFailedException(failure.Message, reason));
    }
}
