using OrderActors.Client.Hosting;
using StackExchange.Redis;

namespace OrderActors.Silo.Hosting;

/// <summary>The Redis that holds the cluster's membership.</summary>
internal static class RedisMembership
{
    /// <summary>Connects and makes sure that it keeps what it is told.</summary>
    /// <exception cref="StartupException">It cannot be reached or keeps nothing on disk.</exception>
    public static async Task<IConnectionMultiplexer> ConnectAsync(ClusterSettings settings)
    {
        var where = string.Join(", ", settings.RedisConfiguration.EndPoints.Select(e => e.ToString()!.Replace("Unspecified/", "", StringComparison.Ordinal)));
        var configuration = settings.RedisConfiguration.Clone();
        configuration.ClientName = "OrderActors";
        configuration.AbortOnConnectFail = true;
        configuration.ConnectRetry = 1;
        ConnectionMultiplexer redis;
        try
        {
            redis = await ConnectionMultiplexer.ConnectAsync(configuration);
        }
        catch (RedisConnectionException e)
        {
            var refused = e.FailureType == ConnectionFailureType.AuthenticationFailure ? "it refuses the password" : "it does not answer";
            throw new StartupException($"Redis at {where} cannot be used: {refused}. Cluster:Redis says where it is.", e);
        }

        try
        {
            if (settings.AllowVolatileRedis || await Persists(redis.GetDatabase())) return redis;
            throw new StartupException(
                $"Redis at {where} keeps nothing on disk: when it restarts, the cluster forgets who is in it. " +
                "Set appendonly yes there, or start with --Cluster:AllowVolatileRedis true.");
        }
        catch (RedisException e)
        {
            await redis.DisposeAsync();
            throw new StartupException($"Redis at {where} cannot be used: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    private static async Task<bool> Persists(IDatabase redis)
    {
        try
        {
            return await Setting(redis, "appendonly") == "yes" || await Setting(redis, "save") is { Length: > 0 };
        }
        catch (RedisServerException)
        {
            // CONFIG is not for everybody. What INFO tells is less: of snapshots it does not say whether they are made.
            var info = (string?)await redis.ExecuteAsync("INFO", "persistence") ?? "";
            return info.Contains("aof_enabled:1", StringComparison.Ordinal);
        }
    }

    private static async Task<string?> Setting(IDatabase redis, string name) =>
        (RedisValue[]?)await redis.ExecuteAsync("CONFIG", "GET", name) is [_, var value, ..] ? (string?)value : null;
}
