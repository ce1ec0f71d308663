using System.Collections.Frozen;
using System.Globalization;
using OrderActors.Broadcast;

namespace OrderActors.Notifications;

/// <summary>What is said on an event.</summary>
/// <param name="Urgent">Whether it is sent in quiet hours as well: it is only of use at once.</param>
/// <param name="Lifetime">After how long it is of no use any more.</param>
/// <param name="En">In English; <c>{order}</c> and <c>{amount}</c> are filled in.</param>
/// <param name="De">In German.</param>
internal sealed record NotificationTemplate(bool Urgent, TimeSpan Lifetime, string En, string De)
{
    public string In(NotificationLanguage language) => language == NotificationLanguage.De ? De : En;
}

/// <summary>All messages in all languages. An event that is not here is not told.</summary>
internal static class NotificationTemplates
{
    private static readonly TimeSpan Soon = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    /// <summary>By the event's type.</summary>
    public static readonly FrozenDictionary<string, NotificationTemplate> All = new Dictionary<string, NotificationTemplate>
    {
        [EventTypes.OrderAccepted] = new(true, Soon, "Your order {order} was accepted.", "Ihre Bestellung {order} wurde angenommen."),
        [EventTypes.OrderRejected] = new(
            true, Soon, "We are sorry: the merchant could not take your order {order}.",
            "Es tut uns leid: Der Händler konnte Ihre Bestellung {order} nicht annehmen."),
        [EventTypes.OrderCanceled] = new(true, Soon, "Your order {order} was cancelled.", "Ihre Bestellung {order} wurde storniert."),
        [EventTypes.OrderExpired] = new(
            true, Soon, "Your order {order} was not paid in time and has ended.",
            "Ihre Bestellung {order} wurde nicht rechtzeitig bezahlt und ist beendet."),
        [EventTypes.OrderPaymentRequested] = new(
            true, Soon, "Please pay for your order {order}: {amount}.", "Bitte bezahlen Sie Ihre Bestellung {order}: {amount}."),
        [EventTypes.OrderPaymentFailed] = new(
            true, Soon, "The payment for your order {order} failed. Please try another card.",
            "Die Zahlung für Ihre Bestellung {order} ist fehlgeschlagen. Bitte versuchen Sie eine andere Karte."),
        [EventTypes.OrderReady] = new(true, Soon, "Your order {order} is ready.", "Ihre Bestellung {order} ist fertig."),
        [EventTypes.OrderModificationProposed] = new(
            true, Soon, "A change of your order {order} waits for your answer.", "Eine Änderung Ihrer Bestellung {order} wartet auf Ihre Antwort."),
        [EventTypes.DeliveryPickedUp] = new(true, Soon, "Your order {order} is on its way.", "Ihre Bestellung {order} ist unterwegs."),
        [EventTypes.DeliveryArrivedAtDropoff] = new(
            true, TimeSpan.FromMinutes(15), "Your courier is there with your order {order}.", "Ihr Kurier ist mit Ihrer Bestellung {order} da."),
        [EventTypes.OrderDelivered] = new(false, Day, "Your order {order} was delivered. Enjoy!", "Ihre Bestellung {order} wurde geliefert. Guten Appetit!"),
        [EventTypes.OrderReturned] = new(
            false, Day, "Your order {order} could not be handed over and went back.",
            "Ihre Bestellung {order} konnte nicht übergeben werden und ging zurück."),
        [EventTypes.RefundApproved] = new(
            false, Day, "Your refund of {amount} for order {order} was granted.", "Ihre Erstattung von {amount} für die Bestellung {order} wurde gewährt."),
        [EventTypes.RefundDeclined] = new(
            false, Day, "Your refund of {amount} for order {order} was not granted.",
            "Ihre Erstattung von {amount} für die Bestellung {order} wurde nicht gewährt."),
        [EventTypes.RefundCompleted] = new(
            false, Day, "{amount} for order {order} went back to you.", "{amount} für die Bestellung {order} gingen an Sie zurück."),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The text of a notice.</summary>
    public static string Text(NotificationTemplate template, Notice notice, NotificationLanguage language) => template.In(language)
        .Replace("{order}", notice.Order.ToString(), StringComparison.Ordinal)
        .Replace("{amount}", notice.Amount is { } amount ? Amount(amount, language) : "", StringComparison.Ordinal);

    private static string Amount(Values.Money money, NotificationLanguage language)
    {
        var digits = money.Currency is "JPY" or "KRW" or "VND" or "CLP" ? 0 : money.Currency is "BHD" or "KWD" or "TND" or "JOD" or "OMR" ? 3 : 2;
        var text = (money.Amount / (decimal)Math.Pow(10, digits)).ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return $"{(language == NotificationLanguage.De ? text.Replace('.', ',') : text)} {money.Currency}";
    }
}
