using OrderActors.Notifications;
using OrderActors.Silo.Outbound.Pipelines;

namespace OrderActors.Silo.Outbound.Notifications;

/// <summary>A sender behind its pipeline. A message has its id, so it may be tried again.</summary>
internal sealed class PipelinedSender(INotificationSender sender, OutboundPipeline pipeline) : INotificationSender
{
    public Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellation) =>
        pipeline.ExecuteAsync("send", repeatable: true, c => sender.SendAsync(message, c), cancellation);
}
