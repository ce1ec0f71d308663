using System.Collections.Immutable;

namespace OrderActors.Tools.Replay;

/// <summary>What the checker found.</summary>
/// <param name="Breaches">The rules that are broken; empty when the day is as it must be.</param>
/// <param name="Measures">How good the day was; null when the files could not be understood.</param>
internal sealed record CheckReport(ImmutableArray<Breach> Breaches, Measures? Measures);

/// <summary>
/// Judges a day by its files alone: it shares no arithmetic with whoever wrote them. First who and what, then when; the
/// second is not looked at while the first is wrong, because it would only say the same again in other words.
/// </summary>
internal static class SolutionChecker
{
    /// <summary>Checks the files of a folder against the rules, or where the day was a variant, against those of that variant.</summary>
    public static CheckReport Check(Instance instance, string folder, ReplayVariants variants = default)
    {
        var breaches = new List<Breach>();
        var files = SolutionFiles.Read(folder, breaches);
        if (breaches.Count > 0) return new CheckReport([.. breaches], null);

        var day = new Day(instance, files, breaches);
        day.CheckIdentities();
        if (breaches.Count > 0) return new CheckReport([.. breaches], null);

        day.CheckRecords();
        var timetable = new TimetableCheck(instance, breaches, variants);
        foreach (var courier in instance.Couriers) timetable.Check(courier, day.AssignmentsOf(courier), day.MovesOf(courier), day.Outcomes);
        return new CheckReport([.. breaches], Measures.Of(instance, files));
    }

    private sealed class Day(Instance instance, SolutionFiles files, List<Breach> breaches)
    {
        private readonly Dictionary<string, DayOrder> _orders = instance.Orders.ToDictionary(o => o.Id, StringComparer.Ordinal);
        private readonly HashSet<string> _couriers = instance.Couriers.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        private readonly HashSet<string> _restaurants = instance.Restaurants.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);

        public Dictionary<string, At<DayOutcome>> Outcomes { get; } = new(StringComparer.Ordinal);

        public List<At<DayAssignment>> AssignmentsOf(DayCourier courier) =>
            [.. files.Assignments.Where(a => a.Value.Courier == courier.Id)
                .OrderBy(a => a.Value.AssignmentMinute).ThenBy(a => a.Value.PickupMinute).ThenBy(a => a.Line)];

        public List<At<DayMove>> MovesOf(DayCourier courier) => [.. files.Moves.Where(m => m.Value.Courier == courier.Id)];

        public void CheckIdentities()
        {
            var assigned = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var (line, a) in files.Assignments) CheckAssignment(line, a, assigned);
            foreach (var (line, o) in files.Outcomes) CheckOutcome(line, o, assigned);
            foreach (var (order, line) in assigned)
            {
                if (!Outcomes.ContainsKey(order))
                    Report(Rule.SameOrders, SolutionWriter.AssignmentsFile, line, $"{order} was assigned but has no line in {SolutionWriter.OrdersFile}.");
            }

            CheckMoves();
        }

        private void CheckAssignment(int line, DayAssignment a, Dictionary<string, int> assigned)
        {
            const string file = SolutionWriter.AssignmentsFile;
            if (!_couriers.Contains(a.Courier)) Report(Rule.KnownIds, file, line, $"there is no courier {a.Courier}.");
            DayOrder? first = null;
            foreach (var id in a.Orders)
            {
                if (!_orders.TryGetValue(id, out var order))
                {
                    Report(Rule.KnownIds, file, line, $"there is no order {id}.");
                    continue;
                }

                if (!assigned.TryAdd(id, line)) Report(Rule.OrderOnce, file, line, $"{id} is assigned on line {assigned[id]} already.");
                first ??= order;
                if (order.Restaurant != first.Restaurant)
                    Report(Rule.OneRestaurant, file, line, $"{id} is of {order.Restaurant.Id}, {first.Id} of {first.Restaurant.Id}.");
            }
        }

        private void CheckOutcome(int line, DayOutcome o, Dictionary<string, int> assigned)
        {
            const string file = SolutionWriter.OrdersFile;
            if (!_couriers.Contains(o.Courier)) Report(Rule.KnownIds, file, line, $"there is no courier {o.Courier}.");
            if (!_orders.ContainsKey(o.Order)) Report(Rule.KnownIds, file, line, $"there is no order {o.Order}.");
            else if (!assigned.ContainsKey(o.Order)) Report(Rule.SameOrders, file, line, $"{o.Order} was never assigned.");
            if (!Outcomes.TryAdd(o.Order, new At<DayOutcome>(line, o)))
                Report(Rule.OrderOnce, file, line, $"{o.Order} is on line {Outcomes[o.Order].Line} already.");
        }

        private void CheckMoves()
        {
            const string file = SolutionWriter.CouriersFile;
            var seen = new HashSet<string>(StringComparer.Ordinal);
            string? before = null;
            foreach (var (line, move) in files.Moves)
            {
                if (!_couriers.Contains(move.Courier)) Report(Rule.KnownIds, file, line, $"there is no courier {move.Courier}.");
                if (move.Courier != before && !seen.Add(move.Courier))
                    Report(Rule.CourierTogether, file, line, $"{move.Courier} has lines further up, with other couriers between.");
                before = move.Courier;
                if (move.Origin != DayMove.OnLocation && !IsPlace(move.Origin))
                    Report(Rule.KnownIds, file, line, $"the origin {move.Origin} is neither a restaurant, an order nor {DayMove.OnLocation}.");
                if (!IsPlace(move.Destination))
                    Report(Rule.KnownIds, file, line, $"the destination {move.Destination} is neither a restaurant nor an order.");
            }
        }

        public void CheckRecords()
        {
            foreach (var (line, o) in Outcomes.Values)
            {
                var order = _orders[o.Order];
                Agree(SolutionWriter.OrdersFile, line, $"{o.Order}'s placement", o.PlacementMinute, order.PlacementMinute, "in the instance");
                Agree(SolutionWriter.OrdersFile, line, $"{o.Order}'s ready time", o.ReadyMinute, order.ReadyMinute, "in the instance");
            }

            foreach (var (line, a) in files.Assignments)
            {
                foreach (var id in a.Orders)
                {
                    var (at, outcome) = Outcomes[id];
                    Agree(SolutionWriter.OrdersFile, at, $"{id}'s pickup", outcome.PickupMinute, a.PickupMinute, $"on line {line} of the assignments");
                    if (outcome.Courier != a.Courier)
                        Report(Rule.FilesAgree, SolutionWriter.OrdersFile, at,
                            $"{id}'s courier is {outcome.Courier}, but {a.Courier} on line {line} of the assignments.");
                }
            }
        }

        private bool IsPlace(string id) => _orders.ContainsKey(id) || _restaurants.Contains(id);

        private void Agree(string file, int line, string what, decimal value, decimal other, string where)
        {
            if (value != other)
                Report(Rule.FilesAgree, file, line, $"{what} is {SolutionWriter.Minute(value)}, but {SolutionWriter.Minute(other)} {where}.");
        }

        private void Report(Rule rule, string file, int line, string detail) => breaches.Add(new Breach(rule, file, line, detail));
    }
}
