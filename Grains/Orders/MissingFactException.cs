namespace OrderActors.Orders;

/// <summary>A decision turned out to need the answer of somebody who was not asked: the order had moved on since. Ask, and decide again.</summary>
internal sealed class MissingFactException(string message) : InvalidOperationException(message);
