using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tools.Diagrams;

/// <summary>One axis of the orders' states as a Mermaid diagram.</summary>
internal static class StateDiagram
{
    private const string Outside = "[*]";

    /// <summary>An arrow before those with the same ends become one.</summary>
    private readonly record struct Arrow(int From, int To, string What, Role? By, int Rank);

    /// <summary>The order's own axis, for one kind.</summary>
    public static string OfOrders(OrderExploration orders, OrderKind kind) => Draw(
        orders, kind, s => s.Status == OrderStatus.None ? (OrderStatus?)null : s.Status, m => (m.What, m.IsPlatforms ? null : m.By, m.Rank));

    /// <summary>
    /// The delivery's axis. Where the order ends under it, that is said instead of all the ways in which orders end; steps that
    /// leave others out and an operator's overrides would hide the way of all the rest, and are not drawn.
    /// </summary>
    public static string OfDeliveries(OrderExploration orders) => Draw(
        orders, OrderKind.Delivery, s => s.Status == OrderStatus.None ? (DeliveryStatus?)null : s.Delivery,
        m => m.To.Delivery == DeliveryStatus.Canceled ? AsEnd(m) : (m.What, m.IsPlatforms ? null : m.By, m.Rank),
        m => m.Command is not OverrideOrder
            && (m.Command is not AdvanceDelivery || Vocabulary.Rank(m.To.Delivery) == Vocabulary.Rank(m.From.Delivery) + 1));

    /// <summary>The payment's axis as the order sees it.</summary>
    public static string OfPayments(OrderExploration orders) => Draw(
        orders, kind: null, s => s.Status == OrderStatus.None ? (PaymentStatus?)null : s.Payment,
        m => m.IsPlatforms && m.Command is not DeadlineReached || m.Command is PayOrder or PlaceOrder
            ? (m.What, m.IsPlatforms ? null : m.By, m.Rank)
            : AsEnd(m));

    private static (string What, Role? By, int Rank) AsEnd(Move move) =>
        ($"order {Names.Of(move.To.Status)}", null, 200 + Vocabulary.Rank(move.To.Status));

    private static string Draw<T>(
        OrderExploration orders, OrderKind? kind, Func<OrderState, T?> axis, Func<Move, (string What, Role? By, int Rank)> label,
        Func<Move, bool>? drawn = null)
        where T : struct, Enum
    {
        var arrows = new List<Arrow>();
        foreach (var move in orders.Moves)
        {
            if ((kind is not null && move.Kind != kind) || drawn?.Invoke(move) == false) continue;
            var (from, to) = (Place(axis(move.From)), Place(axis(move.To)));
            if (from == to) continue;
            var (what, by, rank) = label(move);
            arrows.Add(new(from, to, what, by, rank));
        }

        var names = Vocabulary.All<T>();
        var lines = new List<string> { "```mermaid", "stateDiagram-v2" };
        foreach (var edge in arrows.Distinct().GroupBy(a => (a.From, a.To)).OrderBy(edge => edge.Key))
            lines.Add($"    {Name(edge.Key.From)} --> {Name(edge.Key.To)} : {string.Join(",<br/>", Labels(edge))}");
        foreach (var end in arrows.Select(a => a.To).Distinct().Where(to => to >= 0).Except(arrows.Select(a => a.From)).Order())
            lines.Add($"    {Name(end)} --> {Outside}");
        lines.Add("```");
        return string.Join('\n', lines);

        string Name(int place) => place < 0 ? Outside : names[place].ToString();

        static int Place(T? value) => value is { } known ? Vocabulary.Rank(known) : -1;
    }

    /// <summary>What leads along an edge. An operator may give whatever any caller may, and is named only where nobody else may.</summary>
    private static IEnumerable<string> Labels(IEnumerable<Arrow> edge) =>
        from arrow in edge
        group arrow by (arrow.Rank, arrow.What) into command
        orderby command.Key.Rank, command.Key.What
        let others = command.Where(a => a.By is not null and not Role.Operator)
        let givers = (others.Any() ? others : command.Where(a => a.By is not null)).Select(a => a.By!.Value)
        select givers.Any() ? $"{command.Key.What} by {string.Join(" or ", Vocabulary.Of(givers))}" : command.Key.What;
}
