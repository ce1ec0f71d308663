using Npgsql;
using OrderActors.Client.Hosting;
using OrderActors.Silo.Storage;
using Orleans.Configuration;
using Orleans.Storage;

namespace OrderActors.Silo.Hosting;

/// <summary>
/// Which storage holds the states of which storage name: the section Storage, name by name. <c>postgres</c> is the group commit
/// that also appends events; <c>adonet</c> is Orleans' own, for grains that write rarely and raise no events.
/// </summary>
internal sealed class StorageChoices
{
    /// <summary>The section's name.</summary>
    public const string Section = "Storage";

    /// <summary>The storage of grains that name none.</summary>
    public const string Default = "Default";

    private readonly List<(string Name, bool AdoNet)> _choices = [];

    private StorageChoices()
    {
    }

    /// <summary>The choices, by storage name.</summary>
    public IEnumerable<(string Name, bool AdoNet)> All => _choices;

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="StartupException">A choice is none of the two, or not for this name.</exception>
    public static StorageChoices Read(IConfiguration configuration)
    {
        var read = new StorageChoices();
        foreach (var choice in configuration.GetSection(Section).GetChildren())
        {
            var isDefault = choice.Key.Equals(Default, StringComparison.OrdinalIgnoreCase);
            switch (choice.Value?.ToLowerInvariant())
            {
                case "postgres":
                    if (!isDefault) read._choices.Add((choice.Key, AdoNet: false));
                    break;
                case "adonet" when isDefault:
                    throw new StartupException(
                        $"{Section}:{Default} is 'adonet'; it must be postgres: these states raise events, which only that storage writes together with them.");
                case "adonet":
                    read._choices.Add((choice.Key, AdoNet: true));
                    break;
                default:
                    throw new StartupException($"{Section}:{choice.Key} is '{choice.Value}'; allowed are postgres and adonet.");
            }
        }

        return read;
    }
}

/// <summary>Puts the chosen storages into a silo.</summary>
internal static class StorageRegistration
{
    /// <summary>Registers the storages: <paramref name="store"/> for whoever names none, and each choice under its name.</summary>
    public static void AddStorages(this ISiloBuilder silo, StorageChoices choices, PostgresStore store, string connectionString)
    {
        // Its tables are in the schema of everything else, and its queries do not say so.
        var adoNet = new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = "orderactors", ApplicationName = "OrderActors" }.ConnectionString;
        silo.Services.AddSingleton<IGrainStorage>(store);
        silo.Services.AddKeyedSingleton<IGrainStorage>(StorageChoices.Default, store);
        foreach (var choice in choices.All)
        {
            if (!choice.AdoNet)
            {
                silo.Services.AddKeyedSingleton<IGrainStorage>(choice.Name, store);
                continue;
            }

            silo.AddAdoNetGrainStorage(choice.Name, (AdoNetGrainStorageOptions options) =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = adoNet;
            });
        }
    }
}
