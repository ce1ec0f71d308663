namespace Orleans.Runtime;

/// <summary>The base of what the engine throws.</summary>
public class OrleansException : Exception
{
    /// <summary>No details.</summary>
    public OrleansException()
    {
    }

    /// <summary>A message only.</summary>
    public OrleansException(string message) : base(message)
    {
    }

    /// <summary>A message and its cause.</summary>
    public OrleansException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>A message did not reach its grain, or the grain's silo died with it. Whether it did anything is unknown.</summary>
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message) : base(message)
    {
    }

    internal OrleansMessageRejectionException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>The silo that a request was sent to is not there any more.</summary>
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    /// <summary>No details.</summary>
    public SiloUnavailableException() : base("The silo is unavailable.")
    {
    }

    /// <summary>A message only.</summary>
    public SiloUnavailableException(string msg) : base(msg)
    {
    }

    /// <summary>A message and its cause.</summary>
    public SiloUnavailableException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>A bound was reached: a mailbox, a queue, a number of activations. Nothing was done; try again later.</summary>
public sealed class LimitExceededException : OrleansException
{
    /// <summary>No details.</summary>
    public LimitExceededException()
    {
    }

    /// <summary>A message only.</summary>
    public LimitExceededException(string message) : base(message)
    {
    }

    /// <summary>A message and its cause.</summary>
    public LimitExceededException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
