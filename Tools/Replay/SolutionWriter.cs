using System.Globalization;
using System.Text;

namespace OrderActors.Tools.Replay;

/// <summary>
/// Writes a day as the three files that the published evaluator reads. The same day gives the same bytes, however its
/// lists are ordered.
/// </summary>
internal static class SolutionWriter
{
    public const string AssignmentsFile = "solution_info_assignments.txt";
    public const string OrdersFile = "solution_info_orders.txt";
    public const string CouriersFile = "solution_info_couriers.txt";

    public const string AssignmentsHeader = "assignment_time pickup_time courier orders";
    public const string OrdersHeader = "order placement_time ready_time pickup_time dropoff_time courier";
    public const string CouriersHeader = "courier departure_time origin destination";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes all three files, or none: each goes to a temporary file first, and only then do they get their names.</summary>
    public static void Write(string folder, Instance instance, DaySolution day)
    {
        (string Name, string Text)[] files =
        [
            (AssignmentsFile, Assignments(instance, day)), (OrdersFile, Orders(instance, day)), (CouriersFile, Couriers(instance, day)),
        ];
        Directory.CreateDirectory(folder);
        var temporary = new List<(string From, string To)>();
        try
        {
            foreach (var (name, text) in files)
            {
                var to = Path.Combine(folder, name);
                temporary.Add((to + ".tmp", to));
                using var stream = new FileStream(to + ".tmp", FileMode.Create, FileAccess.Write);
                stream.Write(Utf8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            foreach (var (from, to) in temporary) File.Move(from, to, overwrite: true);
        }
        catch
        {
            foreach (var (from, _) in temporary) File.Delete(from);
            throw;
        }
    }

    /// <summary>Minutes as the files write them: no trailing zeros, whatever the machine's language.</summary>
    public static string Minute(decimal minute) => minute.ToString("0.##########", CultureInfo.InvariantCulture);

    private static string Assignments(Instance instance, DaySolution day)
    {
        var rank = Ranks(instance.Couriers.Select(c => c.Id));
        return Lines(AssignmentsHeader, day.Assignments
            .OrderBy(a => a.AssignmentMinute).ThenBy(a => rank[a.Courier]).ThenBy(a => a.PickupMinute)
            .Select(a => $"{Minute(a.AssignmentMinute)} {Minute(a.PickupMinute)} {a.Courier} {string.Join(' ', a.Orders)}"));
    }

    private static string Orders(Instance instance, DaySolution day)
    {
        var rank = Ranks(instance.Orders.Select(o => o.Id));
        return Lines(OrdersHeader, day.Outcomes
            .OrderBy(o => rank[o.Order])
            .Select(o => $"{o.Order} {Minute(o.PlacementMinute)} {Minute(o.ReadyMinute)} {Minute(o.PickupMinute)} {Minute(o.DropoffMinute)} {o.Courier}"));
    }

    private static string Couriers(Instance instance, DaySolution day)
    {
        // The evaluator forgets a courier's earlier lines when the courier comes up again: all lines of a courier stand
        // together. Two moves at one minute keep the sequence in which they were driven.
        var rank = Ranks(instance.Couriers.Select(c => c.Id));
        return Lines(CouriersHeader, day.Moves
            .OrderBy(m => rank[m.Courier]).ThenBy(m => m.DepartureMinute)
            .Select(m => $"{m.Courier} {Minute(m.DepartureMinute)} {m.Origin} {m.Destination}"));
    }

    private static Dictionary<string, int> Ranks(IEnumerable<string> ids) =>
        ids.Select((id, i) => (id, i)).ToDictionary(p => p.id, p => p.i, StringComparer.Ordinal);

    private static string Lines(string header, IEnumerable<string> lines)
    {
        var text = new StringBuilder(header).Append('\n');
        foreach (var line in lines) text.Append(line).Append('\n');
        return text.ToString();
    }
}
