using OrderActors.Client.Hosting;
using OrderActors.Embedded.Hosting;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.Values;

namespace OrderActors.Silo.Hosting;

/// <summary>The embedded engine over a journal on disk.</summary>
internal static class EngineSetup
{
    /// <summary>Opens the journal and adds the platform on it. Grain options come from the section of their name.</summary>
    public static void AddEngine(WebApplicationBuilder builder, SiloOptions options)
    {
        var configuration = builder.Configuration;
        var engine = OptionSections.Read(
            configuration, "Engine", new EngineOptions { DrainTimeout = TimeSpan.FromSeconds(options.DrainTimeoutSeconds) },
            nameof(EngineOptions.DrainTimeout));
        var journalOptions = OptionSections.Read(
            configuration, "Journal", new JournalOptions { Folder = options.DataPath }, nameof(JournalOptions.Folder));
        Checked<EngineOptions>("Engine", engine.Validate);
        Checked<JournalOptions>("Journal", journalOptions.Validate);

        builder.Services.AddGrainSections(configuration);
        var journal = Open(journalOptions, SiloLogging.Create(configuration).CreateLogger<JournalStore>());
        builder.Services.AddPlatform(engine, journal);
        builder.Services.AddSingleton<IEngineControl>(provider => new EmbeddedControl(provider, journal, options.DataPath));
    }

    private static void Checked<T>(string section, Action validate)
    {
        try
        {
            validate();
        }
        catch (ArgumentException e)
        {
            // Without the framework's second line, which names a parameter that no operator knows.
            throw OptionSections.Wrong<T>(section, e.Message.Split(" (Parameter")[0], e);
        }
    }

    private static JournalStore Open(JournalOptions options, ILogger<JournalStore> logger)
    {
        try
        {
            Directory.CreateDirectory(options.Folder);
            return JournalStore.Open(
                options, new JsonStateSerializer(StoredJson.Options), new RaisedEvents(), TimeProvider.System, logger);
        }
        catch (Exception e) when (e is JournalCorruptException or JournalLockedException)
        {
            throw new StartupException(e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The data folder {options.Folder} cannot be used: {e.Message}", e);
        }
    }

    private sealed class EmbeddedControl(IServiceProvider services, JournalStore journal, string folder) : IEngineControl
    {
        private readonly EmbeddedEngine _engine = services.GetRequiredService<EmbeddedEngine>();

        public string Name => "Embedded";

        public string DataFolder => folder;

        public long GrainCount { get; } = journal.RecordCount;

        public Task Failed => journal.Failed;

        public Task StartAsync(CancellationToken cancellationToken) => _engine.StartAsync();

        public async Task DrainAsync(CancellationToken cancellationToken)
        {
            await _engine.StopAsync();
            await journal.DisposeAsync();
        }
    }
}
