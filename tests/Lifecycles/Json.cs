using System.Text.Json;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles;

internal static class Json
{
    public static void AssertRoundTrip<T>(T state)
    {
        var json = JsonSerializer.Serialize(state, StoredJson.Options);
        var back = JsonSerializer.Deserialize<T>(json, StoredJson.Options);
        Assert.Equal(json, JsonSerializer.Serialize(back, StoredJson.Options));
    }

    public static T Empty<T>() => JsonSerializer.Deserialize<T>("{}", StoredJson.Options)!;
}
