using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Couriers;
using OrderActors.Client.Http;
using OrderActors.Client.Promotions;
using OrderActors.Couriers;
using OrderActors.Listings;
using OrderActors.Merchants;
using OrderActors.Promotions;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Listings;

/// <summary>All merchants, couriers and promotions, in the order of their ids.</summary>
internal sealed class ListingRoutes(IClusterClient grains)
{
    private static readonly QueryParameter ZoneFilter = new("zone", "Only of this zone.", """{"type":"string"}""");

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.List("listMerchants", "/v1/merchants", Merchants, "Lists merchants in the order of their ids, without their menus.",
            GatewayJson.Wire.MerchantListResponse, ZoneFilter, StatusFilter<MerchantStatus>())
        with
        {
            Callers = Callers.Partner | Callers.Operator,
            Priority = Priority.NonCritical,
        },
        Operation.List("listCouriers", "/v1/couriers", Couriers, "Lists couriers in the order of their ids.",
            GatewayJson.Wire.CourierListResponse, ZoneFilter, StatusFilter<CourierStatus>())
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
        },
        Operation.List("listPromotions", "/v1/promotions", Promotions, "Lists promotions in the order of their codes.",
            GatewayJson.Wire.PromotionListResponse, StatusFilter<PromotionStatus>())
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
        },
    ];

    // A filter that matches little must not read everybody in one request: the caller gets a short page and a cursor.
    private const int MostRead = 1_000;

    /// <summary>GET /v1/merchants.</summary>
    public Task Merchants(HttpContext context)
    {
        var page = PageRequest.Read(context, "zone", "status");
        var (zone, status) = (ZoneOf(context), StatusOf<MerchantStatus>(context));
        return Write(
            context, page, ListingKinds.Merchants, id => grains.GetGrain<IMerchantGrain>(id).Get(),
            view => (zone is null || view.Zone == zone) && (status is null || view.Status == status),
            (data, cursor) => new MerchantListResponse([.. data.Select(MerchantSummary.From)], cursor, cursor is not null),
            GatewayJson.Wire.MerchantListResponse);
    }

    /// <summary>GET /v1/couriers.</summary>
    public Task Couriers(HttpContext context)
    {
        var page = PageRequest.Read(context, "zone", "status");
        var (zone, status) = (ZoneOf(context), StatusOf<CourierStatus>(context));
        return Write(
            context, page, ListingKinds.Couriers, id => grains.GetGrain<ICourierGrain>(id).Get(),
            view => (zone is null || view.Zone == zone) && (status is null || view.Status == status),
            (data, cursor) => new CourierListResponse([.. data.Select(CourierResponse.From)], cursor, cursor is not null),
            GatewayJson.Wire.CourierListResponse);
    }

    /// <summary>GET /v1/promotions.</summary>
    public Task Promotions(HttpContext context)
    {
        var page = PageRequest.Read(context, "status");
        var status = StatusOf<PromotionStatus>(context);
        return Write(
            context, page, ListingKinds.Promotions, id => grains.GetGrain<IPromotionGrain>(id).Get(), view => status is null || view.Status == status,
            (data, cursor) => new PromotionListResponse([.. data.Select(PromotionResponse.From)], cursor, cursor is not null),
            GatewayJson.Wire.PromotionListResponse);
    }

    private async Task Write<TView, TAnswer>(
        HttpContext context,
        PageRequest page,
        string kind,
        Func<string, Task<TView?>> get,
        Func<TView, bool> takes,
        Func<List<TView>, string?, TAnswer> answer,
        JsonTypeInfo<TAnswer> type)
        where TView : class
    {
        // What a test key creates is on a list of its own.
        var listing = TestMode.Id(kind, context.Caller().Live);
        var (after, more, read) = (page.Cursor is { } cursor ? IdOf(cursor) : null, true, 0);
        var data = new List<TView>();
        while (more && data.Count < page.Limit && read < MostRead)
        {
            var ids = await Next(listing, after, page.Limit - data.Count + 1);
            more = ids.Length > page.Limit - data.Count;
            var views = await Task.WhenAll(ids.Take(page.Limit - data.Count).Select(get));
            read += views.Length;
            if (views.Length > 0) after = ids[views.Length - 1];
            foreach (var view in views)
            {
                if (view is not null && takes(view)) data.Add(view);
            }
        }

        var next = more ? Base64Url.EncodeToString(Encoding.ASCII.GetBytes(after!)) : null;
        await Replies.Write(context, 200, answer(data, next), type);
    }

    /// <summary>The ids that follow, of all shards: the first of what each shard has.</summary>
    private async Task<ImmutableArray<string>> Next(string listing, string? after, int limit)
    {
        var shards = await Task.WhenAll(Enumerable.Range(0, Shard.Count).Select(
            shard => grains.GetGrain<IListingGrain>($"{listing}/{Shard.Key(shard)}").Read(after, limit)));
        return [.. shards.SelectMany(ids => ids).Order(StringComparer.Ordinal).Take(limit)];
    }

    private static string IdOf(string cursor)
    {
        try
        {
            var id = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor));
            if (id.Length > 0) return id;
        }
        catch (FormatException)
        {
            // Said below, in our own words.
        }

        throw PageRequest.BadCursor(cursor);
    }

    private static string? ZoneOf(HttpContext context) =>
        PageRequest.Single(context, "zone") is { } zone ? EntityIds.RequireParameter(zone, "zone") : null;

    private static QueryParameter StatusFilter<T>()
        where T : struct, Enum => new("status", "Only in this status.", $$"""{"type":"string","enum":["{{string.Join("\",\"", WireNames<T>.All)}}"]}""");

    private static T? StatusOf<T>(HttpContext context)
        where T : struct, Enum
    {
        if (PageRequest.Single(context, "status") is not { } text) return null;
        return WireNames<T>.TryParse(text, out var status)
            ? status
            : throw PageRequest.Fault(
                "unknown_value", $"status is '{text}'; it must be one of {string.Join(", ", WireNames<T>.All)}.", "status", text, WireNames<T>.All);
    }
}

/// <summary>A page of merchants, in the order of their ids.</summary>
/// <param name="Data">The merchants.</param>
/// <param name="NextCursor">Where the next page starts; absent at the end.</param>
/// <param name="HasMore">Whether there is a next page.</param>
internal sealed record MerchantListResponse(IReadOnlyList<MerchantSummary> Data, string? NextCursor, bool HasMore);

/// <summary>A page of couriers, in the order of their ids.</summary>
/// <param name="Data">The couriers.</param>
/// <param name="NextCursor">Where the next page starts; absent at the end.</param>
/// <param name="HasMore">Whether there is a next page.</param>
internal sealed record CourierListResponse(IReadOnlyList<CourierResponse> Data, string? NextCursor, bool HasMore);

/// <summary>A page of promotions, in the order of their codes.</summary>
/// <param name="Data">The promotions.</param>
/// <param name="NextCursor">Where the next page starts; absent at the end.</param>
/// <param name="HasMore">Whether there is a next page.</param>
internal sealed record PromotionListResponse(IReadOnlyList<PromotionResponse> Data, string? NextCursor, bool HasMore);

/// <summary>A merchant in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Counts its changes.</param>
/// <param name="Status">open, busy, paused or closed.</param>
/// <param name="Name">Its name.</param>
/// <param name="Zone">The zone whose couriers serve it.</param>
/// <param name="Location">Where goods are picked up.</param>
/// <param name="Currency">The currency of its prices.</param>
/// <param name="OpenNow">Whether an order for now would find it open.</param>
/// <param name="OpenOrders">How many of its orders have not ended.</param>
internal sealed record MerchantSummary(
    [GrainKey] string Id,
    long Version,
    MerchantStatus Status,
    string Name,
    [GrainKey] string Zone,
    PointBody Location,
    string Currency,
    bool OpenNow,
    int OpenOrders)
{
    public static MerchantSummary From(MerchantView m) =>
        new(m.Id, m.Version, m.Status, m.Name, m.Zone, PointBody.From(m.Location), m.Currency, m.OpenNow, m.OpenOrders);
}
