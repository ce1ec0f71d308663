using System.Collections.Immutable;

namespace OrderActors.Payments.Sandbox;

/// <summary>An operation that the sandbox did or declined.</summary>
/// <param name="Operation">Its key.</param>
/// <param name="Kind">authorise, capture, void or refund.</param>
/// <param name="Amount">Minor units; 0 for a void.</param>
/// <param name="Target">The reference it is about; the card's token for an authorisation.</param>
/// <param name="Result">What became of it.</param>
public sealed record SandboxEntry(string Operation, string Kind, long Amount, string Target, ProviderResult Result);

/// <summary>
/// The sandbox's memory: apart from the provider, so that it can outlive a restart of what asks it, as a real provider does.
/// Without a restart it is bounded: the oldest operations are forgotten.
/// </summary>
public sealed class SandboxLedger
{
    /// <summary>How many operations are remembered.</summary>
    public const int MaxEntries = 200_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, SandboxEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _cards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SandboxEntry> _done = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Everything that was decided, in no particular order.</summary>
    public ImmutableArray<SandboxEntry> Entries
    {
        get
        {
            lock (_gate) return [.. _entries.Values];
        }
    }

    /// <summary>How often an operation was called, whether it was done or not.</summary>
    public int Calls(string operation)
    {
        lock (_gate) return _calls.GetValueOrDefault(operation);
    }

    internal int Called(string operation)
    {
        lock (_gate) return _calls[operation] = _calls.GetValueOrDefault(operation) + 1;
    }

    internal SandboxEntry? Find(string operation)
    {
        lock (_gate) return _entries.GetValueOrDefault(operation);
    }

    /// <summary>The card behind a hold or a capture; <c>tok_ok</c> for those of an earlier run, which this one knows nothing of.</summary>
    internal string CardOf(string reference)
    {
        lock (_gate) return _cards.GetValueOrDefault(reference, "tok_ok");
    }

    /// <summary>Decides an operation unless it was decided before; the first decision stands.</summary>
    internal ProviderResult Decide(string operation, string kind, long amount, string target, string card, Func<ProviderResult> decide)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(operation, out var known) && known.Result.Outcome != ProviderOutcome.Pending) return known.Result;
            var result = Contradicts(kind, amount, target) is { } why ? ProviderResult.Declined(why) : decide();
            if (known is null) _order.Enqueue(operation);
            var entry = _entries[operation] = new(operation, kind, amount, target, result);
            if (result.Reference is { } reference)
            {
                _cards[reference] = card;
                _done[reference] = entry;
                _used[target] = _used.GetValueOrDefault(target) + Math.Max(1, amount);
            }

            if (_order.Count > MaxEntries && _order.Dequeue() is { } oldest) Forget(oldest);
            return result;
        }
    }

    private void Forget(string operation)
    {
        _calls.Remove(operation);
        if (!_entries.Remove(operation, out var entry)) return;
        _used.Remove(entry.Target);
        if (entry.Result.Reference is not { } reference) return;
        _cards.Remove(reference);
        _done.Remove(reference);
    }

    /// <summary>What a real provider would not do either.</summary>
    private string? Contradicts(string kind, long amount, string target)
    {
        if (kind == "authorise" || !_done.TryGetValue(target, out var about)) return null;
        var used = _used.GetValueOrDefault(target);
        return kind switch
        {
            "refund" => used + amount > about.Amount ? "more_than_captured" : null,
            _ when used > 0 => "hold_is_over",
            "capture" when amount > about.Amount => "more_than_held",
            _ => null,
        };
    }
}
