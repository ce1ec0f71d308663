using System.CommandLine;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Silo.Storage;

namespace OrderActors.Tools.Migrate;

/// <summary><c>migrate --from JOURNAL --to DATABASE</c>, and back: everything of a stopped platform into an empty storage of the other kind.</summary>
internal static class MigrateCommand
{
    private const string Again = "Give the same command again to go on.";

    public static Command Create()
    {
        var from = new Option<string>("--from")
        {
            Description = "What is moved: the Data folder of a stopped silo, or a connection string (Host=…;Database=…;Username=…). It is left as it is.",
            Required = true,
        };
        var to = new Option<string>("--to")
        {
            Description = "Where it goes: an empty database, or a folder that is empty or absent. The other kind than --from.",
            Required = true,
        };
        var cluster = new Option<string>("--cluster")
        {
            Description = "The cluster id that the database belongs to, or will belong to: the ClusterId of its silos.",
            DefaultValueFactory = _ => DefaultCluster,
        };
        var command = new Command("migrate", "Moves a stopped platform from one machine's journal to a cluster's database, or back.") { from, to, cluster };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), parsed.GetRequiredValue(cluster), Console.Out, Console.Error, cancellation));
        return command;
    }

    /// <summary>The cluster id when none is given: the silos' own default.</summary>
    internal const string DefaultCluster = PostgresOptions.DefaultClusterId;

    /// <summary>Moves, verifies and prints; returns the exit code.</summary>
    internal static async Task<int> RunAsync(
        string from, string to, string cluster, TextWriter stdout, TextWriter stderr, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = await OpenSource(from, to, cluster, cancellationToken);
            await using var target = await OpenTarget(to, cluster, cancellationToken);
            var result = await Migration.RunAsync(source, target, stderr, cancellationToken);
            await stdout.WriteLineAsync(result.ToJson());
            return ExitCodes.Ok;
        }
        catch (BadInputException e)
        {
            await stderr.WriteLineAsync(e.Message);
            return ExitCodes.BadInput;
        }
        catch (OperationCanceledException)
        {
            await stderr.WriteLineAsync($"Interrupted; the target cannot be used yet. {Again}");
            return ExitCodes.Failed;
        }
        catch (Exception e) when (e is MigrationException or JournalCorruptException)
        {
            await stderr.WriteLineAsync(e.Message);
            return ExitCodes.Failed;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            var reason = (e as PostgresException)?.MessageText ?? (e.InnerException ?? e).Message;
            await stderr.WriteLineAsync($"It stopped: {reason.ReplaceLineEndings(" ").TrimEnd('.')}. The target cannot be used yet. {Again}");
            return ExitCodes.Failed;
        }
    }

    private static async Task<IMigrationSource> OpenSource(string from, string to, string cluster, CancellationToken cancellationToken)
    {
        var database = PostgresSide.IsMeant(from);
        if (database == PostgresSide.IsMeant(to))
        {
            throw new BadInputException(
                $"--from and --to are both {(database ? "databases" : "folders")}; one is a journal's folder, the other a connection string " +
                "such as Host=127.0.0.1;Database=orderactors;Username=orderactors.");
        }

        if (!database) return JournalSource.Open(from, Logger);
        var side = await PostgresSide.OpenAsync("--from", from, cluster, cancellationToken);
        try
        {
            return await PostgresSource.OpenAsync(side, cancellationToken);
        }
        catch
        {
            await side.DisposeAsync();
            throw;
        }
    }

    private static async Task<IMigrationTarget> OpenTarget(string to, string cluster, CancellationToken cancellationToken) => PostgresSide.IsMeant(to)
        ? new PostgresTarget(await PostgresSide.OpenAsync("--to", to, cluster, cancellationToken))
        : new JournalTarget(to, Logger);

    private static ILogger Logger => NullLogger.Instance;
}
