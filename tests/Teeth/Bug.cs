namespace OrderActors.Tests.Teeth;

/// <summary>Which of the deliberate bugs is switched on. A world has one thread, so each thread has a switch of its own.</summary>
internal static class Bug
{
    [ThreadStatic]
    private static string? _on;

    /// <summary>The bug of this thread's world; null for none.</summary>
    public static string? On
    {
        get => _on;
        set => _on = value;
    }

    /// <summary>Whether this bug is the one.</summary>
    public static bool IsOn(string name) => _on is not null && _on == name;
}
