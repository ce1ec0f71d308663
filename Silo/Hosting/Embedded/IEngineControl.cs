using OrderActors.Client.Hosting;

namespace OrderActors.Silo.Hosting;

/// <summary>The actor engine, as the host starts, watches and stops it.</summary>
public interface IEngineControl
{
    /// <summary>Embedded or Orleans.</summary>
    string Name { get; }

    /// <summary>Where the data is, as an absolute path or the storage's own name.</summary>
    string DataFolder { get; }

    /// <summary>How many grains the storage holds.</summary>
    long GrainCount { get; }

    /// <summary>Opens the storage and starts taking calls.</summary>
    /// <exception cref="StartupException">It cannot start; the line says why.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Finishes the turns under way, makes everything durable and closes the storage.</summary>
    Task DrainAsync(CancellationToken cancellationToken);

    /// <summary>Completes, with the reason as its exception or as a plain completion, when the storage failed and nothing more can be acknowledged.</summary>
    Task Failed { get; }
}
