using OrderActors.Broadcast;

namespace OrderActors.Tools.Replay;

/// <summary>Hears what happens on the platform.</summary>
internal interface ILogFollower
{
    /// <summary>
    /// Calls <paramref name="onEvent"/> for every event that is committed from now on, each once, in order within its
    /// partition, and soon: in virtual time, before the clock moves on. Calls of one partition
    /// never overlap. They come on the synchronisation context that <c>FollowAsync</c> was called on, so in a virtual world
    /// none overlap; without one they come on any thread. Returns when no later event can be missed.
    /// </summary>
    Task<IAsyncDisposable> FollowAsync(Action<LoggedEvent> onEvent);
}
