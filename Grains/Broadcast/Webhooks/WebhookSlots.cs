using Microsoft.Extensions.Options;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>
/// The tries that may be under way in this process beyond one per endpoint. Nobody waits for one of them, and the one that every
/// endpoint has is taken from nobody: so no endpoint, however slow, delays another.
/// </summary>
internal sealed class WebhookSlots(IOptions<WebhookOptions> options)
{
    private int _free = options.Value.MaxExtra;

    /// <summary>Takes one, if one is free.</summary>
    public bool TryTake()
    {
        if (Interlocked.Decrement(ref _free) >= 0) return true;
        Interlocked.Increment(ref _free);
        return false;
    }

    /// <summary>Gives one back.</summary>
    public void Return() => Interlocked.Increment(ref _free);
}
