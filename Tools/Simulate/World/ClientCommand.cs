using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.World;

/// <summary>A command of a client to an order, with what the client heard of it.</summary>
internal sealed class ClientCommand(OrderTrack order, OrderCommand command, long invoked)
{
    /// <summary>The order.</summary>
    public OrderTrack Order { get; } = order;

    /// <summary>The command.</summary>
    public OrderCommand Command { get; } = command;

    /// <summary>When it was first given.</summary>
    public long Invoked { get; } = invoked;

    /// <summary>The order's version, as the log had it when it was first given.</summary>
    public long VersionBefore { get; } = order.Version;

    /// <summary>When its first answer came; the end of time while there is none.</summary>
    public long Answered { get; set; } = long.MaxValue;

    /// <summary>Whether it was acknowledged as done.</summary>
    public bool IsDone { get; set; }

    /// <summary>The version that it made, when its answer said so; 0 when that is not known.</summary>
    public long MadeVersion { get; set; }

    /// <summary>Why it was refused.</summary>
    public RefusalCode? Refused { get; set; }

    /// <summary>The order's version in the log when the refusal came.</summary>
    public long VersionAfter { get; set; }
}

/// <summary>A command to place an order, with what became of it.</summary>
internal sealed class Placing(PlaceOrder command)
{
    /// <summary>The command.</summary>
    public PlaceOrder Command { get; } = command;

    /// <summary>The receipt, when it goes through the intake.</summary>
    public string? Receipt { get; set; }

    /// <summary>The order's number, once it was acknowledged.</summary>
    public OrderNumber? Number { get; set; }

    /// <summary>Why it was refused.</summary>
    public RefusalCode? Refused { get; set; }

    /// <summary>Whether the client lost interest without an answer.</summary>
    public bool IsUnknown => Number is null && Refused is null;
}
