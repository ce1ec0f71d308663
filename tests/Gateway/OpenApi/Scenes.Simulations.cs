namespace OrderActors.Tests.Gateway.OpenApi;

/// <content>The test side's robots, with a test key.</content>
internal static partial class Scenes
{
    private static async Task SimulationsAsync(Conversation talk, Api api)
    {
        using var test = await Keys.CallerKeys.Of(api, "operator", "tess", live: false);
        var absent = new { act = "fail_at_door", reason = "customer_absent" };
        var wanted = new
        {
            name = "A rainy Friday",
            preset = "happy_path",
            clock = "manual",
            town = new { merchant_count = 1, courier_count = 2 },
            script = new { courier_plays = new object[] { absent, new { act = "deliver", late_seconds = 600 } } },
        };
        var made = new { id = (await talk.Does(test, "createSimulation", body: wanted)).GetProperty("id").GetString() };
        await talk.Refuses(test, "createSimulation", 422, body: new { town = new { merchant_count = 21 } });
        await talk.Refuses(api, "createSimulation", 403, body: new { });
        await talk.Does(test, "advanceSimulation", made, new { advance_seconds = 300 });
        await talk.Refuses(test, "advanceSimulation", 422, made, new { advance_seconds = 0 });
        await talk.Does(test, "getSimulation", made);
        await talk.Refuses(test, "getSimulation", 404, new { id = "sim_none" });
        await talk.Does(test, "listSimulations", query: new { limit = 2 });
        await talk.Refuses(test, "listSimulations", 400, query: new { cursor = "nowhere" });
        await talk.Does(test, "stopSimulation", made);
        await talk.Refuses(test, "stopSimulation", 409, made);
    }
}
