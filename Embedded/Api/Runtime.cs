using OrderActors.Embedded.Runtime;

namespace Orleans.Runtime;

/// <summary>Marks what can be called through a reference.</summary>
public interface IAddressable;

/// <summary>One activation of a grain, as the grain sees it.</summary>
public interface IGrainContext
{
    /// <summary>The grain's id.</summary>
    GrainId GrainId { get; }

    /// <summary>The grain instance, or null before it was created.</summary>
    object? GrainInstance { get; }

    /// <summary>The services of the host.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when the activation is gone.</summary>
    Task Deactivated { get; }

    /// <summary>Deactivates the grain once its present requests are done.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>A timer of a grain. Disposing it stops it.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets a new due time and period.</summary>
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>How a grain timer behaves.</summary>
public readonly struct GrainTimerCreationOptions()
{
    /// <summary>Time until the first tick; <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>Time between the end of one tick and the start of the next; <see cref="Timeout.InfiniteTimeSpan"/> for one tick only.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether a tick may run beside other requests of the grain. Default false.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether a tick counts as use, so that idle collection leaves the grain alone. Default false.</summary>
    public bool KeepAlive { get; init; }
}

/// <summary>Values that travel with a request, from the caller through every call made on its behalf.</summary>
public static class RequestContext
{
    /// <summary>All values of the present request.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries => CallContext.Values ?? [];

    /// <summary>The value under this key, or null.</summary>
    public static object? Get(string key) => CallContext.Values is { } values && values.TryGetValue(key, out var value) ? value : null;

    /// <summary>Sets a value for the calls that follow.</summary>
    public static void Set(string key, object value)
    {
        ArgumentNullException.ThrowIfNull(key);
        // Copy on write: the dictionary that earlier calls carry away must not change under them.
        var values = CallContext.Values is { } current ? new Dictionary<string, object>(current) : [];
        values[key] = value;
        CallContext.Values = values;
    }

    /// <summary>Removes a value; true if it was there.</summary>
    public static bool Remove(string key)
    {
        if (CallContext.Values is not { } current || !current.ContainsKey(key)) return false;
        var values = new Dictionary<string, object>(current);
        values.Remove(key);
        CallContext.Values = values.Count == 0 ? null : values;
        return true;
    }

    /// <summary>Removes all values.</summary>
    public static void Clear() => CallContext.Values = null;
}
