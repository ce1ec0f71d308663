namespace OrderActors.Embedded.Runtime;

/// <summary>The values that travel with a request. The dictionary is replaced, never changed.</summary>
internal static class CallContext
{
    private static readonly AsyncLocal<Dictionary<string, object>?> Current = new();

    internal static Dictionary<string, object>? Values
    {
        get => Current.Value;
        set => Current.Value = value;
    }
}
