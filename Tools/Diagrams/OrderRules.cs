using System.Globalization;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tools.Diagrams;

/// <summary>The orders' rules as Markdown tables.</summary>
internal static class OrderRules
{
    /// <summary>Who may give which command, and when.</summary>
    public static string Commands(OrderExploration orders)
    {
        var kinds = orders.States.GroupBy(s => s.Status).ToDictionary(g => g.Key, g => g.Select(s => s.Kind).ToHashSet());
        var deliveries = orders.States.GroupBy(s => (s.Kind, s.Status)).ToDictionary(g => g.Key, g => g.Select(s => s.Delivery).ToHashSet());
        var rows =
            from command in orders.Moves.Where(m => !m.IsPlatforms).GroupBy(m => (m.Rank, m.What))
            from status in command.GroupBy(m => m.From.Status)
            let here = status.Select(m => m.Kind).ToHashSet()
            let at = status.Where(m => m.Kind == OrderKind.Delivery).Select(m => m.From.Delivery).ToHashSet()
            // What goes without saying is left out: every kind that gets here at all, every delivery status there is here.
            let kind = status.Key == OrderStatus.None || here.SetEquals(kinds[status.Key]) ? "" : Vocabulary.List(here)
            let everywhere = status.Key == OrderStatus.None || at.Count == 0 || at.SetEquals(deliveries[(OrderKind.Delivery, status.Key)])
            let delivery = everywhere ? "" : Vocabulary.List(at)
            group status.Key by (command.Key.Rank, command.Key.What, By: Who(status), Kind: kind, Delivery: delivery) into row
            orderby row.Key.Rank, row.Min(Vocabulary.Rank)
            select new[] { Code(row.Key.What), row.Key.By, Statuses(row), row.Key.Delivery, row.Key.Kind };
        return Table(["command", "who", "in status", "and delivery status", "of kind"], rows);
    }

    /// <summary>What an order waits for, for how long, and what comes of waiting in vain.</summary>
    public static string Deadlines(OrderExploration orders)
    {
        var rows =
            from kind in orders.Moves.Where(m => m.Command is DeadlineReached).GroupBy(m => ((DeadlineReached)m.Command).Deadline.Kind)
            orderby Placement(kind)
            select new[]
            {
                Code(Names.Of(kind.Key)), Awaited(kind.Key), Time(kind.Key), IsOwn(kind.Key) ? "yes" : "",
                Vocabulary.List(kind.Select(m => m.From.Status)), string.Join("; ", kind.Select(Outcome).Distinct().Order(StringComparer.Ordinal)),
            };
        return Table(["deadline", "what is waited for", "for how long", "merchant, zone", "in status", "then"], rows);

        // The earlier an order can come to wait for something, the higher up.
        static int Placement(IEnumerable<Move> moves) => moves.Min(m => Vocabulary.Rank(m.From.Status));
    }

    /// <summary>How an order ends before its time, and what its customer owes then.</summary>
    public static string Ends(OrderExploration orders)
    {
        var reasons =
            from move in orders.Moves
            where move.From.PaymentMethod == PaymentMethod.Card && EndsEarly(move)
            group move.To.Reason by (move.Rank, move.What, move.By, From: move.From.Status, To: move.To.Status, Owed: Owed(move.To)) into one
            select (one.Key, Reasons: Vocabulary.List(one));
        var statuses =
            from one in reasons
            group one.Key.From by (one.Key.Rank, one.Key.What, one.Key.By, one.Key.To, one.Key.Owed, one.Reasons) into row
            select (row.Key, From: Statuses(row), First: row.Min(Vocabulary.Rank));
        var rows =
            from one in statuses
            group one by (one.Key.Rank, one.Key.What, one.From, one.First, one.Key.To, one.Key.Owed, one.Key.Reasons) into row
            orderby row.Key.Rank, row.Min(one => one.Key.By), row.Key.First, row.Key.Reasons
            select new[]
            {
                Code(row.Key.What), string.Join(", ", Vocabulary.Of(row.Select(one => one.Key.By))), row.Key.From, row.Key.Reasons,
                Names.Of(row.Key.To), row.Key.Owed,
            };
        return Table(["by way of", "who", "in status", "reasons", "leads to", "customer owes"], rows);
    }

    private static bool EndsEarly(Move m) => m.From.Status != m.To.Status && (
        m.To.Status is OrderStatus.Canceled or OrderStatus.Rejected or OrderStatus.Expired or OrderStatus.Returning
        || m.To.Status == OrderStatus.Returned && m.From.Status != OrderStatus.Returning);

    private static string Owed(OrderState s) => s.Costs.Due switch
    {
        0 => "nothing",
        var due when due == s.Costs.Total => "the total",
        var due => string.Create(CultureInfo.InvariantCulture, $"{due * 100 / s.Costs.Total} % of the total"),
    };

    /// <summary>What becomes of the order; where its status stays, of the delivery; where that stays too, what is announced.</summary>
    private static string Outcome(Move m)
    {
        if (m.To.Status != m.From.Status)
            return Names.Of(m.To.Status) + (m.To.Reason == m.From.Reason ? "" : $" ({Names.Of(m.To.Reason)})");
        if (m.To.Delivery != m.From.Delivery) return $"delivery {Names.Of(m.To.Delivery)}";
        return string.Join(", ", m.To.Raised.Skip(m.From.Raised.Length).Select(e => Code(e.Type)));
    }

    private static string Awaited(DeadlineKind kind) => kind switch
    {
        DeadlineKind.Placement => "everything to be reserved, or given back",
        DeadlineKind.Payment => "the customer's payment",
        DeadlineKind.Release => "the time to send a scheduled order on",
        DeadlineKind.Acceptance => "the merchant's answer",
        DeadlineKind.CourierSearch => "a courier; never less than until the goods are ready",
        DeadlineKind.Offer => "the courier's answer to an offer",
        DeadlineKind.Pickup => "the pickup, from assignment or readiness",
        DeadlineKind.Delivery => "the handover, from the pickup",
        DeadlineKind.Collection => "the customer to come, from when the goods are ready",
        DeadlineKind.Return => "the goods to come back",
        DeadlineKind.Loss => "overdue goods to turn up",
        DeadlineKind.Modification => "the answer to a proposed change",
        DeadlineKind.Completion => "claims",
        _ => throw new InvalidOperationException($"An order waits for {kind} now; say in a few words what that is."),
    };

    private static string Time(DeadlineKind kind) => kind switch
    {
        DeadlineKind.Release => $"until the time wanted, less preparation, less {Hours(OrderExploration.Policy.DeliveryLead)} for the way of a delivery",
        DeadlineKind.Offer => "as long as the offer says",
        _ => Hours(OrderExploration.Policy.For(kind, merchant: null, zone: "")),
    };

    /// <summary>Whether merchants and zones can have a time of their own.</summary>
    private static bool IsOwn(DeadlineKind kind)
    {
        if (kind is DeadlineKind.Release or DeadlineKind.Offer) return false;
        var own = TimeSpan.FromTicks(1);
        return OrderExploration.Policy.For(kind, new OrderWaits(own, own, own, own, own, own, own), zone: "") == own;
    }

    private static string Hours(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture);

    private static string Who(IEnumerable<Move> moves) => string.Join(", ", Vocabulary.Of(moves.Select(m => m.By)));

    private static string Statuses(IEnumerable<OrderStatus> statuses) => Vocabulary.List(statuses);

    private static string Code(string text) => $"`{text}`";

    private static string Table(string[] header, IEnumerable<string[]> rows) =>
        string.Join('\n', rows.Prepend([.. header.Select(_ => "---")]).Prepend(header).Select(Row));

    private static string Row(string[] cells) => $"|{string.Concat(cells.Select(cell => cell.Length == 0 ? " |" : $" {cell} |"))}";
}
