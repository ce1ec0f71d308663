namespace OrderActors;

/// <summary>
/// One durable write at a time for a state that many interleaved requests change. A request that changed the state in
/// memory waits for a write that started after its change; all that arrive while a write is under way share the next one.
/// </summary>
/// <remarks>Used within one grain's turns only, hence no lock.</remarks>
internal sealed class CoalescedWrite(Func<Task> write)
{
    private Task _current = Task.CompletedTask;
    private Task? _following;

    /// <summary>
    /// Completes when everything that was in memory at the time of the call is durable. If the write under way fails, those
    /// that wait for the next one fail with it: they were promised a state that follows from it.
    /// </summary>
    public Task WriteAsync()
    {
        // A write that has not started yet will take this change along.
        if (_following is not null) return _following;
        if (_current.IsCompleted) return _current = write();
        return _following = Follow(_current);
    }

    private async Task Follow(Task current)
    {
        try
        {
            await current;
        }
        finally
        {
            _following = null;
        }

        _current = write();
        await _current;
    }
}
