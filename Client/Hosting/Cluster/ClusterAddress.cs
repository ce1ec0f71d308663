using StackExchange.Redis;

namespace OrderActors.Client.Hosting.Cluster;

/// <summary>Which cluster the gateway belongs to, and where its members are listed: the section Cluster of a gateway.</summary>
internal sealed class ClusterAddress
{
    /// <summary>The cluster's id, as its silos have it. Default orderactors; 1 to 100 letters, digits, '-', '_' or '.'.</summary>
    public string ClusterId { get; set; } = "orderactors";

    /// <summary>The service's id, as its silos have it. Default orderactors; 1 to 100 letters, digits, '-', '_' or '.'.</summary>
    public string ServiceId { get; set; } = "orderactors";

    /// <summary>Redis, where the silos are listed, as StackExchange.Redis writes it: host:port, and options after commas. Default 127.0.0.1:6379.</summary>
    public string Redis { get; set; } = "127.0.0.1:6379";

    /// <summary>How often the list of silos is read again. Default 00:00:05; 00:00:01 to 00:05:00.</summary>
    public TimeSpan RefreshPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="StartupException">An option is not possible.</exception>
    public void Validate()
    {
        RequireId(nameof(ClusterId), ClusterId);
        RequireId(nameof(ServiceId), ServiceId);
        HostChecks.RequireRange("Cluster:" + nameof(RefreshPeriod), RefreshPeriod, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        try
        {
            if (ConfigurationOptions.Parse(Redis).EndPoints.Count > 0) return;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // The message may quote what was given, and that may be a password.
            throw new StartupException("Cluster:Redis cannot be read; it is written address:port,password=…, such as 127.0.0.1:6379.", e);
        }

        throw new StartupException("Cluster:Redis names no address; it is written address:port, such as 127.0.0.1:6379.");
    }

    private static void RequireId(string name, string value)
    {
        if (value.Length is > 0 and <= 100 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) return;
        throw new StartupException($"Cluster:{name} is '{value}'; it must be 1 to 100 letters, digits, '-', '_' or '.'.");
    }
}
