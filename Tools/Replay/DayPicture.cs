using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace OrderActors.Tools.Replay;

/// <summary>
/// A day as a picture: each order's click-to-door by when it was placed, couriers on shift and busy, and the map with where
/// customers waited long.
/// </summary>
internal static class DayPicture
{
    public const string File = "day.svg";

    private const int Width = 760;
    private const int Left = 44;
    private const int Right = 748;
    private const int MeanMinutes = 20;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Above its bound by: up to 2, 5, 10 minutes, and more. The colours are told apart by those who see few.</summary>
    private static readonly (double Below, string Colour, string Label)[] Delays =
        [(2, "#4477aa", "up to 2 min above the bound"), (5, "#66ccee", "up to 5"), (10, "#ccbb44", "up to 10"), (double.PositiveInfinity, "#ee6677", "more")];

    /// <summary>Writes the picture beside the solution files.</summary>
    public static void Write(string folder, Instance instance, DaySolution day) =>
        System.IO.File.WriteAllText(Path.Combine(folder, File), Draw(instance, day).ToString(SaveOptions.DisableFormatting) + "\n");

    private static XElement Draw(Instance instance, DaySolution day)
    {
        var orders = instance.Orders.ToDictionary(o => o.Id, StringComparer.Ordinal);
        var outcomes = day.Outcomes
            .Select(o => new Waited(orders[o.Order], (double)o.DropoffMinute, Bound.Of(orders[o.Order], instance.Parameters))).ToList();
        var ends = day.Outcomes.Select(o => (int)Math.Ceiling(o.DropoffMinute)).Concat(instance.Couriers.Select(c => c.OffMinute));
        var end = Math.Max(60, ends.DefaultIfEmpty(0).Max());
        var time = new Axis(0, end, Left, Right);
        return new XElement(Svg + "svg",
            new XAttribute("viewBox", $"0 0 {Width} 940"), new XAttribute("font-family", "sans-serif"), new XAttribute("font-size", 11),
            new XElement(Svg + "title", $"{instance.Name}: {outcomes.Count} of {instance.Orders.Length} orders delivered"),
            new XElement(Svg + "rect", new XAttribute("width", Width), new XAttribute("height", 940), new XAttribute("fill", "#ffffff")),
            Waiting(instance, outcomes, time), Couriers(instance, day, time), Map(instance, outcomes));
    }

    private static XElement Waiting(Instance instance, List<Waited> outcomes, Axis time)
    {
        var minutes = new Axis(0, Math.Max(60, Math.Ceiling(outcomes.Select(o => o.ClickToDoor).DefaultIfEmpty(0).Max() / 10) * 10), 270, 40);
        var mean = outcomes.Count == 0 ? 0 : outcomes.Average(o => o.ClickToDoor);
        var bound = outcomes.Count == 0 ? 0 : outcomes.Average(o => o.Bound);
        return new XElement(Svg + "g",
            Text(Left, 16, Invariant($"{instance.Name}: click-to-door by placement, mean {mean:0.00} minutes; the bound's is {bound:0.00}"), bold: true),
            Frame(time, minutes, 20), Legend(30),
            Delays.Select((_, i) => Dots(outcomes.Where(o => DelayOf(o) == i).Select(At), i, 3)),
            Line(Means(outcomes, o => o.ClickToDoor).Select(p => (time.At(p.At), minutes.At(p.Mean))), "#222222"),
            Line(Means(outcomes, o => o.Bound).Select(p => (time.At(p.At), minutes.At(p.Mean))), "#222222", "4 3"));

        (double X, double Y) At(Waited order) => (time.At(order.Order.PlacementMinute), minutes.At(order.ClickToDoor));
    }

    private static XElement Couriers(Instance instance, DaySolution day, Axis time)
    {
        var length = (int)time.To + 1;
        var shift = new int[length];
        foreach (var c in instance.Couriers)
        {
            for (var m = c.OnMinute; m < Math.Min(c.OffMinute, length); m++) shift[m]++;
        }

        var busy = new int[length];
        var dropoffs = day.Outcomes.ToDictionary(o => o.Order, o => o.DropoffMinute, StringComparer.Ordinal);
        foreach (var a in day.Assignments)
        {
            for (var m = (int)a.AssignmentMinute; m < Math.Min(length, dropoffs[a.Orders[^1]] + instance.Parameters.HalfDropoff); m++) busy[m]++;
        }

        var count = new Axis(0, Math.Max(5, shift.Concat(busy).Max()), 440, 315);
        return new XElement(Svg + "g",
            Text(Left, 304, "couriers on shift (grey) and busy (blue)", bold: true), Frame(time, count, NiceStep(count.To)),
            Line(shift.Select((n, m) => (time.At(m), count.At(n))), "#999999"), Line(busy.Select((n, m) => (time.At(m), count.At(n))), "#4477aa"));
    }

    private static XElement Map(Instance instance, List<Waited> outcomes)
    {
        var places = instance.Orders.Select(o => o.Dropoff).Concat(instance.Restaurants.Select(r => r.Location)).DefaultIfEmpty().ToList();
        var (west, south) = (places.Min(p => p.X), places.Min(p => p.Y));
        var metres = Math.Max(1, Math.Max((places.Max(p => p.X) - west) * 430.0 / 704, places.Max(p => p.Y) - south));
        var scale = 430 / metres;
        var ride = instance.Parameters.MetresPerMinute * 10;
        return new XElement(Svg + "g",
            Text(Left, 474, Invariant($"customers (colours as above) and restaurants (black); the line is ten minutes' ride, {ride} m"), bold: true),
            Delays.Select((_, i) => Dots(outcomes.Where(o => DelayOf(o) == i).Select(o => At(o.Order.Dropoff)), i, 3.5)),
            Dots(instance.Restaurants.Select(r => At(r.Location)), "#000000", 2.5),
            Line([(Left, 936), (Left + ride * scale, 936)], "#222222"));

        (double X, double Y) At(Place place) => (Left + (place.X - west) * scale, 920 - (place.Y - south) * scale);
    }

    private static IEnumerable<(double At, double Mean)> Means(List<Waited> outcomes, Func<Waited, double> value) =>
        outcomes.GroupBy(o => o.Order.PlacementMinute / MeanMinutes).OrderBy(g => g.Key).Select(g => ((g.Key + 0.5) * MeanMinutes, g.Average(value)));

    private static int DelayOf(Waited outcome) => Array.FindIndex(Delays, d => outcome.ClickToDoor - outcome.Bound <= d.Below);

    private static XElement Dots(IEnumerable<(double X, double Y)> at, int delay, double size) => Dots(at, Delays[delay].Colour, size);

    // A point is a line without length and with a round end: a path of them is a tenth of as many circles.
    private static XElement Dots(IEnumerable<(double X, double Y)> at, string colour, double size) => new(Svg + "path",
        new XAttribute("d", at.Aggregate(new StringBuilder(), (d, p) => d.Append(Invariant($"M{p.X:0} {p.Y:0}h0"))).ToString()),
        new XAttribute("stroke", colour), new XAttribute("stroke-width", size), new XAttribute("stroke-linecap", "round"));

    private static XElement Line(IEnumerable<(double X, double Y)> at, string colour, string? dashes = null)
    {
        var d = at.Aggregate(new StringBuilder(), (d, p) => d.Append(d.Length == 0 ? 'M' : 'L').Append(Invariant($"{p.X:0.#} {p.Y:0.#}")));
        return new XElement(Svg + "path", new XAttribute("d", d.ToString()), new XAttribute("stroke", colour), new XAttribute("fill", "none"),
            new XAttribute("stroke-width", 1.5), dashes is null ? null : new XAttribute("stroke-dasharray", dashes));
    }

    private static XElement Frame(Axis time, Axis values, int step)
    {
        var frame = new XElement(Svg + "g");
        for (var v = 0; v <= values.To; v += step)
        {
            frame.Add(Line([(Left, values.At(v)), (Right, values.At(v))], "#e4e4e4"), Text(Left - 6, values.At(v) + 4, Invariant($"{v}"), anchor: "end"));
        }

        for (var hour = 0; hour * 60 <= time.To; hour += 2) frame.Add(Text(time.At(hour * 60), values.Low + 15, Invariant($"{hour} h"), anchor: "middle"));
        return frame;
    }

    private static XElement Legend(double y)
    {
        var legend = new XElement(Svg + "g");
        double x = Left;
        foreach (var (_, colour, label) in Delays)
        {
            legend.Add(Dots([(x + 4, y)], colour, 6), Text(x + 12, y + 4, label));
            x += 24 + 6.2 * label.Length;
        }

        legend.Add(Text(x + 8, y + 4, Invariant($"lines: means of {MeanMinutes} minutes, the bound's dashed")));
        return legend;
    }

    private static XElement Text(double x, double y, string text, bool bold = false, string? anchor = null) => new(Svg + "text",
        new XAttribute("x", Invariant($"{x:0.#}")), new XAttribute("y", Invariant($"{y:0.#}")),
        bold ? new XAttribute("font-weight", "bold") : null, anchor is null ? null : new XAttribute("text-anchor", anchor), text);

    private static int NiceStep(double top) => top > 100 ? 50 : top > 40 ? 20 : top > 10 ? 5 : 1;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Waited(DayOrder Order, double DropoffMinute, double Bound)
    {
        public double ClickToDoor => DropoffMinute - Order.PlacementMinute;
    }

    /// <summary>From values to the picture's units; <paramref name="Low"/> and <paramref name="High"/> are where the range begins and ends.</summary>
    private sealed record Axis(double From, double To, double Low, double High)
    {
        public double At(double value) => Low + (value - From) / (To - From) * (High - Low);
    }
}
