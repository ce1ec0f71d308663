using System.Collections.Immutable;
using OrderActors.Broadcast;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors;

/// <summary>What a decision leads to.</summary>
/// <param name="State">The state after it; the same instance when nothing changes.</param>
/// <param name="Reply">The answer, given once the state is durable.</param>
internal readonly record struct Decision<TState, TReply>(TState State, TReply Reply);

/// <summary>
/// A grain's state as storage has it. A change is a pure decision on the state; its answer is given after the write, and
/// until then nobody sees the new state. Decisions that arrive during a write (from methods that interleave) share the next
/// write.
/// </summary>
/// <remarks>
/// Another activation wrote in between: the state is read again and the decisions are made again, once. Any other failure
/// of a write leaves its outcome unknown: the callers get the exception, the grain deactivates, and what it still answers
/// is read from storage first.
/// </remarks>
/// <param name="grain">Whose state it is.</param>
/// <param name="storage">Where it is stored.</param>
/// <param name="committed">Told once of every state that is durable now, with the events that were committed with it.</param>
/// <param name="complete">
/// Adds to a state what is stored elsewhere, whenever it was read. With it the grain awaits <see cref="Complete"/> in its activation.
/// </param>
internal sealed class Durable<TState>(
    IGrainBase grain, IPersistentState<TState> storage, Action<TState, ImmutableArray<DomainEvent>>? committed = null,
    Func<TState, Task<TState>>? complete = null)
    where TState : class
{
    /// <summary>How many decisions one write carries at most, so that the first does not wait for an endless crowd.</summary>
    private const int MaxBatch = 512;

    private readonly Queue<Pending> _waiting = new();
    private TState? _current;
    private bool _writing;

    /// <summary>The state as last read or written. Null states never reach a grain: storage makes a new one.</summary>
    public TState Current => _current ??= storage.State;

    /// <summary>Adds to the state that was read for the activation what is stored elsewhere.</summary>
    public async Task Complete() => _current = complete is null ? storage.State : await complete(storage.State);

    /// <summary>Decides on the state, writes it if it changed, then answers.</summary>
    /// <param name="decide">The decision. It may be asked again, on a state that was read anew.</param>
    /// <param name="surely">
    /// That there is nothing to do is believed of the stored state only, which is read again for it. A write finds out by itself that
    /// another activation wrote in between; a word that changes nothing would be taken for done by whoever says it, once and for all.
    /// For what others are told once, and is news nearly always.
    /// </param>
    public Task<TReply> Decide<TReply>(Func<TState, Decision<TState, TReply>> decide, bool surely = false)
    {
        var pending = new Pending<TReply>(decide) { MustBeSure = surely };
        _waiting.Enqueue(pending);
        if (!_writing) _ = WriteAll();
        return pending.Reply;
    }

    private async Task WriteAll()
    {
        _writing = true;
        var batch = new List<Pending>();
        try
        {
            while (_waiting.Count > 0)
            {
                batch.Clear();
                while (batch.Count < MaxBatch && _waiting.TryDequeue(out var pending)) batch.Add(pending);
                try
                {
                    await Write(batch);
                }
                catch (Exception e) when (Fail(batch, e))
                {
                }
            }
        }
        finally
        {
            _writing = false;
        }
    }

    private async Task Write(List<Pending> batch)
    {
        var fresh = _stale;
        if (_stale) await Reread();
        for (var conflicted = false; ;)
        {
            var before = Current;
            var after = before;
            foreach (var pending in batch) after = pending.DecideOn(after);
            if (!ReferenceEquals(before, after))
            {
                try
                {
                    _current = before;
                    storage.State = after;
                    // The storage clears them once they are written.
                    var raised = committed is null ? [] : (after as IRaisesEvents)?.Raised ?? [];
                    await storage.WriteStateAsync();
                    (after as IRaisesEvents)?.ClearRaised();
                    _current = after;
                    committed?.Invoke(after, raised);
                }
                catch (InconsistentStateException) when (!conflicted)
                {
                    await Reread();
                    conflicted = fresh = true;
                    continue;
                }
            }
            else if (!fresh && batch.Exists(pending => pending.MustBeSure))
            {
                await Reread();
                fresh = true;
                continue;
            }

            foreach (var pending in batch) pending.Answer();
            return;
        }
    }

    private bool _stale;

    private async Task Reread()
    {
        _stale = true;
        await storage.ReadStateAsync();
        await Complete();
        _stale = false;
    }

    private bool Fail(List<Pending> batch, Exception exception)
    {
        _stale = true;
        grain.DeactivateOnIdle();
        foreach (var pending in batch) pending.Fail(exception);
        return true;
    }

    private abstract class Pending
    {
        public bool MustBeSure { get; init; }

        public abstract TState DecideOn(TState state);

        public abstract void Answer();

        public abstract void Fail(Exception exception);
    }

    private sealed class Pending<TReply>(Func<TState, Decision<TState, TReply>> decide) : Pending
    {
        // Continuations go back to the grain's own scheduler instead of running inside the writer's loop.
        private readonly TaskCompletionSource<TReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TReply _decided = default!;
        private Exception? _fault;

        public Task<TReply> Reply => _reply.Task;

        public override TState DecideOn(TState state)
        {
            try
            {
                var decision = decide(state);
                (_decided, _fault) = (decision.Reply, null);
                return decision.State;
            }
#pragma warning disable CA1031 // A fault in one decision is its caller's; the others in the batch go on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _fault = e;
                return state;
            }
        }

        public override void Answer()
        {
            if (_fault is null) _reply.TrySetResult(_decided);
            else _reply.TrySetException(_fault);
        }

        public override void Fail(Exception exception) => _reply.TrySetException(exception);
    }
}
