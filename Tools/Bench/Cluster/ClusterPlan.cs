using System.Globalization;

namespace OrderActors.Tools.Bench.Cluster;

/// <summary>How a cluster is driven.</summary>
/// <param name="Urls">The gateways: http://address:port each. Callers spread over them and go to the next when one fails.</param>
internal sealed record ClusterPlan(IReadOnlyList<Uri> Urls)
{
    /// <summary>An operator's API key.</summary>
    public string Key { get; init; } = "";

    /// <summary>How long orders are placed.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Orders under way at the same time. 1 to 10,000.</summary>
    public int Callers { get; init; } = 32;

    /// <summary>Merchants, a zone for every eight. 1 to 10,000.</summary>
    public int Merchants { get; init; } = 100;

    /// <summary>
    /// Couriers to begin with, over all zones; 0 to 100,000. More are added for orders that find none. 0 stands for four for each
    /// caller, and at least four in each zone.
    /// </summary>
    public int Couriers { get; init; }

    /// <summary>Customers who order in turns. 1 to 100,000; each may place 1,000 orders in 10 minutes.</summary>
    public int Customers { get; init; } = 1_000;

    /// <summary>How long a command is tried again with the same key. 1 second to 10 minutes.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one try may take.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Sets this run's merchants, couriers, customers and keys apart from every other run's.</summary>
    public string Run { get; init; } = Guid.NewGuid().ToString("N")[..10];

    /// <summary>How many zones there are.</summary>
    public int Zones => Math.Clamp(Merchants / 8, 1, 32);

    /// <summary>How many couriers there are to begin with.</summary>
    public int InitialCouriers => Couriers > 0 ? Couriers : Math.Max(4 * Callers, 4 * Zones);

    /// <summary>Reads gateways separated by commas.</summary>
    /// <exception cref="BadInputException">One is no address, or not of this machine.</exception>
    public static IReadOnlyList<Uri> ParseUrls(string urls, bool allowRemote)
    {
        var found = new List<Uri>();
        foreach (var text in urls.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.PathAndQuery != "/")
                throw new BadInputException($"--urls has '{text}'; it must be http://address:port, several separated by commas.");
            if (!url.IsLoopback && !allowRemote)
            {
                throw new BadInputException(
                    $"--urls has '{text}', which is not this machine. The bench places thousands of orders that stay; say --allow-remote if that is meant.");
            }

            found.Add(url);
        }

        return found.Count > 0 ? found : throw new BadInputException("--urls is empty; it must be http://address:port, several separated by commas.");
    }

    /// <summary>Refuses what is out of range.</summary>
    /// <exception cref="BadInputException">Something is.</exception>
    public void Validate()
    {
        Require("--seconds", Duration.TotalSeconds, 0.1, 3600);
        Require("--callers", Callers, 1, 10_000);
        Require("--merchants", Merchants, 1, 10_000);
        Require("--couriers", Couriers, 0, 100_000);
        Require("--customers", Customers, 1, 100_000);
        Require("--patience", Patience.TotalSeconds, 1, 600);
    }

    private static void Require(string option, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be {least} to {most}."));
    }
}
