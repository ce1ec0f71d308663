using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A state with its tag, as a storage provider sees it.</summary>
    public interface IGrainState<T>
    {
        /// <summary>The state itself.</summary>
        T State { get; set; }

        /// <summary>The version that was last read or written, or null when there is no record.</summary>
        string? ETag { get; set; }

        /// <summary>Whether the storage holds a record.</summary>
        bool RecordExists { get; set; }
    }
}

namespace Orleans.Core
{
    /// <summary>A stored state, without its type.</summary>
    public interface IStorage
    {
        /// <summary>The version that was last read or written, or null when there is no record.</summary>
        string? Etag { get; }

        /// <summary>Whether the storage holds a record.</summary>
        bool RecordExists { get; }

        /// <summary>Removes the record.</summary>
        Task ClearStateAsync();

        /// <summary>Replaces the state in memory with the one stored.</summary>
        Task ReadStateAsync();

        /// <summary>Stores the state in memory. Completes when it is durable.</summary>
        Task WriteStateAsync();
    }

    /// <summary>A stored state.</summary>
    public interface IStorage<TState> : IStorage
    {
        /// <summary>The state in memory.</summary>
        TState State { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A named state of a grain, read before the grain activates.</summary>
    public interface IPersistentState<TState> : Orleans.Core.IStorage<TState>;

    /// <summary>Names the state and the storage of an <see cref="IPersistentState{TState}"/> constructor parameter.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute
    {
        /// <summary>The state's name within the grain.</summary>
        public string StateName { get; } = stateName;

        /// <summary>The storage's name, or null for the default one.</summary>
        public string? StorageName { get; } = storageName;
    }
}

namespace Orleans.Storage
{
    /// <summary>Reads and writes grain states. Every write names the version it expects; the storage decides.</summary>
    public interface IGrainStorage
    {
        /// <summary>Reads a state, or leaves a new one when there is no record.</summary>
        Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Stores a state if the stored version is the one this state was read at, else throws <see cref="InconsistentStateException"/>.</summary>
        Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Removes a state, under the same condition.</summary>
        Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);
    }

    /// <summary>The stored version was not the expected one: somebody else wrote.</summary>
    public class InconsistentStateException : OrleansException
    {
        /// <summary>No details.</summary>
        public InconsistentStateException()
        {
        }

        /// <summary>A message only.</summary>
        public InconsistentStateException(string message) : base(message)
        {
        }

        /// <summary>A message and its cause.</summary>
        public InconsistentStateException(string message, Exception innerException) : base(message, innerException)
        {
        }

        /// <summary>A message and both versions.</summary>
        public InconsistentStateException(string errorMsg, string storedEtag, string currentEtag) : base(errorMsg)
        {
            StoredEtag = storedEtag;
            CurrentEtag = currentEtag;
        }

        /// <summary>The version in the storage.</summary>
        public string? StoredEtag { get; }

        /// <summary>The version the writer expected.</summary>
        public string? CurrentEtag { get; }
    }
}
