using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrderActors.Broadcast;

/// <summary>What every consumer of the event log needs from its host.</summary>
public sealed class SubscriberContext(IEventLog log, TimeProvider clock, IOptions<SubscriberOptions> options, ILoggerFactory loggers) : IDisposable
{
    /// <summary>What the consumers of this process are measured by.</summary>
    internal SubscriberInstruments Instruments { get; } = new(log);

    /// <summary>The event log.</summary>
    public IEventLog Log { get; } = log;

    /// <summary>The clock that waits and timeouts go by.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>How to read, retry and give up.</summary>
    public SubscriberOptions Options { get; } = options.Value;

    /// <summary>A logger for a consumer.</summary>
    public ILogger LoggerFor(Type consumer) => loggers.CreateLogger(consumer);

    /// <inheritdoc/>
    public void Dispose() => Instruments.Dispose();
}
