using OrderActors.Embedded.Storage.Journal;

namespace OrderActors.Tests.Engine.Journal;

/// <summary>
/// A file system in memory that tells written from durable: what was not synced can be lost, whole or in pages. It fails,
/// blocks or stops for good where a test says.
/// </summary>
internal sealed class FaultyFiles : IJournalFiles
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Node> _names = new(StringComparer.Ordinal);
    private Dictionary<string, Node> _durableNames = new(StringComparer.Ordinal);
    private bool _locked;

    public string Name => "journal";

    /// <summary>Writes so far.</summary>
    public int Writes { get; private set; }

    /// <summary>Syncs of files so far.</summary>
    public int Syncs { get; private set; }

    /// <summary>Changes of any kind so far.</summary>
    public int Steps { get; private set; }

    public int FailWrite { get; set; } = -1;

    public int FailSync { get; set; } = -1;

    /// <summary>From this step on nothing works: the process is dead.</summary>
    public int StopAtStep { get; set; } = int.MaxValue;

    /// <summary>Syncs wait while this is reset.</summary>
    public ManualResetEventSlim SyncGate { get; } = new(true);

    /// <summary>Set when a sync waits at the gate.</summary>
    public ManualResetEventSlim SyncWaits { get; } = new(false);

    /// <summary>Returns once a sync waits at the gate.</summary>
    public void WaitForSync()
    {
        if (!SyncWaits.Wait(TimeSpan.FromSeconds(20)))
            throw new TimeoutException("No sync came within 20 s.");
    }

    public IDisposable Lock()
    {
        lock (_gate)
        {
            if (_locked)
                throw new JournalLockedException("The journal is open.", new IOException());
            _locked = true;
            return new Release(this);
        }
    }

    public IReadOnlyList<string> List()
    {
        lock (_gate)
            return [.. _names.Keys];
    }

    public IJournalFile Create(string name, long reservedBytes)
    {
        lock (_gate)
        {
            Step();
            var node = new Node(this);
            node.SetLength(reservedBytes);
            _names[name] = node;
            return new Handle(node);
        }
    }

    public IJournalFile Open(string name)
    {
        lock (_gate)
            return new Handle(_names[name]);
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            Step();
            _names[to] = _names[from];
            _names.Remove(from);
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
        {
            Step();
            _names.Remove(name);
        }
    }

    public void SyncFolder()
    {
        lock (_gate)
        {
            Step();
            _durableNames = new(_names, StringComparer.Ordinal);
        }
    }

    /// <summary>What a new process finds: the durable bytes, and the names durable or as they were last.</summary>
    public FaultyFiles Crash(bool lastNames = false) => Crash(null, lastNames);

    /// <summary>The same, with each page of 64 bytes that was not synced there or not.</summary>
    public FaultyFiles Crash(Random? pages, bool lastNames = false)
    {
        lock (_gate)
        {
            var after = new FaultyFiles();
            foreach (var (name, node) in lastNames ? _names : _durableNames)
                after._names.Add(name, node.Crash(after, pages));
            after._durableNames = new(after._names, StringComparer.Ordinal);
            return after;
        }
    }

    /// <summary>A copy of everything, with one file replaced.</summary>
    public FaultyFiles With(string name, byte[] content)
    {
        var copy = Crash(lastNames: true);
        copy._names[name] = copy._durableNames[name] = new Node(copy, content);
        return copy;
    }

    /// <summary>A copy of everything without one file.</summary>
    public FaultyFiles Without(string name)
    {
        var copy = Crash(lastNames: true);
        copy._names.Remove(name);
        copy._durableNames.Remove(name);
        return copy;
    }

    /// <summary>The bytes of a file as they were last.</summary>
    public byte[] Content(string name)
    {
        lock (_gate)
            return _names[name].Content.ToArray();
    }

    private void Step()
    {
        if (Steps++ >= StopAtStep)
            throw new IOException("The process is dead.");
    }

    private sealed class Release(FaultyFiles files) : IDisposable
    {
        public void Dispose() => files._locked = false;
    }

    private sealed class Node(FaultyFiles files, byte[]? content = null)
    {
        private byte[] _content = content ?? [];
        private byte[] _durable = content is null ? [] : (byte[])content.Clone();
        private readonly List<(long Offset, byte[] Bytes)> _unsynced = [];

        public ReadOnlySpan<byte> Content => _content;

        public int Read(Span<byte> destination, long offset)
        {
            lock (files._gate)
            {
                var count = (int)Math.Clamp(_content.Length - offset, 0, destination.Length);
                _content.AsSpan((int)Math.Min(offset, _content.Length), count).CopyTo(destination);
                return count;
            }
        }

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            lock (files._gate)
            {
                files.Step();
                if (files.Writes++ == files.FailWrite)
                    throw new IOException("No space left on device");
                Put(ref _content, source, offset);
                _unsynced.Add((offset, source.ToArray()));
            }
        }

        public void SetLength(long length)
        {
            lock (files._gate)
            {
                files.Step();
                Array.Resize(ref _content, (int)length);
                Array.Resize(ref _durable, (int)length);
                _unsynced.RemoveAll(write => write.Offset >= length);
            }
        }

        public void Sync()
        {
            if (!files.SyncGate.IsSet)
                files.SyncWaits.Set();
            files.SyncGate.Wait();
            lock (files._gate)
            {
                files.Step();
                if (files.Syncs++ == files.FailSync)
                    throw new IOException("Input/output error");
                foreach (var (offset, bytes) in _unsynced)
                    Put(ref _durable, bytes, offset);
                _unsynced.Clear();
            }
        }

        public Node Crash(FaultyFiles after, Random? pages)
        {
            var found = (byte[])_durable.Clone();
            foreach (var (offset, bytes) in pages is null ? [] : _unsynced)
            {
                for (var at = 0; at < bytes.Length; at += 64)
                {
                    if (pages!.Next(2) == 0)
                        Put(ref found, bytes.AsSpan(at, Math.Min(64, bytes.Length - at)), offset + at);
                }
            }

            return new Node(after, found);
        }

        private static void Put(ref byte[] content, ReadOnlySpan<byte> source, long offset)
        {
            if (offset + source.Length > content.Length)
                Array.Resize(ref content, (int)offset + source.Length);
            source.CopyTo(content.AsSpan((int)offset));
        }
    }

    private sealed class Handle(Node node) : IJournalFile
    {
        private volatile bool _closed;

        public long Length => node.Content.Length;

        public int Read(Span<byte> destination, long offset)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return node.Read(destination, offset);
        }

        public void Write(ReadOnlySpan<byte> source, long offset) => node.Write(source, offset);

        public void SetLength(long length) => node.SetLength(length);

        public void Sync() => node.Sync();

        public void Dispose() => _closed = true;
    }
}
