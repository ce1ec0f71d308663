using Microsoft.Extensions.Options;
using OrderActors.Broadcast;
using OrderActors.Client.Telemetry;
using OrderActors.Silo.Storage;
using OrderActors.Silo.Streams;
using OrderActors.Storage;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Dashboard;
using Orleans.Runtime;
using StackExchange.Redis;

namespace OrderActors.Silo.Hosting;

/// <summary>A silo put together: membership in Redis; states, events and reminders in PostgreSQL; grains placed by role.</summary>
internal static class ClusterSetup
{
    /// <summary>Adds the silo over a Redis and a database that are open.</summary>
    public static void AddSilo(
        this WebApplicationBuilder builder, ClusterSettings cluster, PostgresOptions postgres, StorageChoices storages, PostgresDatabase database,
        PostgresStore store, IConnectionMultiplexer redis, FatalStop fatal, Action<TlsOptions>? tls, DashboardSettings? dashboard)
    {
        // Instances, which the container does not dispose: they outlive it.
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton<IEventStore>(store);
        builder.Services.AddSingleton<IEventLog, StoredEventLog>();
        builder.Services.AddSingleton<IFatalErrorHandler>(fatal);
        builder.Services.AddOrderActorsGrains();
        builder.UseOrleans(silo =>
        {
            silo.AddMembership(cluster, redis);
            silo.AddStorages(storages, store, postgres.ConnectionString);
            silo.AddReminders();
            silo.Services.AddSingleton<IReminderTable, ReminderTable>();
            silo.AddLogStreams();
            silo.UseRoles(cluster.WorkClasses);
            silo.AddLimits(cluster);
            if (tls is not null) silo.UseTls(tls);
            // A filter on every call, so only where somebody looks at traces.
            if (builder.Configuration[$"{OtlpOptions.Section}:{nameof(OtlpOptions.Endpoint)}"] is { Length: > 0 }) silo.AddActivityPropagation();
            if (dashboard is not null) silo.AddDashboard(options => options.CounterUpdateIntervalMs = (int)dashboard.CountEvery.TotalMilliseconds);
        });
    }

    private static void AddMembership(this ISiloBuilder silo, ClusterSettings cluster, IConnectionMultiplexer redis)
    {
        var loopback = System.Net.IPAddress.IsLoopback(cluster.Address);
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
        silo.ConfigureEndpoints(cluster.Address, cluster.SiloPort, cluster.GatewayPort, listenOnAnyHostAddress: !loopback);
        silo.UseRedisClustering(options =>
        {
            options.ConfigurationOptions = cluster.RedisConfiguration;
            options.CreateMultiplexer = _ => Task.FromResult((redis, true));
        });
        if (cluster.DirectoryInRedis)
        {
            silo.UseRedisGrainDirectoryAsDefault(options =>
            {
                options.ConfigurationOptions = cluster.RedisConfiguration;
                options.CreateMultiplexer = _ => Task.FromResult((redis, true));
            });
        }

        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, StaleMembers>();
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = cluster.ProbeTimeout;
            options.NumMissedProbesLimit = cluster.MissedProbes;
            options.NumVotesForDeathDeclaration = cluster.DeathVotes;
            options.TableRefreshTimeout = cluster.TableRefresh;
            options.MaxJoinAttemptTime = cluster.JoinTimeout;
            // Three of these missed and a silo that starts does not wait for one that is gone.
            options.IAmAliveTablePublishTimeout = cluster.TableRefresh;
            // The table is read as a whole every time, so what is gone should not stay for a week.
            options.DefunctSiloExpiration = TimeSpan.FromHours(1);
            options.DefunctSiloCleanupPeriod = TimeSpan.FromMinutes(10);
        });
    }

    private static void AddLimits(this ISiloBuilder silo, ClusterSettings cluster)
    {
        silo.Configure<SiloMessagingOptions>(options =>
        {
            options.ResponseTimeout = cluster.ResponseTimeout;
            options.MaxEnqueuedRequestsHardLimit = cluster.MailboxLimit;
        });
        silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionAge = cluster.CollectionAge;
            options.EnableActivationSheddingOnMemoryPressure = true;
        });
    }
}
