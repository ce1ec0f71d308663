using OrderActors.Values;

namespace OrderActors.Notifications;

/// <summary>A message on its way.</summary>
/// <param name="Id">The same id again is the same message: a sender that knows it sends it once.</param>
/// <param name="Channel">How.</param>
/// <param name="To">The phone number or the app's token. Not for logs.</param>
/// <param name="Text">What it says. Not for logs.</param>
/// <param name="Language">In which language.</param>
/// <param name="Order">The order it is about.</param>
public sealed record OutgoingMessage(string Id, NotificationChannel Channel, string To, string Text, NotificationLanguage Language, OrderNumber Order);

/// <summary>What became of a message.</summary>
public enum SendOutcome
{
    /// <summary>It is on its way.</summary>
    Sent,

    /// <summary>It will never be: the number is none, the app is gone.</summary>
    Refused,
}

/// <summary>Sends text messages and messages of the app. What throws is tried again.</summary>
public interface INotificationSender
{
    /// <summary>Sends a message.</summary>
    Task<SendOutcome> SendAsync(OutgoingMessage message, CancellationToken cancellation);
}
