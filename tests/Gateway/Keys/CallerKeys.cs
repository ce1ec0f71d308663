namespace OrderActors.Tests.Gateway.Keys;

/// <summary>Makes keys and speaks with them.</summary>
internal static class CallerKeys
{
    /// <summary>The API as somebody of a kind.</summary>
    public static async Task<Api> Of(Api operatorApi, string kind, string subject, bool live = true)
    {
        var made = (await operatorApi.Post("/v1/api-keys", new { kind, subject, name = "test", livemode = live })).Expect(201);
        return operatorApi.As(made["secret"]!);
    }
}
