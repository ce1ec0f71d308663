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
internal static class StorageChoices
{
    /// <summary>The section's name.</summary>
    public const string Section = "Storage";

    /// <summary>The storage of grains that name none.</summary>
    public const string Default = "Default";

    /// <summary>Registers the storages.</summary>
    /// <exception cref="StartupException">A choice is none of the two.</exception>
    public static void AddStorages(this ISiloBuilder silo, IConfiguration configuration, PostgresStore store, string connectionString)
    {
        // Its tables are in the schema of everything else, and its queries do not say so.
        var adoNet = new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = "orderactors", ApplicationName = "OrderActors" }.ConnectionString;
        silo.Services.AddSingleton<IGrainStorage>(store);
        silo.Services.AddKeyedSingleton<IGrainStorage>(Default, store);
        foreach (var choice in configuration.GetSection(Section).GetChildren())
        {
            var isDefault = choice.Key.Equals(Default, StringComparison.OrdinalIgnoreCase);
            switch (choice.Value?.ToLowerInvariant())
            {
                case "postgres" when isDefault:
                    break;
                case "postgres":
                    silo.Services.AddKeyedSingleton<IGrainStorage>(choice.Key, store);
                    break;
                case "adonet" when isDefault:
                    throw new StartupException(
                        $"{Section}:{Default} is 'adonet'; it must be postgres: these states raise events, which only that storage writes together with them.");
                case "adonet":
                    silo.AddAdoNetGrainStorage(choice.Key, (AdoNetGrainStorageOptions options) =>
                    {
                        options.Invariant = "Npgsql";
                        options.ConnectionString = adoNet;
                    });
                    break;
                default:
                    throw new StartupException($"{Section}:{choice.Key} is '{choice.Value}'; allowed are postgres and adonet.");
            }
        }
    }
}
