using Microsoft.Extensions.Hosting;

namespace OrderActors.Client.Hosting;

/// <summary>Signals and the order of stopping are the program's own; the framework's handling would close the port first.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
