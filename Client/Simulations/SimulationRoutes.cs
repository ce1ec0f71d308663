using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OrderActors.Broadcast;
using OrderActors.Client.Feeds;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Simulations;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Simulations;

/// <summary>Simulations: merchants, couriers and customers of the test side that play by a script.</summary>
internal sealed class SimulationRoutes(IClusterClient grains, GatewayOptions limits)
{
    private const string Root = "/v1/simulations";
    private const string One = Root + "/{id}";
    private const int IdBytes = 12;

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        For(Operation.Post("createSimulation", Root, Create, "Starts a simulation: robots that play test orders by a script.",
            GatewayJson.Wire.CreateSimulationRequest, GatewayJson.Wire.SimulationResponse) with { Status = StatusCodes.Status201Created }),
        For(Operation.List("listSimulations", Root, List, "Lists the caller's simulations, newest first, without their logs.",
            GatewayJson.Wire.SimulationListResponse)),
        For(Operation.Get("getSimulation", One, Get, "Reads a simulation with the log of what it did.", GatewayJson.Wire.SimulationResponse)),
        For(Operation.Post("advanceSimulation", One + "/clock", Advance, "Advances a simulation's manual clock, and does what is due by it.",
            GatewayJson.Wire.AdvanceClockRequest, GatewayJson.Wire.SimulationResponse)),
        For(Operation.Post("stopSimulation", One + "/stop", Stop, "Stops a simulation; its own robots close.",
            null, GatewayJson.Wire.SimulationResponse)),
    ];

    /// <summary>POST /v1/simulations.</summary>
    public async Task Create(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "simulation-create");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.CreateSimulationRequest);
        var owner = FeedRequest.ScopeOf(context.Caller());

        // The same key makes the same simulation, whatever became of the first try.
        var id = IdOf(owner, command);
        var reply = await GrainOf(id).Execute(new StartSimulation(command, By(context), owner, body.ToPlan()));
        await Write(context, reply, StatusCodes.Status201Created, $"{Root}/{id}");
    }

    /// <summary>GET /v1/simulations.</summary>
    public async Task List(HttpContext context)
    {
        var page = PageRequest.Read(context);
        var owner = FeedRequest.ScopeOf(context.Caller());
        var ids = await grains.GetGrain<ISimulationDirectoryGrain>(ISimulationDirectoryGrain.Key).List(owner);
        var from = page.Cursor is { } cursor ? ids.IndexOf(cursor) + 1 : 0;
        if (from == 0 && page.Cursor is { } unknown) throw PageRequest.BadCursor(unknown);
        var shown = ids.Skip(from).Take(page.Limit).ToList();
        var more = from + shown.Count < ids.Length;
        var views = await Task.WhenAll(shown.Select(id => GrainOf(id).Get(owner)));
        await Replies.Write(
            context, StatusCodes.Status200OK,
            new SimulationListResponse(
                [.. views.OfType<SimulationView>().Select(view => SimulationResponse.From(view, withLog: false))], more ? shown[^1] : null, more),
            GatewayJson.Wire.SimulationListResponse);
    }

    /// <summary>GET /v1/simulations/{id}.</summary>
    public async Task Get(HttpContext context)
    {
        var id = IdOf(context);
        var view = await GrainOf(id).Get(FeedRequest.ScopeOf(context.Caller())) ?? throw Ownership.NotFound("simulation", id, "id");
        await Replies.Write(context, StatusCodes.Status200OK, SimulationResponse.From(view), GatewayJson.Wire.SimulationResponse);
    }

    /// <summary>POST /v1/simulations/{id}/clock.</summary>
    public async Task Advance(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "simulation-clock");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.AdvanceClockRequest);
        var time = TimeSpan.FromSeconds(body.AdvanceSeconds);
        await Execute(context, new AdvanceSimulation(command, By(context), FeedRequest.ScopeOf(context.Caller()), time));
    }

    /// <summary>POST /v1/simulations/{id}/stop.</summary>
    public Task Stop(HttpContext context) => Execute(
        context, new StopSimulation(IdempotencyKey.Required(context, "simulation-stop"), By(context), FeedRequest.ScopeOf(context.Caller())));

    private static Operation For(Operation operation) => operation with { Callers = Callers.Partner | Callers.Operator, TestOnly = true };

    private async Task Execute(HttpContext context, SimulationCommand command) =>
        await Write(context, await GrainOf(IdOf(context)).Execute(command), StatusCodes.Status200OK, null);

    private static Task Write(HttpContext context, SimulationReply reply, int status, string? location) => reply switch
    {
        { Refusal: { } refusal } => Replies.WriteRefusal(context, refusal, reply.Replayed),
        { Simulation: { } view } => Replies.WriteResource(
            context, status, SimulationResponse.From(view), GatewayJson.Wire.SimulationResponse, view.Version, reply.Replayed, location),

        // It was over for so long that it was forgotten.
        _ => Replies.WriteProblem(context, new(ProblemKind.NotFound, "The simulation is forgotten.") { Replayed = reply.Replayed }),
    };

    private static Actor By(HttpContext context)
    {
        var caller = context.Caller();
        return new(caller.Role, caller.Subject);
    }

    private ISimulationGrain GrainOf(string id) => grains.GetGrain<ISimulationGrain>(id);

    private static string IdOf(HttpContext context) => EntityIds.RequireParameter((string)context.Request.RouteValues["id"]!, "id");

    private static string IdOf(FeedScope owner, string command)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{owner.Audience}/{owner.Subject}/{command}"));
        return "sim_" + Base64Url.EncodeToString(hash.AsSpan(0, IdBytes));
    }
}
