using System.Collections.Immutable;
using Orleans.Runtime;

namespace OrderActors.Broadcast;

/// <content>
/// What happens to events that fail. A batch that fails is tried again event by event, so that only the event at fault
/// becomes a dead letter; the cursor then moves on.
/// </content>
public abstract partial class SubscriberGrain
{
    private readonly IPersistentState<DeadLetterState> _letters;

    // The reading and an operator's replay may both change the dead letters.
    private readonly CoalescedWrite _letterWrites;

    /// <inheritdoc/>
    public Task<ImmutableArray<DeadLetter>> DeadLetters() => Task.FromResult(_letters.State.Letters.Values.ToImmutableArray());

    /// <inheritdoc/>
    public async Task<bool> Replay(long sequence)
    {
        if (!_letters.State.Letters.TryGetValue(sequence, out var letter)) return false;
        var found = await _context.Log.ReadAsync(Partition, sequence - 1, 1);
        var failure = found.Count == 1 && found[0].Sequence == sequence
            ? await Attempt(token => HandleAgain(found[0], token), CancellationToken.None)
            : new InvalidOperationException($"Event {sequence} is not in the log any more; it can only be discarded.");
        if (failure is null)
        {
            await ChangeLetters(letters => letters.Remove(sequence));
            return true;
        }

        LogReplayFailed(failure, Subscriber, Partition, sequence);
        // Only if it is still there: it may have been discarded meanwhile.
        await ChangeLetters(letters => letters.TryGetValue(sequence, out var now)
            ? letters.SetItem(sequence, now with { Error = Text(failure), Attempts = now.Attempts + 1 })
            : letters);
        return false;
    }

    /// <inheritdoc/>
    public async Task<bool> Discard(long sequence)
    {
        if (!_letters.State.Letters.ContainsKey(sequence)) return false;
        await ChangeLetters(letters => letters.Remove(sequence));
        LogDiscarded(Subscriber, Partition, sequence);
        return true;
    }

    private async Task HandlePage(IReadOnlyList<LoggedEvent> page, CancellationToken stop)
    {
        using var span = EventSpans.Handle(Subscriber, page);
        var failure = await Attempt(token => Handle(page, token), stop);
        if (failure is null)
        {
            _context.Instruments.Handled(Subscriber, page, _context.Clock.GetUtcNow());
            await Advance(page[^1].Sequence);
            return;
        }

        EventSpans.Failed(span, failure);
        _context.Instruments.Failed(Subscriber);
        LogBatchFailed(failure, Subscriber, Partition, page[0].Sequence, page[^1].Sequence);
        await Pause(1, stop);
        foreach (var logged in page)
        {
            await HandleAlone(logged, stop);
            await Advance(logged.Sequence);
        }
    }

    private async Task HandleAlone(LoggedEvent logged, CancellationToken stop)
    {
        for (var attempts = 1; ; attempts++)
        {
            var failure = await Attempt(token => Handle([logged], token), stop);
            if (failure is null) return;
            if (attempts >= _context.Options.MaxAttempts && await TryGiveUp(logged, failure, attempts)) return;
            LogEventFailed(failure, Subscriber, Partition, logged.Sequence, logged.Event.Type, attempts);
            await Pause(attempts, stop);
        }
    }

    /// <summary>Makes the event a dead letter; false when there is no room for it, and the partition has to stay where it is.</summary>
    private async Task<bool> TryGiveUp(LoggedEvent logged, Exception failure, int attempts)
    {
        var letter = new DeadLetter(
            Subscriber, Partition, logged.Sequence, logged.Event.Type, Text(failure), attempts, _context.Clock.GetUtcNow());
        if (_letters.State.Letters.Count >= _context.Options.MaxDeadLetters && !_letters.State.Letters.ContainsKey(letter.Sequence))
        {
            LogFull(failure, Subscriber, Partition, logged.Sequence, _context.Options.MaxDeadLetters);
            return false;
        }

        await ChangeLetters(letters => letters.SetItem(letter.Sequence, letter));
        _context.Instruments.GaveUp(Subscriber);
        LogGivenUp(failure, Subscriber, Partition, logged.Sequence, logged.Event.Type, attempts);
        return true;
    }

    /// <summary>One try within the time limit; the exception if it failed.</summary>
    private async Task<Exception?> Attempt(Func<CancellationToken, Task> handle, CancellationToken stop)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            var handling = handle(cancellation.Token);
            if (!handling.IsCompletedSuccessfully) await handling.WaitAsync(_context.Options.HandlerTimeout, _context.Clock, stop);
            return null;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            // A handler that is late is told to start nothing new; what it did is done again, which it must bear.
            cancellation.Cancel();
            return e;
        }
    }

    private async Task ChangeLetters(Func<ImmutableSortedDictionary<long, DeadLetter>, ImmutableSortedDictionary<long, DeadLetter>> change)
    {
        _letters.State.Letters = change(_letters.State.Letters);
        try
        {
            await _letterWrites.WriteAsync();
        }
        catch
        {
            // Somebody else wrote, or nobody knows: what is stored decides, and the caller tries again.
            await _letters.ReadStateAsync();
            throw;
        }
    }

    private static string Text(Exception failure) => $"{failure.GetType().Name}: {failure.Message}";
}
