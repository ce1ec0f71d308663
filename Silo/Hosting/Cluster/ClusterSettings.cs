using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using OrderActors.Client.Hosting;
using OrderActors.Governance;
using StackExchange.Redis;

namespace OrderActors.Silo.Hosting;

/// <summary>Which cluster a silo belongs to, how the others reach it and how soon they notice that it is gone: the section Cluster.</summary>
public sealed class ClusterSettings
{
    /// <summary>The section's name.</summary>
    internal const string Section = "Cluster";

    /// <summary>The cluster's name: silos and gateways of the same name find each other. Default orderactors; the database remembers it.</summary>
    public string ClusterId { get; set; } = "orderactors";

    /// <summary>What reminders and memberships are stored under, the same for every cluster that takes over from another. Default orderactors.</summary>
    public string ServiceId { get; set; } = "orderactors";

    /// <summary>The Redis that holds the membership, as StackExchange.Redis writes it: address:port,password=…. Default 127.0.0.1:6379.</summary>
    public string Redis { get; set; } = "127.0.0.1:6379";

    /// <summary>Whether a Redis may be used that keeps nothing on disk. Default false: when it restarts, the cluster forgets who is in it.</summary>
    public bool AllowVolatileRedis { get; set; }

    /// <summary>
    /// The address at which other silos and gateways reach this one. Default 127.0.0.1 when Urls are on this machine alone, else
    /// the first address of the machine that others can reach.
    /// </summary>
    public string AdvertisedAddress { get; set; } = "";

    /// <summary>The port for other silos. Default 11111; 0 takes a free one.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>The port for gateways. Default 30000; 0 takes a free one.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Which work this silo takes: critical, secondary, non-critical, with ',' between. Default all of them.</summary>
    public string Roles { get; set; } = "critical,secondary,non-critical";

    /// <summary>
    /// Where it is kept on which silo a grain is: <c>memory</c> of the silos, or <c>redis</c>, which costs a round trip per
    /// activation and stays when silos die. Default memory.
    /// </summary>
    public string Directory { get; set; } = "memory";

    /// <summary>How long a silo may take to answer a probe, and how often it is probed. Default 1 s; 100 ms to 1 min.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>After how many missed probes in a row a silo suspects another. Default 3; 1 to 20.</summary>
    public int MissedProbes { get; set; } = 3;

    /// <summary>How many silos must suspect one before it is out, or half of those that are left if that is fewer. Default 2; 1 to 10.</summary>
    public int DeathVotes { get; set; } = 2;

    /// <summary>How often a silo reads the membership although nobody told it of a change. Default 5 s; 1 s to 10 min.</summary>
    public TimeSpan TableRefresh { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a silo tries to reach the others when it joins. Default 1 min; 1 s to 10 min.</summary>
    public TimeSpan JoinTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a caller waits for an answer before it gets a time-out. Default 30 s; 100 ms to 1 h.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests that may wait for one activation; more are refused. Default 10,000; 1 to 1,000,000.</summary>
    public int MailboxLimit { get; set; } = 10_000;

    /// <summary>After how long without a request an activation is collected. Default 10 min; 2 min to 1 day.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The work this silo takes.</summary>
    internal IReadOnlyList<WorkClass> WorkClasses { get; private set; } = [];

    /// <summary>How Redis is reached.</summary>
    internal ConfigurationOptions RedisConfiguration { get; private set; } = new();

    /// <summary>Where the silo is reached; resolved from <see cref="AdvertisedAddress"/>.</summary>
    internal IPAddress Address { get; private set; } = IPAddress.Loopback;

    /// <summary>Whether the grain directory is in Redis.</summary>
    internal bool DirectoryInRedis => Directory.Equals("redis", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads and checks the section; ports that are 0 become free ones.</summary>
    /// <exception cref="StartupException">Something is wrong.</exception>
    internal static ClusterSettings Read(IConfiguration configuration, string urls)
    {
        var settings = OptionSections.Read(configuration, Section, new ClusterSettings());
        settings.Validate();
        settings.Address = settings.Resolve(urls);
        settings.SiloPort = HostChecks.FreePort(settings.SiloPort);
        settings.GatewayPort = HostChecks.FreePort(settings.GatewayPort);
        return settings;
    }

    private void Validate()
    {
        RequireName(nameof(ClusterId), ClusterId);
        RequireName(nameof(ServiceId), ServiceId);
        Require(nameof(SiloPort), SiloPort, 0, 65535);
        Require(nameof(GatewayPort), GatewayPort, 0, 65535);
        if (SiloPort == GatewayPort && SiloPort != 0)
            throw new StartupException($"Cluster:SiloPort and Cluster:GatewayPort are both {SiloPort}; they must differ.");
        Require(nameof(ProbeTimeout), ProbeTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Require(nameof(MissedProbes), MissedProbes, 1, 20);
        Require(nameof(DeathVotes), DeathVotes, 1, 10);
        Require(nameof(TableRefresh), TableRefresh, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Require(nameof(JoinTimeout), JoinTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Require(nameof(ResponseTimeout), ResponseTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Require(nameof(MailboxLimit), MailboxLimit, 1, 1_000_000);
        Require(nameof(CollectionAge), CollectionAge, TimeSpan.FromMinutes(2), TimeSpan.FromDays(1));
        if (!DirectoryInRedis && !Directory.Equals("memory", StringComparison.OrdinalIgnoreCase))
            throw new StartupException($"Cluster:Directory is '{Directory}'; allowed are memory and redis.");
        WorkClasses = [.. Roles.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(RoleOf).Distinct()];
        if (WorkClasses.Count == 0) throw new StartupException($"Cluster:Roles is '{Roles}'; {AllowedRoles}");
        try
        {
            RedisConfiguration = ConfigurationOptions.Parse(Redis);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // The message may quote what was given, and that may be a password.
            throw new StartupException("Cluster:Redis cannot be read; it is written address:port,password=…, such as 127.0.0.1:6379.", e);
        }

        if (RedisConfiguration.EndPoints.Count == 0)
            throw new StartupException("Cluster:Redis names no address; it is written address:port, such as 127.0.0.1:6379.");
    }

    private IPAddress Resolve(string urls)
    {
        if (AdvertisedAddress.Length > 0)
        {
            return IPAddress.TryParse(AdvertisedAddress, out var given) && !given.Equals(IPAddress.Any) && !given.Equals(IPAddress.IPv6Any)
                ? given
                : throw new StartupException(
                    $"Cluster:AdvertisedAddress is '{AdvertisedAddress}'; it must be an address that others can reach, such as 10.0.0.7.");
        }

        if (HostChecks.AreLoopback(urls)) return IPAddress.Loopback;
        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(address => address.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
            ?? throw new StartupException("This machine has no address that others can reach; set Cluster:AdvertisedAddress.");
    }

    private const string AllowedRoles = "allowed are critical, secondary and non-critical, at least one, with ',' between.";

    private static WorkClass RoleOf(string name)
    {
        foreach (var role in Enum.GetValues<WorkClass>())
        {
            if (RolePlacement.NameOf(role).Equals(name, StringComparison.OrdinalIgnoreCase)) return role;
        }

        throw new StartupException($"Cluster:Roles has '{name}'; {AllowedRoles}");
    }

    private static void RequireName(string option, string name)
    {
        if (name.Length is 0 or > 100 || name.AsSpan().ContainsAnyExcept(NameCharacters))
            throw new StartupException($"Cluster:{option} is '{name}'; it must be 1 to 100 letters, digits, '-', '_' or '.'.");
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private static void Require<T>(string name, T value, T least, T most)
        where T : IComparable<T> => HostChecks.RequireRange($"{Section}:{name}", value, least, most);
}
