using Microsoft.Extensions.Configuration;
using OrderActors.Client.Hosting;

namespace OrderActors.Client.Feeds;

/// <summary>How events are streamed to readers: the section <c>Feeds</c>.</summary>
public sealed class FeedOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Feeds";

    /// <summary>Readers at once in one process; one more is refused. Default 1,000; 1 to 100,000.</summary>
    public int MaxReaders { get; set; } = 1_000;

    /// <summary>
    /// Pages of up to 256 events that wait for one reader; one with more is dropped. Default 64; 1 to 10,000. The pages are shared by all
    /// readers: so many, about 300 KB each, is what a process keeps at most.
    /// </summary>
    public int MaxPages { get; set; } = 64;

    /// <summary>How often a reader without news hears that the stream is alive. Default 15 seconds; 100 milliseconds to 10 minutes.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>When a reader whose stream ended is to come back. Default 3 seconds; 100 milliseconds to 10 minutes.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a reader may take nothing of what is sent to it. Default 10 seconds; 100 milliseconds to 10 minutes.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a stream lasts before its reader has to come back, with a key that is still valid. Default 1 hour; 1 second to 1 day.
    /// </summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="StartupException">An option is wrong.</exception>
    internal static FeedOptions Read(IConfiguration configuration)
    {
        var options = OptionSections.Read(configuration, Section, new FeedOptions());
        HostChecks.RequireRange($"{Section}:{nameof(MaxReaders)}", options.MaxReaders, 1, 100_000);
        HostChecks.RequireRange($"{Section}:{nameof(MaxPages)}", options.MaxPages, 1, 10_000);
        HostChecks.RequireRange($"{Section}:{nameof(Heartbeat)}", options.Heartbeat, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        HostChecks.RequireRange($"{Section}:{nameof(Retry)}", options.Retry, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        HostChecks.RequireRange($"{Section}:{nameof(WriteTimeout)}", options.WriteTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        HostChecks.RequireRange($"{Section}:{nameof(MaxAge)}", options.MaxAge, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        return options;
    }
}
