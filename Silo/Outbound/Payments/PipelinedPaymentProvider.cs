using OrderActors.Payments;
using OrderActors.Silo.Outbound.Pipelines;
using OrderActors.Values;

namespace OrderActors.Silo.Outbound.Payments;

/// <summary>A payment provider behind its pipeline. Every operation has its key, so every one may be tried again.</summary>
internal sealed class PipelinedPaymentProvider(IPaymentProvider provider, OutboundPipeline pipeline) : IPaymentProvider
{
    public Task<ProviderResult> AuthoriseAsync(string operation, Money amount, string source, CancellationToken cancellation) =>
        Call("authorise", c => provider.AuthoriseAsync(operation, amount, source, c), cancellation);

    public Task<ProviderResult> CaptureAsync(string operation, string hold, Money amount, CancellationToken cancellation) =>
        Call("capture", c => provider.CaptureAsync(operation, hold, amount, c), cancellation);

    public Task<ProviderResult> VoidAsync(string operation, string hold, CancellationToken cancellation) =>
        Call("void", c => provider.VoidAsync(operation, hold, c), cancellation);

    public Task<ProviderResult> RefundAsync(string operation, string capture, Money amount, CancellationToken cancellation) =>
        Call("refund", c => provider.RefundAsync(operation, capture, amount, c), cancellation);

    public Task<ProviderResult> FindAsync(string operation, CancellationToken cancellation) =>
        Call("find", c => provider.FindAsync(operation, c), cancellation);

    private Task<ProviderResult> Call(string kind, Func<CancellationToken, Task<ProviderResult>> call, CancellationToken cancellation) =>
        pipeline.ExecuteAsync(kind, repeatable: true, call, cancellation);
}
