using System.Globalization;
using System.Reflection;
using Npgsql;
using OrderActors.Client.Hosting;

namespace OrderActors.Silo.Storage;

/// <summary>
/// Brings a database to the schema of this release: numbered scripts, each applied once, in one transaction, by whoever
/// starts first; the others wait.
/// </summary>
internal static class Migrator
{
    // Any number, as long as every release takes the same.
    private const long LockKey = 0x6F72_6465_7261_6374;

    private const string NeedsMark = "-- needs ";

    /// <summary>The scripts of this release, by number.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Load();

    /// <summary>The newest schema that this release knows.</summary>
    public static int Newest => Migrations[^1].Number;

    /// <summary>Applies what is missing.</summary>
    /// <exception cref="StartupException">The database is at a newer schema.</exception>
    public static async Task ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await Execute(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            await Execute(
                connection,
                """
                CREATE SCHEMA IF NOT EXISTS orderactors;
                CREATE TABLE IF NOT EXISTS orderactors.migration (
                    number int PRIMARY KEY, name text NOT NULL, needs int NOT NULL, applied timestamptz NOT NULL DEFAULT now())
                """,
                cancellationToken);
            var (present, needs) = await Present(connection, cancellationToken);
            if (needs > Newest)
            {
                throw new StartupException(
                    $"The database is at schema {present}, which needs a release that knows schema {needs}; this release knows schemas up to {Newest}. " +
                    "Start the release that made it, or a newer one.");
            }

            foreach (var migration in Migrations.Where(m => m.Number > present)) await Apply(connection, migration, cancellationToken);
        }
        finally
        {
            await Execute(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private static async Task<(int Newest, int Needs)> Present(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT coalesce(max(number), 0), coalesce(max(needs), 0) FROM orderactors.migration", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), reader.GetInt32(1));
    }

    private static async Task Apply(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Execute(connection, migration.Script, cancellationToken);
        await using var command = new NpgsqlCommand("INSERT INTO orderactors.migration (number, name, needs) VALUES ($1, $2, $3)", connection)
        {
            Parameters = { new() { Value = migration.Number }, new() { Value = migration.Name }, new() { Value = migration.Needs } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Migration[] Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var found = assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => Read(assembly, name))
            .OrderBy(migration => migration.Number)
            .ToArray();
        return found.Length > 0 && found.Select(m => m.Number).Distinct().Count() == found.Length
            ? found
            : throw new InvalidOperationException("The migrations of this build are missing or two have the same number.");
    }

    private static Migration Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var number = int.Parse(resource.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture);
        var script = reader.ReadToEnd();
        return new Migration(number, resource[5..^4], script, NeedsOf(script) ?? number);
    }

    private static int? NeedsOf(string script) =>
        script.StartsWith(NeedsMark, StringComparison.Ordinal)
        && int.TryParse(script.AsSpan(NeedsMark.Length, script.IndexOf('\n', StringComparison.Ordinal) - NeedsMark.Length), out var needs)
            ? needs
            : null;

    /// <summary>One step from a schema to the next.</summary>
    /// <param name="Number">The schema it leads to.</param>
    /// <param name="Name">What it is about.</param>
    /// <param name="Script">What is executed.</param>
    /// <param name="Needs">
    /// The schema that a release must know to work on it. A script that only adds what the release before does not look at says
    /// so in its first line, <c>-- needs 5</c>: then silos of that release go on, and may start again, in a rolling upgrade and
    /// after a rollback. Without that line it is the script's own number.
    /// </param>
    internal sealed record Migration(int Number, string Name, string Script, int Needs);
}
