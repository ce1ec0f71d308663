using Microsoft.Extensions.Logging;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Payments.Sandbox;

/// <summary>
/// A payment provider that moves no money and does what the card's token says: slow, declining, answering twice or never. The
/// default; it lives in memory.
/// </summary>
public sealed partial class SandboxProvider(SandboxLedger ledger, TimeProvider clock, IGrainFactory grains, ILogger<SandboxProvider> log)
    : IPaymentProvider
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);

    private readonly HashSet<ITimer> _timers = [];

    /// <inheritdoc/>
    public Task<ProviderResult> AuthoriseAsync(string operation, Money amount, string source, CancellationToken cancellation) =>
        Do(operation, "authorise", amount.Amount, source, source, cancellation);

    /// <inheritdoc/>
    public Task<ProviderResult> CaptureAsync(string operation, string hold, Money amount, CancellationToken cancellation) =>
        Do(operation, "capture", amount.Amount, hold, ledger.CardOf(hold), cancellation);

    /// <inheritdoc/>
    public Task<ProviderResult> VoidAsync(string operation, string hold, CancellationToken cancellation) =>
        Do(operation, "void", 0, hold, ledger.CardOf(hold), cancellation);

    /// <inheritdoc/>
    public Task<ProviderResult> RefundAsync(string operation, string capture, Money amount, CancellationToken cancellation) =>
        Do(operation, "refund", amount.Amount, capture, ledger.CardOf(capture), cancellation);

    /// <inheritdoc/>
    public Task<ProviderResult> FindAsync(string operation, CancellationToken cancellation) =>
        Task.FromResult(ledger.Find(operation)?.Result ?? ProviderResult.NotFound);

    private async Task<ProviderResult> Do(string operation, string kind, long amount, string target, string token, CancellationToken cancellation)
    {
        var call = ledger.Called(operation);
        var card = SandboxCard.Of(token);
        switch (card.Behaviour)
        {
            case SandboxBehaviour.NeverReached when call <= card.Number:
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellation);
                break;
            case SandboxBehaviour.Breaks when call <= card.Number:
                throw new IOException("The connection to the sandbox broke, as the card wanted.");
            case SandboxBehaviour.Slow:
                await Task.Delay(TimeSpan.FromMilliseconds(card.Number), clock, cancellation);
                break;
            case SandboxBehaviour.Pending or SandboxBehaviour.PendingDeclined when !Decided(operation):
                if (call == 1) At(TimeSpan.FromMilliseconds(card.Number), () => Tell(operation, Decide(decided: true)));
                return Decide(decided: false);
        }

        var result = Decide(decided: true);
        switch (card.Behaviour)
        {
            case SandboxBehaviour.LosesAnswer when call == 1:
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellation);
                break;
            case SandboxBehaviour.AnswersTwice:
                At(Soon, () => Tell(operation, result));
                At(Soon * 2, () => Tell(operation, result));
                break;
            case SandboxBehaviour.TellsFirst:
                At(TimeSpan.Zero, () => Tell(operation, result));
                await Task.Delay(Soon, clock, cancellation);
                break;
        }

        return result;

        ProviderResult Decide(bool decided) => ledger.Decide(
            operation, kind, amount, target, token, () => decided ? ResultOf(card, kind, operation) : ProviderResult.Pending);
    }

    private static ProviderResult ResultOf(SandboxCard card, string kind, string operation) => (card.Behaviour, kind) switch
    {
        (SandboxBehaviour.Declines or SandboxBehaviour.PendingDeclined, "authorise") => ProviderResult.Declined(card.DeclineCode),
        (SandboxBehaviour.DeclinesCapture, "capture") => ProviderResult.Declined("capture_declined"),
        (SandboxBehaviour.DeclinesRefund, "refund") => ProviderResult.Declined("refund_declined"),
        _ => ProviderResult.Succeeded($"sandbox_{operation}"),
    };

    private bool Decided(string operation) => ledger.Find(operation) is { Result.Outcome: not ProviderOutcome.Pending };

    // On the provider's own time and not in the turn of the grain that called.
    private void At(TimeSpan after, Func<Task> act)
    {
        ITimer? timer = null;
        timer = clock.CreateTimer(_ =>
        {
            lock (_timers) _timers.Remove(timer!);
            timer!.Dispose();
            _ = act();
        }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_timers) _timers.Add(timer);
        timer.Change(after, Timeout.InfiniteTimeSpan);
    }

    private async Task Tell(string operation, ProviderResult result)
    {
        try
        {
            await grains.GetGrain<IPaymentGrain>(operation.Split(':')[0])
                .Answered(new ProviderAnswer(operation, result.Outcome, result.Reference, result.DeclineCode));
        }
        catch (Exception e)
        {
            // A real provider would try again; here the question that is asked later finds it.
            LogNotTold(e, operation);
        }
    }

    [LoggerMessage(115, LogLevel.Debug, "The sandbox could not tell of {Operation}")]
    private partial void LogNotTold(Exception failure, string operation);
}
