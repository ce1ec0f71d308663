using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Values;

namespace OrderActors.Payments;

/// <summary>What a decision on a payment leads to.</summary>
/// <param name="Refusal">Why it was refused; null when it was done.</param>
/// <param name="Run">The operation to do at the provider now.</param>
/// <param name="Ask">The operation to ask the provider about now.</param>
internal readonly record struct PaymentOutcome(Refusal? Refusal = null, string? Run = null, string? Ask = null);

/// <summary>A payment on its way from one state to the next, with the events it raises.</summary>
internal sealed class PaymentDraft
{
    private readonly PaymentState _before;
    private readonly List<(string Type, long Amount, int Refund)> _raised = [];

    public PaymentDraft(PaymentState before, PaymentOptions options, DateTimeOffset now)
    {
        _before = before;
        State = before;
        Options = options;
        Now = now;
    }

    public PaymentState State { get; set; }

    public PaymentOptions Options { get; }

    public DateTimeOffset Now { get; }

    public void Raise(string type, long amount, int refund = 0) => _raised.Add((type, amount, refund));

    /// <summary>A refusal: nothing changes.</summary>
    public Decision<PaymentState, PaymentOutcome> Refuse(Refusal refusal) => new(_before, new(refusal));

    /// <summary>
    /// The new state with what has to be done next already planned in it: one write knows an outcome and wants the next thing.
    /// The same instance when nothing changed.
    /// </summary>
    public Decision<PaymentState, PaymentOutcome> Done(string? ask = null)
    {
        string? run = null;
        if (PaymentPlan.Next(this) is { } next)
        {
            run = next.Key;
            State = State with { Operations = State.Operations.Add(next), Planned = State.Planned + 1 };
        }

        if (ReferenceEquals(State, _before)) return new(_before, default);
        State = State with { Version = _before.Version + 1 };
        // Whoever keeps the deadlines learns them from events alone.
        if (_raised.Count == 0 && !State.Deadlines.SequenceEqual(_before.Deadlines))
        {
            var last = State.Operations.IsEmpty ? null : State.Operations[^1];
            Raise(EventTypes.PaymentPending, last?.Amount ?? 0, last?.Refund ?? 0);
        }

        var view = State.ToView();
        var waits = State.Deadlines;
        var events = ImmutableArray.CreateRange<DomainEvent>(_raised.Select(raised =>
            new PaymentEvent(raised.Type, Now, Actor.System, State.Version, view, raised.Amount, raised.Refund, waits)));
        return new(State with { Raised = _before.Raised.AddRange(events) }, new(Run: run, Ask: ask));
    }
}
