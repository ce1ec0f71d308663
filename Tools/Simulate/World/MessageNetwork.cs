using OrderActors.Embedded.Simulation;
using OrderActors.Notifications;

namespace OrderActors.Tools.Simulate.World;

/// <summary>A provider of messages that is at times slow, silent or broken.</summary>
internal sealed class MessageNetwork(Dice dice) : INotificationSender
{
    private readonly HashSet<string> _sent = new(StringComparer.Ordinal);

    /// <summary>Where time is told; set before the world begins.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Whether it fails no more.</summary>
    public bool IsCalm { get; set; }

    /// <summary>How many different messages were sent.</summary>
    public int Count => _sent.Count;

    /// <inheritdoc/>
    public async Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        var luck = IsCalm ? 1 : dice.NextDouble();
        if (luck < 0.02) throw new IOException("The message network broke off.");
        if (luck < 0.03) await Task.Delay(TimeSpan.FromMinutes(1), Clock, CancellationToken.None);
        if (luck < 0.06) return SendOutcome.Refused;
        _sent.Add(message.Id);
        return SendOutcome.Sent;
    }
}
