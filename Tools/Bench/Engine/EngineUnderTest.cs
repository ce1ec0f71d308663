using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using OrderActors.Broadcast;
using OrderActors.Dispatch.Matching;
using OrderActors.Embedded.Hosting;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Orders;
using OrderActors.Silo.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Tools.Bench.Engine;

/// <summary>The platform as the host runs it, with the journal on disk, and the bench's own grains beside.</summary>
internal sealed class EngineUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private EngineUnderTest(ServiceProvider services, JournalStore journal)
    {
        _services = services;
        Journal = journal;
    }

    public IClusterClient Client => _services.GetRequiredService<IClusterClient>();

    public IEventLog Log => _services.GetRequiredService<IEventLog>();

    public JournalStore Journal { get; }

    public long Activations => _services.GetRequiredService<EmbeddedEngine>().ActivationCount;

    public static async Task<EngineUnderTest> StartAsync(string folder, OrderPolicy? policy = null)
    {
        var journal = JournalStore.Open(
            new JournalOptions { Folder = folder }, new JsonStateSerializer(StoredJson.Options), new RaisedEvents(), TimeProvider.System,
                NullLogger<JournalStore>.Instance);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error).AddSimpleConsole());

        // What a process says on its standard output is for the one that started it.
        services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        services.AddSingleton(policy ?? new OrderPolicy());
        services.AddSingleton<ITravelModel, InstantTravel>();
        services.AddPlatform(new EngineOptions(), journal, typeof(AdderGrain), typeof(StoringGrain));
        var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<EmbeddedEngine>().StartAsync();
        return new EngineUnderTest(provider, journal);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.GetRequiredService<EmbeddedEngine>().StopAsync();
        await _services.DisposeAsync();
        await Journal.DisposeAsync();
    }
}
