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
        Checked<EngineOptions>("Engine", engine.Validate);

        builder.Services.AddGrainSections(configuration);
        // Read also when it is not used: a mistyped name must not be found out on the day the storage changes.
        var postgres = OptionSections.Read(configuration, "Postgres", new PostgresOptions());
        postgres.ValidateRanges();
        var chaos = ChaosOptions.Read(configuration, options.Storage);
        if (options.Storage == "postgres") AddPostgres(builder, engine, postgres);
        else AddJournal(builder, engine, options, chaos);
    }

    private static void AddJournal(WebApplicationBuilder builder, EngineOptions engine, SiloOptions options, ChaosOptions chaos)
    {
        var journalOptions = OptionSections.Read(
            builder.Configuration, "Journal", new JournalOptions { Folder = options.DataPath }, nameof(JournalOptions.Folder));
        Checked<JournalOptions>("Journal", journalOptions.Validate);
        var journal = Open(journalOptions, chaos, SiloLogging.Create(builder.Configuration).CreateLogger<JournalStore>());
        builder.Services.AddPlatform(engine, journal);
        builder.Services.AddSingleton<IEngineControl>(provider => new EmbeddedControl(provider)
        {
            DataFolder = options.DataPath,
            GrainCount = journal.RecordCount,
            Failed = ThrowReason(journal.Failed),
            Close = journal.DisposeAsync,
        });
    }

    /// <summary>The journal's reason as the exception that the host looks for: the last line of a host that ends must say why.</summary>
    private static async Task ThrowReason(Task<JournalFailedException> failed) => throw await failed;

    private static void AddPostgres(WebApplicationBuilder builder, EngineOptions engine, PostgresOptions postgres)
    {
        var loggers = SiloLogging.Create(builder.Configuration);

        // The program waits for its database before it does anything else; there is nothing that this thread could do meanwhile.
        var (database, store) = Task.Run(async () =>
        {
            var opened = await PostgresDatabase.OpenAsync(
                postgres, PostgresOptions.DefaultClusterId, TimeProvider.System, loggers, CancellationToken.None, alone: true);
            var store = new PostgresStore(
                opened, new JsonStateSerializer(StoredJson.Options), new RaisedEvents(), TimeProvider.System, loggers, shared: false);
            await store.StartAsync(CancellationToken.None);
            return (opened, store);
        }).GetAwaiter().GetResult();
        builder.Services.AddPlatform(engine, store);
        builder.Services.AddSingleton<IEngineControl>(provider => new EmbeddedControl(provider)
        {
            DataFolder = database.Description,
            GrainCount = store.CountAsync(CancellationToken.None).GetAwaiter().GetResult(),
            Failed = new TaskCompletionSource().Task,
            Close = async () =>
            {
                await store.DisposeAsync();
                await database.DisposeAsync();
            },
        });
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

    private static JournalStore Open(JournalOptions options, ChaosOptions chaos, ILogger<JournalStore> logger)
    {
        try
        {
            Directory.CreateDirectory(options.Folder);
            IJournalFiles files = new DiskFiles(options.Folder);
            if (chaos.Disk.Length > 0) files = new HinderedFiles(files, Path.GetFullPath(chaos.Disk), TimeProvider.System, logger);
            return JournalStore.Open(options, files, new JsonStateSerializer(StoredJson.Options), new RaisedEvents(), TimeProvider.System, logger);
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

    private sealed class EmbeddedControl(IServiceProvider services) : IEngineControl
    {
        private readonly EmbeddedEngine _engine = services.GetRequiredService<EmbeddedEngine>();

        public string Name => "Embedded";

        public required string DataFolder { get; init; }

        public required long GrainCount { get; init; }

        public required Task Failed { get; init; }

        /// <summary>Stores what waits and closes the storage.</summary>
        public required Func<ValueTask> Close { get; init; }

        public Task StartAsync(CancellationToken cancellationToken) => _engine.StartAsync();

        public async Task DrainAsync(CancellationToken cancellationToken)
        {
            await _engine.StopAsync();
            await Close();
        }
    }
}
