using Xunit;

namespace OrderActors.TestKit.Servers;

/// <summary>A test that needs a real PostgreSQL; where its binaries are missing it is skipped and says so.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    /// <summary>Skips when there can be no server.</summary>
    public PostgresFactAttribute() => Skip = PostgresServer.Absent;
}

/// <summary>A test with rows that needs a real PostgreSQL.</summary>
public sealed class PostgresTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips when there can be no server.</summary>
    public PostgresTheoryAttribute() => Skip = PostgresServer.Absent;
}

/// <summary>A test that needs a real PostgreSQL and a real Redis.</summary>
public sealed class ServersFactAttribute : FactAttribute
{
    /// <summary>Skips when one of them cannot be.</summary>
    public ServersFactAttribute() => Skip = PostgresServer.Absent ?? RedisServer.Absent;
}

/// <summary>A test with rows that needs a real PostgreSQL and a real Redis.</summary>
public sealed class ServersTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips when one of them cannot be.</summary>
    public ServersTheoryAttribute() => Skip = PostgresServer.Absent ?? RedisServer.Absent;
}
