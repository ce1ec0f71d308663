using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Merchants;
using Orleans;

namespace OrderActors.Client.Merchants;

/// <summary>The parts of a merchant that a storefront reads by themselves.</summary>
internal sealed class CatalogueRoutes(IClusterClient grains)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("getMenu", "/v1/merchants/{id}/menu", Menu, "Reads a merchant's menu, with what is left of each item.", GatewayJson.Wire.SetMenuRequest)
        with
        {
            Callers = Callers.Everybody,
            Owned = Owned.Nothing,
        },
        Operation.Get("getStock", "/v1/merchants/{id}/stock", Stock, "Reads what is left of a merchant's items that are counted.",
            GatewayJson.Wire.SetStockRequest)
        with
        {
            Callers = Callers.Everybody,
            Owned = Owned.Nothing,
        },
        Operation.Get("getHours", "/v1/merchants/{id}/hours", Hours, "Reads a merchant's opening hours.", GatewayJson.Wire.HoursBody)
        with
        {
            Callers = Callers.Everybody,
            Owned = Owned.Nothing,
        },
    ];

    /// <summary>GET /v1/merchants/{id}/menu.</summary>
    public async Task Menu(HttpContext context)
    {
        var merchant = await Find(context);
        await Replies.WriteResource(
            context, 200, new SetMenuRequest([.. merchant.Menu.Select(MenuItemBody.From)]), GatewayJson.Wire.SetMenuRequest, merchant.Version);
    }

    /// <summary>GET /v1/merchants/{id}/stock.</summary>
    public async Task Stock(HttpContext context)
    {
        var merchant = await Find(context);
        var stock = new SetStockRequest([.. merchant.Menu.Where(item => item.Stock is not null).Select(item => new ItemStockBody(item.Id, item.Stock))]);
        await Replies.WriteResource(context, 200, stock, GatewayJson.Wire.SetStockRequest, merchant.Version);
    }

    /// <summary>GET /v1/merchants/{id}/hours.</summary>
    public async Task Hours(HttpContext context)
    {
        var merchant = await Find(context);
        if (merchant.Hours is not { } hours)
        {
            var detail = $"Merchant {merchant.Id} has no hours: it is open whenever its status says so.";
            throw new RequestFault(ProblemKind.NotFound, detail, new ProblemError("not_found", detail, Parameter: "id", Value: merchant.Id));
        }

        await Replies.WriteVersioned(context, HoursBody.From(hours), GatewayJson.Wire.HoursBody, merchant.Version);
    }

    private async Task<MerchantView> Find(HttpContext context)
    {
        var id = EntityIds.RequireParameter((string)context.Request.RouteValues["id"]!, "id");
        return await grains.GetGrain<IMerchantGrain>(id).Get() ?? throw MerchantRoutes.NotFound(id);
    }
}
