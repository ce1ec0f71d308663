using OrderActors.Embedded.Storage.Journal;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// A disk in memory, for the product's journal. It outlives the processes that use it, and tells what was written from what is
/// durable: when the power fails, what was not synced is lost, or a part of it.
/// </summary>
internal sealed class SimulatedDisk(SimulatedCluster cluster)
{
    private static readonly TimeSpan LongestFull = TimeSpan.FromSeconds(30);

    private readonly SortedDictionary<string, SimulatedFile> _files = new(StringComparer.Ordinal);
    private readonly List<Renaming> _unsynced = [];
    private long _fullUntil;

    private FaultPlan Faults => cluster.Faults;

    /// <summary>The folder as a process sees it, until it dies.</summary>
    public IJournalFiles FilesOf(JournalProcess process) => new Folder(this, process);

    /// <summary>The power fails: of the changes of names the first ones are there, and of each file's bytes some.</summary>
    public void PowerFails(Dice dice)
    {
        var kept = dice.Next(_unsynced.Count + 1);
        for (var i = _unsynced.Count - 1; i >= kept; i--)
        {
            Put(_unsynced[i].Name, _unsynced[i].Before);
            if (_unsynced[i].From is { } from) Put(from, _unsynced[i].FromBefore);
        }

        _unsynced.Clear();
        foreach (var file in _files.Values) file.Lose(dice);
    }

    /// <summary>There is space again.</summary>
    public void Heal() => _fullUntil = 0;

    private static IOException Dead() => new("The process is dead.");

    private void Put(string name, SimulatedFile? file)
    {
        if (file is null) _files.Remove(name);
        else _files[name] = file;
    }

    /// <summary>Before an operation, which may be the process's last thing to do: whether it dies right after it.</summary>
    private bool Enter(JournalProcess process, ulong operation, string file)
    {
        process.Meanwhile();
        if (process.IsDead) throw Dead();
        cluster.Trace.Mix(operation ^ Dice.HashOf(file) ^ (ulong)cluster.World.Time.Now << 5);
        if (!Faults.Strikes(FaultKind.DiskCrash, file)) return false;
        if (!Faults.Size(FaultKind.DiskCrash).Happens(0.4)) return true;
        Leave(process, dies: true);
        return true;
    }

    private static void Leave(JournalProcess process, bool dies)
    {
        if (!dies) return;
        process.Die();
        throw Dead();
    }

    private void TakeSpace(string file)
    {
        if (cluster.World.Time.Now >= _fullUntil)
        {
            if (!Faults.Strikes(FaultKind.DiskFull, file)) return;
            _fullUntil = cluster.World.Time.Now + Faults.Size(FaultKind.DiskFull).UpTo(LongestFull).Ticks;
        }

        throw new IOException("No space left on device");
    }

    private bool SyncFails(string file) => Faults.Strikes(FaultKind.DiskSyncFails, file);

    /// <summary>How much of a write is done when the process dies of it: all of it in half of the cases.</summary>
    private int Until(int bytes)
    {
        var dice = Faults.Size(FaultKind.DiskCrash);
        // The first one said when it dies.
        dice.NextDouble();
        return dice.Happens(0.5) ? bytes : dice.Next(bytes);
    }

    /// <summary>A change of a name that the folder was not synced after.</summary>
    private readonly record struct Renaming(string Name, SimulatedFile? Before, string? From, SimulatedFile? FromBefore);

    private sealed class Folder(SimulatedDisk disk, JournalProcess process) : IJournalFiles, IDisposable
    {
        public string Name => "journal";

        public IDisposable Lock() => this;

        public IReadOnlyList<string> List() => [.. disk._files.Keys];

        public IJournalFile Create(string name, long reservedBytes)
        {
            var dies = disk.Enter(process, 1, name);
            disk.TakeSpace(name);
            var file = new SimulatedFile();
            file.SetLength((int)reservedBytes);
            Change(name, file);
            Leave(process, dies);
            return new OpenFile(disk, process, name, file);
        }

        public IJournalFile Open(string name) => disk._files.TryGetValue(name, out var file)
            ? new OpenFile(disk, process, name, file) : throw new FileNotFoundException("There is no such file.", name);

        public void Rename(string from, string to)
        {
            var dies = disk.Enter(process, 2, to);
            var file = disk._files[from];
            disk._unsynced.Add(new Renaming(to, disk._files.GetValueOrDefault(to), from, file));
            disk._files[to] = file;
            disk._files.Remove(from);
            Leave(process, dies);
        }

        public void Delete(string name)
        {
            var dies = disk.Enter(process, 3, name);
            if (disk._files.ContainsKey(name)) Change(name, null);
            Leave(process, dies);
        }

        public void SyncFolder()
        {
            var dies = disk.Enter(process, 4, Name);
            if (disk.SyncFails(Name)) throw new IOException("Input/output error");
            disk._unsynced.Clear();
            Leave(process, dies);
        }

        public void Dispose()
        {
        }

        private void Change(string name, SimulatedFile? file)
        {
            disk._unsynced.Add(new Renaming(name, disk._files.GetValueOrDefault(name), null, null));
            disk.Put(name, file);
        }
    }

    private sealed class OpenFile(SimulatedDisk disk, JournalProcess process, string name, SimulatedFile file) : IJournalFile
    {
        private bool _closed;

        public long Length => file.Length;

        public int Read(Span<byte> destination, long offset)
        {
            if (process.IsDead) throw Dead();
            ObjectDisposedException.ThrowIf(_closed, this);
            return file.Read(destination, offset);
        }

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            var dies = disk.Enter(process, 5 + ((ulong)offset << 24) + ((ulong)source.Length << 3), name);
            if (offset + source.Length > file.Length) disk.TakeSpace(name);
            if (disk.Faults.Strikes(FaultKind.DiskWriteFails, name))
            {
                file.Write(source[..disk.Faults.Size(FaultKind.DiskWriteFails).Next(source.Length)], offset);
                throw new IOException("Input/output error");
            }

            file.Write(dies ? source[..disk.Until(source.Length)] : source, offset);
            Leave(process, dies);
        }

        public void SetLength(long length)
        {
            var dies = disk.Enter(process, 6 + ((ulong)length << 3), name);
            if (length > file.Length) disk.TakeSpace(name);
            file.SetLength((int)length);
            Leave(process, dies);
        }

        public void Sync()
        {
            var dies = disk.Enter(process, 7, name);
            if (disk.SyncFails(name))
            {
                // What the disk did not take may also be gone from the memory of the system, which no later sync would tell.
                var dice = disk.Faults.Size(FaultKind.DiskSyncFails);
                if (dice.Happens(0.5)) file.Lose(dice);
                throw new IOException("Input/output error");
            }

            file.Sync();
            Leave(process, dies);
        }

        public void Dispose() => _closed = true;
    }
}
