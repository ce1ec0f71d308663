using System.Globalization;
using StackExchange.Redis;

namespace OrderActors.Client.Hosting.Cluster;

/// <summary>Which cluster the gateway belongs to, and where its members are listed: the section Cluster of a gateway.</summary>
internal sealed class ClusterAddress
{
    /// <summary>The cluster's id, as its silos have it. Default orderactors; 1 to 64 letters, digits, '-', '_' or '.'.</summary>
    public string ClusterId { get; set; } = "orderactors";

    /// <summary>The service's id, as its silos have it. Default orderactors; 1 to 64 letters, digits, '-', '_' or '.'.</summary>
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
        if (RefreshPeriod < TimeSpan.FromSeconds(1) || RefreshPeriod > TimeSpan.FromMinutes(5))
        {
            throw new StartupException(string.Create(
                CultureInfo.InvariantCulture, $"Cluster:RefreshPeriod is {RefreshPeriod}; allowed are 00:00:01 to 00:05:00."));
        }

        try
        {
            if (ConfigurationOptions.Parse(Redis).EndPoints.Count > 0) return;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // Not with the value: it may hold a password.
            throw new StartupException($"Cluster:Redis cannot be read: {e.Message.Split(" (Parameter")[0]} It must be host:port, and options after commas.", e);
        }

        throw new StartupException("Cluster:Redis names no server; it must be host:port, and options after commas.");
    }

    private static void RequireId(string name, string value)
    {
        if (value.Length is > 0 and <= 64 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) return;
        throw new StartupException($"Cluster:{name} is '{value}'; it must be 1 to 64 letters, digits, '-', '_' or '.'.");
    }
}
