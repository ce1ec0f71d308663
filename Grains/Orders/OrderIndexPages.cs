using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Orders;

/// <summary>The sealed pages of one owner's orders.</summary>
/// <param name="grains">Finds the pages' grains.</param>
/// <param name="owner">The owner's kind and id, such as <c>customer/c1</c>.</param>
internal sealed class OrderIndexPages(IGrainFactory grains, string owner)
{
    /// <summary>How long after its number was made an order comes to its customer's and its merchant's index at the latest.</summary>
    public static readonly TimeSpan SoonAfter = TimeSpan.FromHours(1);

    /// <summary>The same for a courier's: an order can be scheduled for a year ahead.</summary>
    public static readonly TimeSpan LongAfter = TimeSpan.FromDays(366);

    /// <summary>Seals the page that is full, if one is; its number goes into <see cref="OrderIndex.Add"/>.</summary>
    public async Task<int?> SealFullPage(OrderIndex index)
    {
        if (index.FullPage is not { IsEmpty: false } full) return null;
        await Page(index.SealedPages).Seal(full);
        return index.SealedPages;
    }

    /// <summary>The numbers of a sealed page.</summary>
    public Task<ImmutableArray<OrderNumber>> Sealed(int page) => Page(page).Get();

    /// <summary>Whether a number is on a sealed page already: whoever is told of it again, minutes later, must not list it twice.</summary>
    public async Task<bool> HasSealed(OrderIndex index, OrderNumber number)
    {
        for (var page = index.SealedPages - 1; page >= 0; page--)
        {
            var orders = await Page(page).Get();
            if (orders.Contains(number)) return true;
            if (orders.All(o => o == default || o.CreatedAt < number.CreatedAt - MostOutOfOrder)) return false;
        }

        return false;
    }

    /// <summary>Reads a page of orders, newest first.</summary>
    public Task<OrderPage> Read(OrderIndex index, string? cursor, int limit) =>
        index.Read(cursor, limit, page => Page(page).Get());

    /// <summary>Reads a page of orders within a time, newest first.</summary>
    /// <param name="index">The owner's orders.</param>
    /// <param name="query">Which of them.</param>
    /// <param name="lag">How long after its number was made an order comes to the index at the latest.</param>
    public Task<OrderPage> Find(OrderIndex index, OrderQuery query, TimeSpan lag) => index.Read(query, lag, page => Page(page).Get());

    /// <summary>How much older than its neighbours a number on a page may be: as long as placing is tried.</summary>
    private static readonly TimeSpan MostOutOfOrder = TimeSpan.FromMinutes(10);

    private IOrderIndexPageGrain Page(int page) => grains.GetGrain<IOrderIndexPageGrain>($"{owner}/{page}");
}
