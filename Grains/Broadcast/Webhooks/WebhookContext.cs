using Microsoft.Extensions.Options;

namespace OrderActors.Broadcast.Webhooks;

/// <summary>The dice of retries. Tests and simulations bring a seeded one.</summary>
internal class WebhookDice
{
    /// <summary>A number from 0 to 1.</summary>
    public virtual double NextDouble() => System.Security.Cryptography.RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);
}

/// <summary>What every endpoint needs from its host.</summary>
internal sealed class WebhookContext(
    IEventLog log, IWebhookSender sender, IWebhookSecrets secrets, WebhookSlots slots, TimeProvider clock, IOptions<WebhookOptions> options,
    WebhookDice random)
{
    public IEventLog Log { get; } = log;

    public IWebhookSender Sender { get; } = sender;

    public IWebhookSecrets Secrets { get; } = secrets;

    public WebhookSlots Slots { get; } = slots;

    public TimeProvider Clock { get; } = clock;

    public WebhookOptions Options { get; } = options.Value;

    /// <summary>Draws a number from 0 to 1, so that what failed together does not come back together.</summary>
    public double Draw() => random.NextDouble();
}
