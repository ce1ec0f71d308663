using OrderActors.Values;

namespace OrderActors.Payments;

/// <summary>
/// A payment provider. Every operation has a key: the same key again is the same operation and never done twice. A method
/// that throws leaves its outcome unknown; nobody assumes one, <see cref="FindAsync"/> is asked.
/// </summary>
/// <remarks>
/// Keys are <c>{order}:{kind}:{n}</c> and at most 100 visible ASCII characters, so that an answer that comes by itself says
/// which order it belongs to.
/// </remarks>
public interface IPaymentProvider
{
    /// <summary>Holds an amount on a customer's card. The answer's reference is the hold.</summary>
    /// <param name="operation">The operation's key.</param>
    /// <param name="amount">1 or more.</param>
    /// <param name="source">The provider's own token for the card.</param>
    /// <param name="cancellation">Nobody waits for the answer any more.</param>
    Task<ProviderResult> AuthoriseAsync(string operation, Money amount, string source, CancellationToken cancellation);

    /// <summary>Takes an amount that is held. What is held beyond it is let go: a hold is captured once. The answer's reference is the capture.</summary>
    /// <param name="operation">The operation's key.</param>
    /// <param name="hold">The reference of the hold.</param>
    /// <param name="amount">1 up to what is held.</param>
    /// <param name="cancellation">Nobody waits for the answer any more.</param>
    Task<ProviderResult> CaptureAsync(string operation, string hold, Money amount, CancellationToken cancellation);

    /// <summary>Lets all of a hold go.</summary>
    /// <param name="operation">The operation's key.</param>
    /// <param name="hold">The reference of the hold.</param>
    /// <param name="cancellation">Nobody waits for the answer any more.</param>
    Task<ProviderResult> VoidAsync(string operation, string hold, CancellationToken cancellation);

    /// <summary>Gives an amount that was taken back.</summary>
    /// <param name="operation">The operation's key.</param>
    /// <param name="capture">The reference of the capture.</param>
    /// <param name="amount">1 up to what was taken and has not gone back.</param>
    /// <param name="cancellation">Nobody waits for the answer any more.</param>
    Task<ProviderResult> RefundAsync(string operation, string capture, Money amount, CancellationToken cancellation);

    /// <summary>What became of an operation; <see cref="ProviderOutcome.NotFound"/> when the provider never heard of it.</summary>
    /// <param name="operation">The operation's key.</param>
    /// <param name="cancellation">Nobody waits for the answer any more.</param>
    Task<ProviderResult> FindAsync(string operation, CancellationToken cancellation);
}

/// <summary>A provider's answer.</summary>
/// <param name="Outcome">What became of the operation.</param>
/// <param name="Reference">The provider's own id for it, when it succeeded.</param>
/// <param name="DeclineCode">Why it was declined, in the provider's words.</param>
public sealed record ProviderResult(ProviderOutcome Outcome, string? Reference = null, string? DeclineCode = null)
{
    /// <summary>Done.</summary>
    public static ProviderResult Succeeded(string reference) => new(ProviderOutcome.Succeeded, reference);

    /// <summary>Declined for good.</summary>
    public static ProviderResult Declined(string code) => new(ProviderOutcome.Declined, DeclineCode: code);

    /// <summary>Not decided; an answer comes by itself, or when it is asked for.</summary>
    public static ProviderResult Pending { get; } = new(ProviderOutcome.Pending);

    /// <summary>Never heard of.</summary>
    public static ProviderResult NotFound { get; } = new(ProviderOutcome.NotFound);
}
