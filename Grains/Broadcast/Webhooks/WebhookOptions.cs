using Microsoft.Extensions.Options;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>How webhooks are sent.</summary>
public sealed class WebhookOptions
{
    /// <summary>Whether endpoints may be http and not only https. Default false.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>
    /// Whether endpoints may be loopback, link-local, private or otherwise not on the public internet. Default false: who may create an
    /// endpoint could otherwise reach what only this machine should.
    /// </summary>
    public bool AllowPrivate { get; set; }

    /// <summary>How long one try may take. Default 15 seconds; 100 milliseconds to 20 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Tries under way at once at one endpoint that takes them quickly; one that does not gets one. Default 8; 1 to 64.</summary>
    public int MaxPerEndpoint { get; set; } = 8;

    /// <summary>
    /// Tries under way at once in one process, beyond the one that every endpoint may have under way always. Default 256; 0 to 10,000.
    /// </summary>
    public int MaxExtra { get; set; } = 256;

    /// <summary>Events that may wait for one endpoint; with more it is disabled. Default 100,000; 100 to 10,000,000.</summary>
    public int MaxWaiting { get; set; } = 100_000;

    /// <summary>Endpoints in all. Default 1,000; 1 to 10,000. Each event is compared with each.</summary>
    public int MaxEndpoints { get; set; } = 1_000;

    /// <summary>Endpoints of one owner. Default 16; 1 to 1,000.</summary>
    public int MaxPerOwner { get; set; } = 16;

    /// <summary>The longest time between two tries of an endpoint at which everything fails. Default 15 minutes; 1 second to 1 day.</summary>
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>After how long without a success an endpoint is disabled. Default 3 days; 1 minute to 30 days.</summary>
    public TimeSpan DisableAfter { get; set; } = TimeSpan.FromDays(3);
}

/// <summary>Checks <see cref="WebhookOptions"/>.</summary>
internal sealed class WebhookOptionsValidator : IValidateOptions<WebhookOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        var range = new OptionRange(nameof(WebhookOptions))
            .Check(nameof(options.Timeout), options.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(20))
            .Check(nameof(options.MaxPerEndpoint), options.MaxPerEndpoint, 1, 64)
            .Check(nameof(options.MaxExtra), options.MaxExtra, 0, 10_000)
            .Check(nameof(options.MaxWaiting), options.MaxWaiting, 100, 10_000_000)
            .Check(nameof(options.MaxEndpoints), options.MaxEndpoints, 1, 10_000)
            .Check(nameof(options.MaxPerOwner), options.MaxPerOwner, 1, 1_000)
            .Check(nameof(options.MaxPause), options.MaxPause, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1))
            .Check(nameof(options.DisableAfter), options.DisableAfter, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30));
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
