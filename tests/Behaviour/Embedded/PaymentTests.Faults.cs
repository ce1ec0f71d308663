using Microsoft.Extensions.DependencyInjection;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Payments.Sandbox;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

public sealed partial class PaymentTests
{
    [Fact]
    public async Task Broken_at_every_write_and_every_call_it_comes_to_the_same_end()
    {
        // Faults are numbered through a run: the k-th write fails before or after it is durable, or the k-th call breaks.
        foreach (var fault in new[] { "before", "after", "call", "answer", "crash" })
        {
            for (var k = 1; k <= 7; k++) await BrokenAt(fault, k);
        }
    }

    private static Task BrokenAt(string fault, int k)
    {
        var ledger = new SandboxLedger();
        var faults = new ProviderFaults();
        return TestCluster.Run(async cluster =>
        {
            var writes = 0;
            Exception? Strike(string state, string when) => state == "payment" && fault == when && ++writes == k ? new IOException("disk") : null;
            cluster.Storage.BeforeWrite = (state, _) => Strike(state, "before");
            cluster.Storage.AfterWrite = (state, _) => Strike(state, "after") ?? Strike(state, "crash");
            (faults.Kind, faults.At) = (fault, k);
            await Insist(cluster, async () =>
            {
                var reply = await Authorise(cluster, "tok_ok");
                return reply.Payment is { Status: not PaymentStatus.None };
            });
            await Insist(cluster, async () =>
            {
                await Require(cluster, 2, 700);
                return true;
            });
            if (fault == "crash") await cluster.CrashAndRestart();
            await Eventually(cluster, p => p is { Captured: 700, OutcomeUnknown: false }, $"taken ({fault} {k})");
            await Insist(cluster, async () => (await Payment(cluster).Refund(new RefundPayment(Order, 1, 300))).Refusal is null);
            await Insist(cluster, async () =>
            {
                await Require(cluster, 3, 0);
                return true;
            });
            if (fault == "crash") await cluster.CrashAndRestart();
            await Eventually(cluster, p => p is { Refunded: 700, OutcomeUnknown: false }, $"all is back ({fault} {k})");
            Agree((await Payment(cluster).Get())!, ledger);
        }, services =>
        {
            services.AddSingleton(ledger);
            services.AddSingleton(faults);
            services.AddSingleton<SandboxProvider>();
            services.AddSingleton<IPaymentProvider, BreakingProvider>();
        });
    }

    /// <summary>Asks until it is done, as an at-least-once caller does.</summary>
    private static Task Insist(TestCluster cluster, Func<Task<bool>> act) => cluster.Eventually(async () =>
    {
        try
        {
            return await act();
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            return false;
        }
    }, "it is done in the end");
}

/// <summary>Which call of the provider breaks.</summary>
internal sealed class ProviderFaults
{
    private int _calls;

    public string Kind { get; set; } = "";

    public int At { get; set; }

    public bool Strikes(string kind) => kind == Kind && Interlocked.Increment(ref _calls) == At;
}

/// <summary>The sandbox behind a connection that breaks before the call, or before the answer.</summary>
internal sealed class BreakingProvider(SandboxProvider inner, ProviderFaults faults) : IPaymentProvider
{
    public Task<ProviderResult> AuthoriseAsync(string operation, Money amount, string source, CancellationToken cancellation) =>
        Broken(() => inner.AuthoriseAsync(operation, amount, source, cancellation));

    public Task<ProviderResult> CaptureAsync(string operation, string hold, Money amount, CancellationToken cancellation) =>
        Broken(() => inner.CaptureAsync(operation, hold, amount, cancellation));

    public Task<ProviderResult> VoidAsync(string operation, string hold, CancellationToken cancellation) =>
        Broken(() => inner.VoidAsync(operation, hold, cancellation));

    public Task<ProviderResult> RefundAsync(string operation, string capture, Money amount, CancellationToken cancellation) =>
        Broken(() => inner.RefundAsync(operation, capture, amount, cancellation));

    public Task<ProviderResult> FindAsync(string operation, CancellationToken cancellation) => Broken(() => inner.FindAsync(operation, cancellation));

    private async Task<ProviderResult> Broken(Func<Task<ProviderResult>> call)
    {
        if (faults.Strikes("call")) throw new IOException("The connection broke.");
        var result = await call();
        if (faults.Strikes("answer")) throw new IOException("The answer got lost.");
        return result;
    }
}
