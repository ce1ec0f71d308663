using System.Globalization;
using System.Text;

namespace OrderActors.Tools.Load.Report;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Color">Its colour.</param>
/// <param name="Points">Where it goes; a gap where y is null.</param>
internal sealed record ChartLine(string Name, string Color, IReadOnlyList<(double X, double? Y)> Points);

/// <summary>A time within which something happened.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end.</param>
/// <param name="Name">What happened.</param>
/// <param name="Color">Its colour.</param>
internal sealed record ChartBand(double From, double To, string Name, string Color);

/// <summary>A line chart as SVG: no script, nothing from elsewhere.</summary>
internal sealed class SvgChart
{
    private const double Width = 860;
    private const double Height = 260;
    private const double Left = 64;
    private const double Right = 16;
    private const double Top = 34;
    private const double Bottom = 36;
    private const double LeastOnLogScale = 0.01;

    // Names of short stages stand below each other.
    private const int MarkRows = 3;

    private readonly IReadOnlyList<ChartLine> _lines;
    private readonly Func<double, string> _tickX;
    private readonly bool _log;
    private readonly (double Least, double Most) _x;
    private readonly (double Least, double Most) _y;

    /// <param name="lines">Its lines.</param>
    /// <param name="log">Whether a step upwards is a factor.</param>
    /// <param name="tickX">How a value along the bottom is written; null for a plain number.</param>
    public SvgChart(IReadOnlyList<ChartLine> lines, bool log = false, Func<double, string>? tickX = null)
    {
        _lines = lines;
        _log = log;
        _tickX = tickX ?? Plain;
        var points = lines.SelectMany(line => line.Points).ToList();
        var ys = points.Where(point => point.Y is not null).Select(point => point.Y!.Value).DefaultIfEmpty(0).ToList();
        _x = points.Count == 0 ? (0, 1) : (Math.Min(0, points.Min(point => point.X)), Math.Max(1e-9, points.Max(point => point.X)));
        _y = log
            ? (Floor10(Math.Max(LeastOnLogScale, ys.Where(y => y > 0).DefaultIfEmpty(1).Min())), Math.Max(1, Ceiling10(ys.Max())))
            : (0, NiceTop(ys.Max()));
    }

    /// <summary>The chart.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="bottom">What goes along the bottom.</param>
    /// <param name="marks">Upright lines, each with its name.</param>
    /// <param name="bands">Times within which something happened; null for none.</param>
    public string Draw(string title, string bottom, IReadOnlyList<(double X, string Name)> marks, IReadOnlyList<ChartBand>? bands = null)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Html.Encode(title)}\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"16\" class=\"title\">{Html.Encode(title)}</text>\n");
        foreach (var band in bands ?? []) Band(svg, band);
        foreach (var y in TicksY()) Across(svg, y);
        foreach (var x in TicksX())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(x):0.#}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">");
            svg.Append(CultureInfo.InvariantCulture, $"{Html.Encode(_tickX(x))}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right}\" y=\"{Height - 4}\" text-anchor=\"end\">{Html.Encode(bottom)}</text>\n");
        foreach (var (i, (x, name)) in marks.Index())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(x):0.#}\" x2=\"{X(x):0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\" class=\"mark\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(x) + 3:0.#}\" y=\"{Top + 10 + (i % MarkRows * 12)}\" class=\"mark\">");
            svg.Append(CultureInfo.InvariantCulture, $"{Html.Encode(name)}</text>\n");
        }

        foreach (var line in _lines) Line(svg, line);
        foreach (var (i, band) in (bands ?? []).Index()) BandName(svg, i, band);
        Legend(svg);
        return svg.Append("</svg>\n").ToString();
    }

    private void Band(StringBuilder svg, ChartBand band)
    {
        const double Narrowest = 2;
        var (from, to) = (X(Math.Clamp(band.From, _x.Least, _x.Most)), X(Math.Clamp(band.To, _x.Least, _x.Most)));
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{from:0.#}\" y=\"{Top}\" width=\"{Math.Max(Narrowest, to - from):0.#}\" ");
        svg.Append(CultureInfo.InvariantCulture, $"height=\"{Height - Top - Bottom}\" fill=\"{band.Color}\" class=\"band\"/>\n");
    }

    private void BandName(StringBuilder svg, int row, ChartBand band)
    {
        const double NameRow = 12;
        var from = X(Math.Clamp(band.From, _x.Least, _x.Most));

        // At the foot, where no stage has its name; in the right half before its beginning, so that it does not leave the chart.
        var right = from > Width / 2;
        var y = Height - Bottom - 6 - (row % MarkRows * NameRow);
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(right ? from - 3 : from + 3):0.#}\" y=\"{y:0.#}\" ");
        svg.Append(CultureInfo.InvariantCulture, $"text-anchor=\"{(right ? "end" : "start")}\" class=\"band\">{Html.Encode(band.Name)}</text>\n");
    }

    private void Across(StringBuilder svg, double y)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(y):0.#}\" y2=\"{Y(y):0.#}\" class=\"grid\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(y) + 4:0.#}\" text-anchor=\"end\">{Plain(y)}</text>\n");
    }

    private void Line(StringBuilder svg, ChartLine line)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"none\" stroke=\"{line.Color}\" stroke-width=\"1.6\" d=\"");
        var down = false;
        foreach (var (x, y) in line.Points)
        {
            if (y is { } value) svg.Append(CultureInfo.InvariantCulture, $"{(down ? 'L' : 'M')}{X(x):0.#} {Y(value):0.#}");
            down = y is not null;
        }

        svg.Append("\"/>\n");
    }

    private void Legend(StringBuilder svg)
    {
        var x = Width - Right;
        foreach (var line in _lines.Reverse())
        {
            x -= (line.Name.Length * 6.6) + 22;
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.#}\" y=\"8\" width=\"10\" height=\"10\" fill=\"{line.Color}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 14:0.#}\" y=\"17\">{Html.Encode(line.Name)}</text>\n");
        }
    }

    private double X(double x) => Left + ((x - _x.Least) / (_x.Most - _x.Least) * (Width - Left - Right));

    private double Y(double y)
    {
        var part = _log
            ? Math.Log10(Math.Max(y, _y.Least) / _y.Least) / Math.Log10(_y.Most / _y.Least)
            : (y - _y.Least) / (_y.Most - _y.Least);
        return Height - Bottom - (part * (Height - Top - Bottom));
    }

    private IEnumerable<double> TicksY()
    {
        if (_log)
        {
            for (var y = _y.Least; y <= _y.Most * 1.001; y *= 10) yield return y;
        }
        else
        {
            for (var i = 0; i <= 4; i++) yield return _y.Most * i / 4;
        }
    }

    private IEnumerable<double> TicksX()
    {
        const int Ticks = 8;
        var step = NiceTop((_x.Most - _x.Least) / Ticks);
        for (var x = _x.Least; x <= _x.Most * 1.0001; x += step) yield return x;
    }

    /// <summary>The next of 1, 2, 4, 5 or 8 times a power of ten: its quarters are short numbers.</summary>
    private static double NiceTop(double value)
    {
        if (value <= 0) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        double[] nice = [1, 2, 4, 5, 8, 10];
        return power * nice.First(n => n * power >= value * 0.999999);
    }

    private static double Floor10(double value) => Math.Pow(10, Math.Floor(Math.Log10(value)));

    private static double Ceiling10(double value) => value <= 0 ? 1 : Math.Pow(10, Math.Ceiling(Math.Log10(value) - 1e-9));

    private static string Plain(double value) => value.ToString(Math.Abs(value) >= 1000 ? "#,##0" : "0.##", CultureInfo.InvariantCulture);
}
