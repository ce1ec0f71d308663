namespace OrderActors.Silo.Hosting;

/// <summary>Signals and the order of stopping are <see cref="SiloApp"/>'s; the framework's own handling would close the port first.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
