namespace OrderActors.Embedded.Storage.Journal;

/// <summary>The journal's folder. Everything the journal asks of a file system, so that tests can own it.</summary>
internal interface IJournalFiles
{
    /// <summary>How messages call the folder.</summary>
    string Name { get; }

    /// <summary>Keeps other processes out until disposed. Throws <see cref="JournalLockedException"/>.</summary>
    IDisposable Lock();

    /// <summary>The names of all files.</summary>
    IReadOnlyList<string> List();

    /// <summary>Makes a file of zeroes, reserving its space; a file of this name is replaced.</summary>
    IJournalFile Create(string name, long reservedBytes);

    /// <summary>Opens a file for reading and writing.</summary>
    IJournalFile Open(string name);

    /// <summary>Renames a file atomically, replacing one of the new name.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file. Open handles stay usable.</summary>
    void Delete(string name);

    /// <summary>Makes creations, renames and deletions durable.</summary>
    void SyncFolder();
}

/// <summary>A file of the journal. Reads are safe from any thread, beside one writer.</summary>
internal interface IJournalFile : IDisposable
{
    /// <summary>The file's length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads at an offset; returns less than asked only at the end. Throws <see cref="ObjectDisposedException"/> once closed.</summary>
    int Read(Span<byte> destination, long offset);

    /// <summary>Writes at an offset.</summary>
    void Write(ReadOnlySpan<byte> source, long offset);

    /// <summary>Cuts or extends with zeroes.</summary>
    void SetLength(long length);

    /// <summary>Makes everything written durable.</summary>
    void Sync();
}
