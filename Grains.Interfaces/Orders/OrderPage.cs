using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Orders;

/// <summary>A page of order numbers, newest first.</summary>
/// <param name="Orders">The numbers.</param>
/// <param name="NextCursor">Where the next page starts, or null at the end.</param>
[GenerateSerializer, Immutable, Alias("orderactors.order-page")]
public sealed record OrderPage(ImmutableArray<OrderNumber> Orders, string? NextCursor);

/// <summary>Which of an owner's orders are asked for.</summary>
/// <param name="Cursor">Where to go on, as an earlier page said; null for the newest.</param>
/// <param name="Limit">How many at most, 1 to 200.</param>
/// <param name="From">Only orders made from this moment on; null for all.</param>
/// <param name="Until">Only orders made before this moment; null for all.</param>
/// <remarks>
/// Times are told by the numbers alone, so an order may be on the page that was created a moment before or after: whoever reads the
/// orders looks again. What the times leave out is not read, and a page may be empty although there is a cursor.
/// </remarks>
[GenerateSerializer, Immutable, Alias("orderactors.order-query")]
public sealed record OrderQuery(string? Cursor = null, int Limit = 50, DateTimeOffset? From = null, DateTimeOffset? Until = null);

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
