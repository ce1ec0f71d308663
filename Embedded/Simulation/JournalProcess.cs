using OrderActors.Embedded.Storage.Journal;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// A process with the product's journal in it, from its start to its death. What the journal's two threads do is done here in steps of
/// the world; between two operations on files of the one, the other goes on.
/// </summary>
internal sealed class JournalProcess(SimulatedCluster cluster, JournaledStorage storage, Dice dice, TimeSpan longestSync) : IJournalPump, ITimerOwner
{
    private static readonly TimeSpan LongestSlow = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a host needs to find out that its journal failed, and to end.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(2);

    private Stage _stage;
    private int _turn;
    private bool _tends;
    private bool _meanwhile;

    /// <summary>What the writer does next.</summary>
    private enum Stage
    {
        /// <summary>Nothing: there is nothing to write.</summary>
        Rests,

        /// <summary>Take what waits.</summary>
        Takes,

        /// <summary>Write cursors, with which no write came along.</summary>
        Flushes,

        /// <summary>Sync what it has written.</summary>
        Syncs,
    }

    /// <inheritdoc/>
    public bool IsDead { get; private set; }

    /// <summary>Whether its disk failed, so that it will end.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>The journal, once it is open.</summary>
    public JournalStore Store { get; private set; } = null!;

    /// <summary>Opens the journal, as a process does that starts.</summary>
    public void Open(Func<JournalStore> open) => Store = open();

    /// <summary>It dies of an operation on a file.</summary>
    public void Die() => storage.Kill(dice);

    /// <summary>It is dead: what it had left to do is never done.</summary>
    public void End() => IsDead = true;

    /// <summary>Before an operation on a file: while maintenance does it, the writer may go on.</summary>
    public void Meanwhile()
    {
        if (!_tends || _meanwhile || HasFailed || _stage is Stage.Rests or Stage.Flushes || !dice.Happens(0.3)) return;
        _meanwhile = true;
        try
        {
            Step();
        }
        finally
        {
            _meanwhile = false;
        }
    }

    void IJournalPump.WriterDue() => Next(Stage.Takes, TimeSpan.Zero);

    void IJournalPump.MaintenanceDue() => cluster.World.Time.After(dice.UpTo(LongestRest), _ => Tend(), null, this);

    TimeSpan ITimerOwner.Lateness() => TimeSpan.Zero;

    private void Next(Stage stage, TimeSpan delay)
    {
        _stage = stage;
        var turn = ++_turn;
        if (delay == TimeSpan.Zero) cluster.World.Add(new SendOrPostCallback(_ => Go()), null, this);
        else cluster.World.Time.After(delay, _ => Go(), null, this);

        void Go()
        {
            // Somebody may have come first: a write while cursors wait, or this step itself while maintenance went on.
            if (turn == _turn) Step();
        }
    }

    private void Step()
    {
        var writer = Store.Writer;
        if (_stage == Stage.Syncs)
        {
            if (!writer.SyncBatch())
            {
                Fail();
                return;
            }
        }
        else if (!writer.TryTake(cursorsDue: _stage == Stage.Flushes))
        {
            _stage = Stage.Rests;
            if (writer.HasCursors) Next(Stage.Flushes, storage.CursorFlushDelay);
            return;
        }

        if (writer.WriteBatch()) Next(Stage.Syncs, SyncTime());
        else if (Store.Failed.IsCompleted) Fail();
        else Next(Stage.Takes, TimeSpan.Zero);
    }

    private TimeSpan SyncTime()
    {
        var time = longestSync == TimeSpan.Zero ? TimeSpan.Zero : dice.UpTo(longestSync);
        return cluster.Faults.Strikes(FaultKind.DiskSlow) ? time + cluster.Faults.Size(FaultKind.DiskSlow).UpTo(LongestSlow) : time;
    }

    private void Tend()
    {
        _tends = true;
        try
        {
            Store.Maintenance.Tend();
        }
        finally
        {
            _tends = false;
        }
    }

    private void Fail()
    {
        if (IsDead || HasFailed) return;
        HasFailed = true;
        _turn++;
        cluster.World.Time.After(dice.UpTo(LongestEnd), _ => Die(), null, this);
    }
}
