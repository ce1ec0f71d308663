using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Settlement;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Settlement;

/// <summary>Days of the books: how they stand, their entries, their export, closing them.</summary>
internal sealed class SettlementRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("getSettlement", "/v1/settlements/{day}", Get, "Reads the books of a day.", GatewayJson.Wire.SettlementDayResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
        },
        Operation.List("listEntries", "/v1/settlements/{day}/entries", Entries, "Lists the entries of a day's books.",
            GatewayJson.Wire.EntryListResponse, Filters)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
        },
        new Operation("exportSettlement", HttpMethods.Get, "/v1/settlements/{day}/export.csv", Export, "Exports a day's books as CSV.")
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
            MediaType = "text/csv",
        },
        new Operation("closeSettlement", HttpMethods.Post, "/v1/settlements/{day}/close", Close, "Closes a day's books.")
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
            Key = KeyUse.Required,
            BodyOptional = true,
            Body = GatewayJson.Wire.CloseDayRequest,
            Answer = GatewayJson.Wire.SettlementDayResponse,
        },
    ];

    private const int ExportedAtOnce = 1_000;
    private const string DayFormat = "yyyy-MM-dd";

    private static ImmutableArray<QueryParameter> Filters =>
    [
        new("merchant", "Only this merchant's entries.", """{"type":"string"}"""),
        new("courier", "Only this courier's entries.", """{"type":"string"}"""),
    ];

    /// <summary>GET /v1/settlements/{day}.</summary>
    public async Task Get(HttpContext context) => await Write(context, await Grain(context).Get());

    /// <summary>POST /v1/settlements/{day}/close.</summary>
    public async Task Close(HttpContext context)
    {
        // Closing is idempotent by its day; the key is asked for because every POST that changes something has one.
        _ = IdempotencyKey.Required(context, "close");
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.CloseDayRequest, CloseDayRequest.Empty);
        await Write(context, await Grain(context).Close(context.Acting(body.Actor)));
    }

    /// <summary>GET /v1/settlements/{day}/entries.</summary>
    public async Task Entries(HttpContext context)
    {
        var page = PageRequest.Read(context, "merchant", "courier");
        var merchant = PageRequest.Single(context, "merchant");
        var courier = PageRequest.Single(context, "courier");
        if (merchant is not null && courier is not null)
            throw PageRequest.Fault("required", "Give one of merchant and courier, or none.", "merchant", null, ["merchant", "courier"]);
        if (merchant is not null) EntityIds.RequireParameter(merchant, "merchant");
        if (courier is not null) EntityIds.RequireParameter(courier, "courier");
        PartyKind? party = merchant is not null ? PartyKind.Merchant : courier is not null ? PartyKind.Courier : null;
        var found = await Grain(context).Entries(party, merchant ?? courier, page.Cursor, page.Limit);
        await Replies.Write(
            context,
            200,
            new EntryListResponse([.. found.Lines.Select(EntryBody.From)], found.NextCursor, found.NextCursor is not null),
            GatewayJson.Wire.EntryListResponse);
    }

    /// <summary>GET /v1/settlements/{day}/export.csv.</summary>
    public async Task Export(HttpContext context)
    {
        var (day, grain, response) = (DayOf(context), Grain(context), context.Response);
        response.ContentType = "text/csv; charset=utf-8; header=present";
        response.Headers.ContentDisposition = $"attachment; filename=\"settlement-{TestMode.Shown(day)}.csv\"";
        var text = new StringBuilder(SettlementCsv.Header);
        string? cursor = null;
        do
        {
            var found = await grain.Entries(null, null, cursor, ExportedAtOnce);
            cursor = found.NextCursor;
            foreach (var line in found.Lines) SettlementCsv.Append(text, day, line);
            await response.WriteAsync(text.ToString(), context.RequestAborted);
            text.Clear();
        }
        while (cursor is not null);
    }

    private ISettlementDayGrain Grain(HttpContext context) => grains.GetGrain<ISettlementDayGrain>(DayOf(context));

    private static string DayOf(HttpContext context)
    {
        var day = (string)context.Request.RouteValues["day"]!;
        return DateOnly.TryParseExact(TestMode.Shown(day), DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? day
            : throw PageRequest.Fault("invalid_id", $"The day is '{day}'; it must be a day such as 2026-03-02.", "day", day, [DayFormat]);
    }

    private static Task Write(HttpContext context, SettlementDayReply reply) => reply switch
    {
        { Refusal: { } refusal } => Replies.WriteRefusal(context, refusal, replayed: false),
        { Day: { } day } => Replies.WriteResource(context, 200, SettlementDayResponse.From(day), GatewayJson.Wire.SettlementDayResponse, day.Version),
        _ => throw new InvalidOperationException("A day answered with neither itself nor a refusal."),
    };
}
