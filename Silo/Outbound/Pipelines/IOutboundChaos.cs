namespace OrderActors.Silo.Outbound.Pipelines;

/// <summary>
/// Where faults and delays are put between us and the world: innermost, so that time limits, breaker and retries see them as if
/// the world had done it. The default does nothing.
/// </summary>
public interface IOutboundChaos
{
    /// <summary>Before a try: may take its time or throw.</summary>
    /// <param name="dependency">Who is called.</param>
    /// <param name="operation">What for.</param>
    /// <param name="cancellation">The try's time is over.</param>
    Task BeforeAsync(string dependency, string operation, CancellationToken cancellation);
}

/// <summary>A world that behaves.</summary>
internal sealed class NoChaos : IOutboundChaos
{
    public Task BeforeAsync(string dependency, string operation, CancellationToken cancellation) => Task.CompletedTask;
}
