using System.Globalization;
using Microsoft.Extensions.Configuration;
using OrderActors.Client.Hosting;

namespace OrderActors.Client.Keys;

/// <summary>How the gateway knows API keys: the section <c>Keys</c>, and the operator's own key.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Keys";

    /// <summary>The shortest operator's key that a configuration may give: 16 characters.</summary>
    public const int ShortestKey = 16;

    /// <summary>The longest: 256 characters.</summary>
    public const int LongestKey = 256;

    private static readonly TimeSpan ShortestCache = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestCache = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a gateway believes what it learnt of a key, right or wrong: a revoked key is refused after this at the latest.
    /// Default 00:00:10; 00:00:00.1 to 00:05:00. Shorter asks the keys' grains more often.
    /// </summary>
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many keys a gateway remembers, and as many wrong ones; about 300 bytes each. Default 20,000; 100 to 1,000,000.</summary>
    public int CacheEntries { get; set; } = 20_000;

    /// <summary>The most keys that are asked about at once; more are refused for a moment. Default 256; 1 to 10,000.</summary>
    public int Lookups { get; set; } = 256;

    /// <summary>A key that is an operator's because the configuration says so; null for none.</summary>
    internal string? OperatorKey { get; private set; }

    /// <summary>Reads and checks the section, and the host's option <c>OperatorKey</c>.</summary>
    /// <exception cref="StartupException">An option is wrong.</exception>
    internal static ApiKeyOptions Read(IConfiguration configuration)
    {
        var options = OptionSections.Read(configuration, Section, new ApiKeyOptions());
        if (options.CacheFor < ShortestCache || options.CacheFor > LongestCache)
            throw new StartupException($"{Section}:{nameof(CacheFor)} is {options.CacheFor}; it must be {ShortestCache} to {LongestCache}.");
        HostChecks.RequireRange($"{Section}:{nameof(CacheEntries)}", options.CacheEntries, 100, 1_000_000);
        HostChecks.RequireRange($"{Section}:{nameof(Lookups)}", options.Lookups, 1, 10_000);
        options.OperatorKey = RequireKey(configuration[nameof(OperatorKey)]);
        return options;
    }

    private static string? RequireKey(string? key)
    {
        if (string.IsNullOrEmpty(key)) return null;

        // Not the key itself: the line may end up in a log.
        return key.Length is >= ShortestKey and <= LongestKey && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? key
            : throw new StartupException(string.Create(
                CultureInfo.InvariantCulture,
                $"OperatorKey has {key.Length} characters; it must be {ShortestKey} to {LongestKey} visible ASCII characters; try openssl rand -hex 32."));
    }
}
