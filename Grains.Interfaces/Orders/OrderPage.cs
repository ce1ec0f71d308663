using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Orders;

/// <summary>A page of order numbers, newest first.</summary>
/// <param name="Orders">The numbers.</param>
/// <param name="NextCursor">Where the next page starts, or null at the end.</param>
[GenerateSerializer, Immutable, Alias("orderactors.order-page")]
public sealed record OrderPage(ImmutableArray<OrderNumber> Orders, string? NextCursor);

/// <summary>A cursor that no page gave out: the caller's mistake.</summary>
[GenerateSerializer, Alias("orderactors.invalid-cursor")]
public sealed class InvalidCursorException : Exception
{
    /// <summary>No details.</summary>
    public InvalidCursorException()
    {
    }

    /// <summary>Says what is wrong with the cursor.</summary>
    public InvalidCursorException(string message) : base(message)
    {
    }

    /// <summary>Says what is wrong with the cursor, and why.</summary>
    public InvalidCursorException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>A full page of an owner's order index: written once, then only read. The key is owner kind, id and page.</summary>
[Alias("orderactors.IOrderIndexPageGrain")]
public interface IOrderIndexPageGrain : IGrainWithStringKey
{
    /// <summary>Stores the page; the same page again changes nothing.</summary>
    [Alias("seal")]
    Task Seal(ImmutableArray<OrderNumber> orders);

    /// <summary>The page's orders, oldest first; empty when it was never sealed.</summary>
    [Alias("get"), Orleans.Concurrency.ReadOnly]
    Task<ImmutableArray<OrderNumber>> Get();
}
