using Orleans;

namespace OrderActors.Values;

/// <summary>A stored record is of a version that this release cannot read. The record is left as it is.</summary>
[GenerateSerializer, Alias("orderactors.stored-version")]
public sealed class StoredVersionException : Exception
{
    /// <summary>No details.</summary>
    public StoredVersionException()
    {
    }

    /// <summary>Says which record has which version, and what can be done.</summary>
    public StoredVersionException(string message) : base(message)
    {
    }

    /// <summary>Says which record has which version, and what can be done.</summary>
    public StoredVersionException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
