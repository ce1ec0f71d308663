using Orleans.Runtime;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// The disk refused a write or a sync. What was waiting has an unknown outcome, nothing more is accepted, and the process
/// should stop: after a failed sync, only a restart can tell what the disk holds.
/// </summary>
public sealed class JournalFailedException(string message, Exception innerException) : OrleansException(message, innerException);

/// <summary>The journal holds what it cannot have written: a bad record in the middle, a missing file, another format.</summary>
public sealed class JournalCorruptException(string message) : OrleansException(message);

/// <summary>Another process has the journal's folder open.</summary>
public sealed class JournalLockedException(string message, Exception innerException) : OrleansException(message, innerException);
