using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Client.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.TestKit.Servers;

namespace OrderActors.Tests.Storage;

/// <summary>Which silos may be in one cluster, on a real database.</summary>
public sealed partial class ClusterContractsTests
{
    [GeneratedRegex(@"seen (\d+) s ago")]
    private static partial Regex Seen { get; }

    [PostgresTheory]
    [InlineData("", 7)]
    [InlineData("3", 3)]
    [InlineData("3", 2)]
    [InlineData("3", 4)]
    [InlineData("3 3 4", 3)]
    [InlineData("3 4", 4)]
    public async Task A_silo_joins_silos_that_are_at_most_one_version_away(string running, int joining)
    {
        await using var database = await Database.Create();
        var open = await database.Open();
        await Run(database, running);
        await using var silo = Silo(open, "joining", joining);
        await silo.RegisterAsync(CancellationToken.None);
        Assert.Equal(joining, await database.Ask<int>("SELECT contracts FROM orderactors.silo WHERE name = 'joining'"));
    }

    [PostgresTheory]
    [InlineData("3", 1, "version 3 (silo s0, seen N s ago); this silo has 1; allowed are 2 to 4.")]
    [InlineData("3", 5, "version 3 (silo s0, seen N s ago); this silo has 5; allowed are 2 to 4.")]
    [InlineData("1", 3, "version 1 (silo s0, seen N s ago); this silo has 3; allowed are 1 to 2.")]
    [InlineData("3 4", 5, "version 3 (silo s0, seen N s ago); this silo has 5; allowed are 3 to 4.")]
    [InlineData("3 4", 2, "version 4 (silo s1, seen N s ago); this silo has 2; allowed are 3 to 4.")]
    public async Task A_silo_further_away_is_refused_in_one_line_and_leaves_no_trace(string running, int joining, string line)
    {
        await using var database = await Database.Create();
        var open = await database.Open();
        await Run(database, running);
        await using var silo = Silo(open, "joining", joining);
        var refusal = await Assert.ThrowsAsync<StartupException>(() => silo.RegisterAsync(CancellationToken.None));
        Assert.Equal("This cluster runs contracts " + line, Seen.Replace(refusal.Message, "seen N s ago"));
        // At least what Run wrote; more where the machine was slow meanwhile.
        Assert.InRange(int.Parse(Seen.Match(refusal.Message).Groups[1].Value, CultureInfo.InvariantCulture), 4, 59);
        Assert.Equal(0L, await database.Ask<long>("SELECT count(*) FROM orderactors.silo WHERE name = 'joining'"));
    }

    [PostgresFact]
    public async Task A_silo_that_left_or_was_not_seen_for_a_minute_does_not_count()
    {
        await using var database = await Database.Create();
        var open = await database.Open();
        var left = Silo(open, "left", 1);
        await left.RegisterAsync(CancellationToken.None);
        await left.LeaveAsync(CancellationToken.None);
        await left.DisposeAsync();
        await database.Do("INSERT INTO orderactors.silo VALUES ('crashed', 1, clock_timestamp() - interval '60 s')");

        await using var silo = Silo(open, "next", 9);
        await silo.RegisterAsync(CancellationToken.None);
        Assert.Equal("next", await database.Ask<string>("SELECT string_agg(name, ' ') FROM orderactors.silo"));
    }

    [PostgresFact]
    public async Task A_silo_that_starts_again_with_another_version_takes_its_own_place()
    {
        await using var database = await Database.Create();
        var open = await database.Open();
        await database.Do("INSERT INTO orderactors.silo VALUES ('a', 1, clock_timestamp())");
        await using var silo = Silo(open, "a", 3);
        await silo.RegisterAsync(CancellationToken.None);
        Assert.Equal(3, await database.Ask<int>("SELECT contracts FROM orderactors.silo"));
    }

    [PostgresFact]
    public async Task Of_two_that_do_not_fit_and_come_at_once_one_is_refused()
    {
        await using var database = await Database.Create();
        var open = await database.Open();
        for (var i = 0; i < 20; i++)
        {
            await using var two = new Two(Silo(open, "old", 1), Silo(open, "next", 3));
            var refused = await Task.WhenAll(Refusal(two.Old), Refusal(two.Next));
            Assert.Single(refused, e => e is StartupException);
            Assert.Single(refused, e => e is null);
        }
    }

    [PostgresFact]
    public async Task A_silo_says_that_it_is_there_also_after_the_database_failed()
    {
        await using var database = await Database.Create();
        var clock = new HandClock();
        await using var silo = Silo(await database.Open(), "a", 1, clock);
        await silo.RegisterAsync(CancellationToken.None);
        await database.Do("UPDATE orderactors.silo SET seen = clock_timestamp() - interval '30 s'; ALTER TABLE orderactors.silo RENAME TO away");
        clock.Ring();
        await database.Do("ALTER TABLE orderactors.away RENAME TO silo");
        await Until(clock, () => database.Ask<bool>("SELECT seen > clock_timestamp() - interval '20 s' FROM orderactors.silo"));
    }

    [PostgresFact]
    public async Task A_silo_that_was_away_while_others_went_on_is_told_to_stop()
    {
        await using var database = await Database.Create();
        var clock = new HandClock();
        var open = await database.Open();
        await using var slow = Silo(open, "slow", 1, clock);
        var excluded = new TaskCompletionSource<string>();
        slow.Excluded += excluded.SetResult;
        await slow.RegisterAsync(CancellationToken.None);
        await database.Do("UPDATE orderactors.silo SET seen = clock_timestamp() - interval '61 s'");
        await using var next = Silo(open, "next", 3);
        await next.RegisterAsync(CancellationToken.None);

        clock.Ring();
        Assert.Matches(
            @"^This cluster runs contracts version 3 \(silo next, seen \d+ s ago\); this silo has 1; allowed are 2 to 4\.$",
            await excluded.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [PostgresFact]
    public async Task A_silo_that_was_away_and_still_fits_is_registered_again()
    {
        await using var database = await Database.Create();
        var clock = new HandClock();
        await using var silo = Silo(await database.Open(), "a", 1, clock);
        await silo.RegisterAsync(CancellationToken.None);
        await database.Do("DELETE FROM orderactors.silo");
        await Until(clock, async () => await database.Ask<long>("SELECT count(*) FROM orderactors.silo WHERE name = 'a'") == 1);
    }

    private static ClusterContracts Silo(PostgresDatabase database, string name, int contracts, TimeProvider? clock = null) =>
        new(database, name, clock ?? TimeProvider.System, NullLogger<ClusterContracts>.Instance, contracts);

    private static Task<Exception?> Refusal(ClusterContracts silo) => Record.ExceptionAsync(() => silo.RegisterAsync(CancellationToken.None))!;

    /// <summary>Silos of these versions, last seen four seconds ago.</summary>
    private static async Task Run(Database database, string versions)
    {
        foreach (var (contracts, i) in versions.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((version, i) => (version, i)))
            await database.Do($"INSERT INTO orderactors.silo VALUES ('s{i}', {contracts}, clock_timestamp() - interval '4 s')");
    }

    private static async Task Until(HandClock clock, Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            clock.Ring();
        }
    }

    /// <summary>Two silos to be given back together.</summary>
    private sealed record Two(ClusterContracts Old, ClusterContracts Next) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Old.DisposeAsync();
            await Next.DisposeAsync();
        }
    }

    /// <summary>A clock whose timers are due when the test says so.</summary>
    private sealed class HandClock : TimeProvider
    {
        private Action _ring = () => { };

        public void Ring() => _ring();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _ring = () => callback(state);
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
