using OrderActors.Embedded.Simulation;
using OrderActors.Payments;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Tools.Simulate.World;

/// <summary>One operation at the card network, done or declined.</summary>
/// <param name="Order">The order.</param>
/// <param name="Kind">What.</param>
/// <param name="Amount">Minor units; 0 for letting a hold go.</param>
/// <param name="Target">The hold or capture it is about; null for a hold.</param>
/// <param name="Result">What became of it.</param>
internal sealed record CardOperation(OrderNumber Order, OperationKind Kind, long Amount, string? Target, ProviderResult Result);

/// <summary>
/// A card network with a ledger of its own. The card's token says what it does: <c>ok</c>, <c>declined</c>, <c>capture_declined</c>,
/// <c>refund_fails</c>, and <c>odd</c>: at times slow, silent before or after the fact, late, or told twice. It refuses what no
/// real network would do: more captured than held, more given back than taken.
/// </summary>
internal sealed class CardNetwork(Dice dice) : IPaymentProvider
{
    private readonly Dictionary<string, CardOperation> _operations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Card, long Amount, long Used)> _references = new(StringComparer.Ordinal);

    /// <summary>Where time is told; set before the world begins.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>The way in for what it tells by itself; set before the world begins.</summary>
    public IGrainFactory? Grains { get; set; }

    /// <summary>Whether odd cards behave.</summary>
    public bool IsCalm { get; set; }

    /// <summary>What the platform asked for and no network would do; null for nothing.</summary>
    public string? Outrage { get; private set; }

    /// <summary>Everything that was decided.</summary>
    public IReadOnlyDictionary<string, CardOperation> Operations => _operations;

    /// <inheritdoc/>
    public Task<ProviderResult> AuthoriseAsync(string operation, Money amount, string source, CancellationToken cancellation) =>
        Do(operation, OperationKind.Authorise, amount.Amount, null, source);

    /// <inheritdoc/>
    public Task<ProviderResult> CaptureAsync(string operation, string hold, Money amount, CancellationToken cancellation) =>
        Do(operation, OperationKind.Capture, amount.Amount, hold, _references[hold].Card);

    /// <inheritdoc/>
    public Task<ProviderResult> VoidAsync(string operation, string hold, CancellationToken cancellation) =>
        Do(operation, OperationKind.Void, 0, hold, _references[hold].Card);

    /// <inheritdoc/>
    public Task<ProviderResult> RefundAsync(string operation, string capture, Money amount, CancellationToken cancellation) =>
        Do(operation, OperationKind.Refund, amount.Amount, capture, _references[capture].Card);

    /// <inheritdoc/>
    public Task<ProviderResult> FindAsync(string operation, CancellationToken cancellation) =>
        Task.FromResult(_operations.TryGetValue(operation, out var known) ? known.Result : ProviderResult.NotFound);

    private async Task<ProviderResult> Do(string operation, OperationKind kind, long amount, string? target, string card)
    {
        var luck = card == "odd" && !IsCalm ? dice.NextDouble() : 1;
        switch (luck)
        {
            case < 0.1:
                throw new IOException("The card network broke off before anything was done.");
            case < 0.2:
                await Task.Delay(dice.UpTo(TimeSpan.FromSeconds(15)), Clock, CancellationToken.None);
                break;
            case < 0.3:
                _ = Later(operation, kind, amount, target, card);
                return ProviderResult.Pending;
        }

        var result = Decide(operation, kind, amount, target, card);
        if (luck < 0.4) await Task.Delay(TimeSpan.FromMinutes(2), Clock, CancellationToken.None);
        if (luck is > 0.4 and < 0.5)
        {
            _ = Tell(operation, result);
            _ = Tell(operation, result);
        }

        return result;
    }

    private async Task Later(string operation, OperationKind kind, long amount, string? target, string card)
    {
        await Task.Delay(dice.UpTo(TimeSpan.FromSeconds(40)), Clock, CancellationToken.None);
        await Tell(operation, Decide(operation, kind, amount, target, card));
    }

    private ProviderResult Decide(string operation, OperationKind kind, long amount, string? target, string card)
    {
        if (_operations.TryGetValue(operation, out var known))
        {
            if ((known.Kind, known.Amount, known.Target) != (kind, amount, target)) Outrage ??= $"{operation} came again as something else";
            return known.Result;
        }

        OperationKey.TryOrder(operation, out var order);
        var result = ResultOf(operation, kind, card);
        if (result.Outcome == ProviderOutcome.Succeeded) Book(operation, kind, amount, target, card);
        _operations.Add(operation, new(order, kind, amount, target, result));
        return result;
    }

    private void Book(string operation, OperationKind kind, long amount, string? target, string card)
    {
        if (kind is OperationKind.Authorise or OperationKind.Capture) _references[operation] = (card, amount, 0);
        if (target is null) return;
        var known = _references[target];
        var used = known.Used + (kind == OperationKind.Refund ? amount : known.Amount);
        if (used > known.Amount || amount > known.Amount) Outrage ??= $"{operation} is over {amount} of {target}, which has {known.Amount - known.Used}";
        _references[target] = known with { Used = used };
    }

    private static ProviderResult ResultOf(string operation, OperationKind kind, string card) => (card, kind) switch
    {
        ("declined", OperationKind.Authorise) => ProviderResult.Declined("card_declined"),
        ("capture_declined", OperationKind.Capture) => ProviderResult.Declined("capture_declined"),
        ("refund_fails", OperationKind.Refund) => ProviderResult.Declined("refund_declined"),
        _ => ProviderResult.Succeeded(operation),
    };

    private async Task Tell(string operation, ProviderResult result)
    {
        try
        {
            await Grains!.GetGrain<IPaymentGrain>(operation[..operation.IndexOf(':', StringComparison.Ordinal)])
                .Answered(new ProviderAnswer(operation, result.Outcome, result.Reference, result.DeclineCode));
        }
        catch (Exception)
        {
            // It tells once; the question that is asked later finds it.
        }
    }
}
