namespace OrderActors.Tools.Load.Arrivals;

/// <summary>
/// When requests arrive during one stage, in an open model: nothing here knows whether anybody answers. Pure; the same random
/// numbers give the same times.
/// </summary>
internal sealed class StageArrivals
{
    private readonly Piece[] _pieces;
    private readonly Random? _random;
    private int _piece;
    private double _area;
    private int _inBurst;

    /// <summary>The arrivals of a stage.</summary>
    /// <param name="stage">The stage, not of the kind max.</param>
    /// <param name="from">The rate before it.</param>
    /// <param name="to">Its rate, absolute.</param>
    /// <param name="random">For arrivals at random times (a Poisson process); null for even ones.</param>
    public StageArrivals(Stage stage, double from, double to, Random? random)
    {
        _random = random;
        _pieces = [.. Cut(stage, from, to)];
        _area = Draw();
    }

    /// <summary>When the next one arrives, in seconds from the stage's beginning; false when no more do.</summary>
    public bool TryNext(out double seconds)
    {
        for (; _piece < _pieces.Length; _piece++)
        {
            var piece = _pieces[_piece];
            if (piece.AtOnce is { } atOnce)
            {
                if (_inBurst++ < atOnce)
                {
                    seconds = piece.Start;
                    return true;
                }

                _inBurst = 0;
                continue;
            }

            if (piece.TimeOf(_area) is { } after)
            {
                seconds = piece.Start + after;
                _area += Draw();
                return true;
            }

            // What is left of the waiting goes on in the next piece.
            _area -= piece.Area;
        }

        seconds = 0;
        return false;
    }

    private double Draw() => _random is null ? 1 : -Math.Log(1 - _random.NextDouble());

    private static IEnumerable<Piece> Cut(Stage stage, double from, double to)
    {
        var seconds = stage.Duration.TotalSeconds;
        switch (stage.Kind)
        {
            case StageKind.Steady:
                yield return new(0, seconds, to, to);
                break;
            case StageKind.Ramp:
                yield return new(0, seconds, from, to);
                break;
            case StageKind.Steps:
                for (var i = 0; i < stage.Steps; i++)
                {
                    var rate = from + ((to - from) * (i + 1) / stage.Steps);
                    yield return new(seconds * i / stage.Steps, seconds / stage.Steps, rate, rate);
                }

                break;
            case StageKind.Burst:
                for (var at = 0.0; at < seconds; at++) yield return new(at, Math.Min(1, seconds - at), 0, 0, (int)Math.Round(to));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(stage), stage.Kind, "Its arrivals depend on the answers.");
        }
    }

    /// <summary>A part of a stage in which the rate goes evenly from one value to another, or in which all arrive at once.</summary>
    private readonly record struct Piece(double Start, double Seconds, double From, double To, int? AtOnce = null)
    {
        /// <summary>How many arrive, on the average.</summary>
        public double Area => (From + To) / 2 * Seconds;

        /// <summary>When so many have arrived; null when that is after its end.</summary>
        public double? TimeOf(double area)
        {
            if (area >= Area) return null;
            var slope = (To - From) / Seconds;
            return Math.Abs(slope) < 1e-9 ? area / From : (Math.Sqrt((From * From) + (2 * slope * area)) - From) / slope;
        }
    }
}
