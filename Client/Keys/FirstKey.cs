using OrderActors.Client.Hosting.Calls;
using OrderActors.Governance.Keys;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Client.Keys;

/// <summary>
/// The operator's key that a new platform makes for itself, once. Whoever starts first makes it: the key's grain decides, so
/// that of several gateways one has the text that counts.
/// </summary>
internal static class FirstKey
{
    private const string Command = "first-operator-key";

    /// <summary>The same where the grains may be away; then the next start makes the key, and this one says so.</summary>
    public static async Task<string?> TryMakeAsync(IClusterClient grains, ApiKeyOptions options)
    {
        try
        {
            return await MakeAsync(grains, options);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException or IOException or ClusterUnavailableException)
        {
            return $"{Environment.NewLine}OrderActors could not look for its first operator key: {e.Message.ReplaceLineEndings(" ")} Start a gateway again.";
        }
    }

    /// <summary>The line with the key, for the person at the terminal; null when there is one, or when the configuration gives one.</summary>
    public static async Task<string?> MakeAsync(IClusterClient grains, ApiKeyOptions options)
    {
        if (options.OperatorKey is not null) return null;
        var id = ApiKeyText.IdOf(live: true, Command);
        var grain = grains.GetGrain<IApiKeyGrain>(id);
        if (await grain.Get() is not null) return null;
        var text = ApiKeyText.New(id);
        var reply = await grain.Execute(new CreateApiKey(
            Command, Actor.System, ApiKeyKind.Operator, "operator", Live: true, "first operator", ApiKeyText.HashOf(text), text[^4..]));
        return reply is { Refusal: null, Replayed: false }
            ? $"{Environment.NewLine}OrderActors made its first operator key; it is shown this once: {text}"
            : null;
    }
}
