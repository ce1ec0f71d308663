using System.Diagnostics;
using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrderActors.Client.Operations.Metrics;

namespace OrderActors.Client.Telemetry;

/// <summary>
/// Sends traces and metrics to a collector while it lives, from threads of its own: whoever makes a span waits for nothing, and
/// what the queue does not hold is dropped.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>The sources of spans: the web server, grain calls, storage, ours, the HTTP client (whose span a dependency's hangs on).</summary>
    public static readonly string[] Sources =
        ["Microsoft.AspNetCore", "Microsoft.Orleans.Application", "Microsoft.Orleans.Storage", "OrderActors.*", "System.Net.Http"];

    private const int MostInABatch = 512;

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    public OtlpExport(OtlpOptions options)
    {
        var resource = ResourceBuilder.CreateDefault().AddService(
            options.ServiceName,
            serviceVersion: typeof(OtlpExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}");
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(Sources)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.SampleRatio)))
            .AddProcessor(new WithoutIds())
            .AddProcessor(new BatchActivityExportProcessor(
                new OtlpTraceExporter(Sending(options, "v1/traces")), options.MaxQueuedSpans, maxExportBatchSize: MostInABatch))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter([.. MetricStore.OtherMeters, MetricStore.OurMeters + "*"])
            .AddReader(new PeriodicExportingMetricReader(
                new OtlpMetricExporter(Sending(options, "v1/metrics")), (int)options.MetricsInterval.TotalMilliseconds))
            .Build();
    }

    /// <summary>Sends what waits, for a few seconds at most.</summary>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static OtlpExporterOptions Sending(OtlpOptions options, string path) => new()
    {
        Endpoint = options.Protocol == "grpc" ? new Uri(options.Endpoint) : new Uri(options.Endpoint.TrimEnd('/') + "/" + path),
        Protocol = options.Protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
        Headers = options.Headers.Length == 0 ? null : options.Headers,
        TimeoutMilliseconds = (int)options.SendTimeout.TotalMilliseconds,
    };

    /// <summary>
    /// Takes from the spans of others what tells of somebody: grains' keys are customers' and couriers' ids, paths have them too.
    /// </summary>
    internal sealed class WithoutIds : BaseProcessor<Activity>
    {
        private static readonly string[] Telling = ["url.path", "url.query", "url.full", "client.address", "user_agent.original"];

        public override void OnEnd(Activity data)
        {
            ArgumentNullException.ThrowIfNull(data);
            List<string>? telling = null;
            foreach (ref readonly var tag in data.EnumerateTagObjects())
            {
                var isId = tag.Key.StartsWith("rpc.orleans.", StringComparison.Ordinal) || tag.Key.EndsWith("grain.id", StringComparison.Ordinal);
                if (isId || Array.IndexOf(Telling, tag.Key) >= 0) (telling ??= []).Add(tag.Key);
            }

            // Setting null removes it, which must not happen while they are gone through.
            foreach (var key in telling ?? []) data.SetTag(key, null);
        }
    }
}
