using System.Text.RegularExpressions;
using OrderActors.Orders;

namespace OrderActors.Tools.Diagrams;

/// <summary>
/// A page whose diagrams and tables come from the lifecycle: each stands between two comments, the first of which names it. The
/// rest is written by hand and stays as it is.
/// </summary>
internal static partial class OrdersDocument
{
    private const string End = "<!-- end -->";

    /// <summary>Everything that is generated, by its name in the page.</summary>
    public static IReadOnlyDictionary<string, string> Parts(OrderExploration orders) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["diagram: order"] = StateDiagram.OfOrders(orders, OrderKind.Delivery),
        ["diagram: pickup order"] = StateDiagram.OfOrders(orders, OrderKind.Pickup),
        ["diagram: virtual order"] = StateDiagram.OfOrders(orders, OrderKind.Virtual),
        ["diagram: delivery"] = StateDiagram.OfDeliveries(orders),
        ["diagram: payment"] = StateDiagram.OfPayments(orders),
        ["table: commands"] = OrderRules.Commands(orders),
        ["table: deadlines"] = OrderRules.Deadlines(orders),
        ["table: ends"] = OrderRules.Ends(orders),
    };

    /// <summary>The page with every part as it is generated now.</summary>
    /// <param name="page">The page as it is.</param>
    /// <param name="parts">What is generated, by name.</param>
    /// <exception cref="BadInputException">A part is missing, there twice, unknown, or without an end.</exception>
    public static string Fill(string page, IReadOnlyDictionary<string, string> parts)
    {
        var found = new List<string>();
        var filled = new List<string>();
        var inside = (string?)null;
        foreach (var line in page.ReplaceLineEndings("\n").Split('\n'))
        {
            if (Marker().Match(line) is { Success: true } marker)
            {
                if (inside is not null) throw new BadInputException($"'{inside}' has no '{End}' before the next one.");
                inside = marker.Groups[1].Value;
                if (!parts.TryGetValue(inside, out var part))
                    throw new BadInputException($"'{inside}' is none of what is generated: {string.Join("; ", parts.Keys)}.");
                if (found.Contains(inside)) throw new BadInputException($"'{inside}' is there twice.");
                found.Add(inside);
                filled.AddRange([line, "", part, "", End]);
            }
            else if (inside is null)
            {
                filled.Add(line);
            }
            else if (line == End)
            {
                inside = null;
            }
        }

        if (inside is not null) throw new BadInputException($"'{inside}' has no '{End}'.");
        if (parts.Keys.Except(found).FirstOrDefault() is { } missing)
            throw new BadInputException($"The page has no place for '{missing}': put '<!-- {missing} -->' and '{End}' where it belongs.");
        return string.Join('\n', filled);
    }

    [GeneratedRegex("^<!-- ((?:diagram|table): [a-z ]+) -->$")]
    private static partial Regex Marker();
}
