namespace OrderActors.Embedded.Runtime;

/// <summary>What lies in an activation's mailbox: a link of a stack that producers push and the activation takes whole.</summary>
public abstract class MailboxItem
{
    internal MailboxItem? Next;

    /// <summary>How many items lie in the mailbox with this one; written before it is published.</summary>
    internal int Depth;

    internal abstract void Process(Activation activation);
}

/// <summary>The end of the stack while the activation is running or scheduled.</summary>
internal sealed class BusyMarker : MailboxItem
{
    internal static readonly BusyMarker Instance = new();

    internal override void Process(Activation activation) => throw new InvalidOperationException("The marker is not work.");
}

/// <summary>The rest of a request after an await, back in its activation's turn.</summary>
internal sealed class Continuation(SendOrPostCallback callback, object? state) : MailboxItem
{
    internal override void Process(Activation activation) => callback(state);
}
