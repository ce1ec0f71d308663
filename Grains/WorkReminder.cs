using Orleans;
using Orleans.Runtime;

namespace OrderActors;

/// <summary>
/// The reminder of a grain that has work at times: it is there before work is stored, so that whatever happens to the process the work is looked
/// at again, and goes at the first tick that finds none.
/// </summary>
/// <param name="grain">Whose reminder it is.</param>
/// <param name="name">Its name.</param>
internal sealed class WorkReminder<TGrain>(TGrain grain, string name)
    where TGrain : IGrainBase, IRemindable
{
    // The shortest period that Orleans allows by default.
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private bool _isThere;
    private int _begun;

    /// <summary>Makes sure of the reminder; it stays at least until the answer is disposed of, which is when the work is stored.</summary>
    public async Task<IDisposable> Begin()
    {
        var beginning = new Beginning(this);
        try
        {
            await Ensure();
            return beginning;
        }
        catch
        {
            beginning.Dispose();
            throw;
        }
    }

    /// <summary>It ticked: whether there is work. When there is none, and none is about to be stored, it goes.</summary>
    /// <param name="hasWork">Whether there is work in the state as it is now.</param>
    public async Task<bool> Tick(Func<bool> hasWork)
    {
        if (hasWork() || _begun > 0) return hasWork();

        // Not there from now on: who begins while it goes makes it anew, and the look after it makes good one that went with the old one. A tick
        // that comes twice finds it gone.
        await Forget();
        if (hasWork() || _begun > 0) await Ensure();
        return hasWork();
    }

    /// <summary>There will be no work any more.</summary>
    public async Task Forget()
    {
        _isThere = false;
        if (await grain.GetReminder(name) is { } reminder) await grain.UnregisterReminder(reminder);
        _isThere = false;
    }

    private async Task Ensure()
    {
        if (_isThere) return;
        await grain.RegisterOrUpdateReminder(name, Period, Period);
        _isThere = true;
    }

    private sealed class Beginning : IDisposable
    {
        private readonly WorkReminder<TGrain> _reminder;

        public Beginning(WorkReminder<TGrain> reminder)
        {
            _reminder = reminder;
            reminder._begun++;
        }

        public void Dispose() => _reminder._begun--;
    }
}
