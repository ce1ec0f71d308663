using System.Collections.Immutable;

namespace OrderActors.Notifications;

/// <summary>
/// Sends nothing and remembers the newest messages, each id once. The default. A recipient that begins with <c>fail</c> is refused.
/// </summary>
public sealed class SandboxSender : INotificationSender
{
    /// <summary>How many messages are remembered.</summary>
    public const int MaxMessages = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<OutgoingMessage> _messages = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>The newest messages, oldest first.</summary>
    public ImmutableArray<OutgoingMessage> Messages
    {
        get
        {
            lock (_gate) return [.. _messages];
        }
    }

    /// <inheritdoc/>
    public Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.To.StartsWith("fail", StringComparison.Ordinal)) return Task.FromResult(SendOutcome.Refused);
        lock (_gate)
        {
            if (_ids.Add(message.Id)) _messages.Enqueue(message);
            if (_messages.Count > MaxMessages) _ids.Remove(_messages.Dequeue().Id);
        }

        return Task.FromResult(SendOutcome.Sent);
    }
}
