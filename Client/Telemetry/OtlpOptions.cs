using OrderActors.Client.Hosting;

namespace OrderActors.Client.Telemetry;

/// <summary>Where traces and metrics are sent by the OpenTelemetry protocol: the section <c>Otlp</c>.</summary>
public sealed class OtlpOptions
{
    /// <summary>The section's name.</summary>
    internal const string Section = "Otlp";

    /// <summary>
    /// The collector, such as <c>http://collector:4318</c>. No default: without it nothing is sent, and no span is made.
    /// </summary>
    public string Endpoint { get; set; } = "";

    /// <summary>http (protobuf, to <c>/v1/traces</c> and <c>/v1/metrics</c> under the endpoint) or grpc. Default http.</summary>
    public string Protocol { get; set; } = "http";

    /// <summary>Headers that go along, <c>name=value</c> with commas between, such as a collector's key. No default.</summary>
    public string Headers { get; set; } = "";

    /// <summary>What the platform is called there. Default orderactors.</summary>
    public string ServiceName { get; set; } = "orderactors";

    /// <summary>
    /// The share of requests whose trace is recorded, when the caller's own trace does not say. Default 0.05; 0 to 1. A recorded
    /// request costs some fifty spans.
    /// </summary>
    public double SampleRatio { get; set; } = 0.05;

    /// <summary>How often metrics are sent. Default 1 minute; 1 second to 1 hour.</summary>
    public TimeSpan MetricsInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Spans that wait to be sent; what comes beyond is dropped. Default 8,192; 512 to 1,000,000.</summary>
    public int MaxQueuedSpans { get; set; } = 8_192;

    /// <summary>How long one sending may take. Default 10 seconds; 100 milliseconds to 5 minutes.</summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether anything is sent.</summary>
    internal bool IsOn => Endpoint.Length > 0;

    /// <summary>Throws, naming the option, if a value is wrong.</summary>
    /// <exception cref="StartupException">It is.</exception>
    internal void Validate()
    {
        if (IsOn && (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
            throw new StartupException($"{Section}:{nameof(Endpoint)} is '{Endpoint}'; it must be an absolute http or https URL.");
        if (Protocol is not ("http" or "grpc")) throw new StartupException($"{Section}:{nameof(Protocol)} is '{Protocol}'; it must be http or grpc.");
        if (ServiceName.Length is 0 or > 100) throw new StartupException($"{Section}:{nameof(ServiceName)} must have 1 to 100 characters.");
        HostChecks.RequireRange($"{Section}:{nameof(SampleRatio)}", SampleRatio, 0, 1);
        HostChecks.RequireRange($"{Section}:{nameof(MetricsInterval)}", MetricsInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        HostChecks.RequireRange($"{Section}:{nameof(MaxQueuedSpans)}", MaxQueuedSpans, 512, 1_000_000);
        HostChecks.RequireRange($"{Section}:{nameof(SendTimeout)}", SendTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
    }
}
