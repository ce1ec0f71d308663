using System.Collections.Immutable;
using System.Globalization;

namespace OrderActors.Tools.Replay;

/// <summary>Something read from a line of a file.</summary>
internal readonly record struct At<T>(int Line, T Value);

/// <summary>The three solution files as they were read, line by line.</summary>
internal sealed record SolutionFiles(
    ImmutableArray<At<DayAssignment>> Assignments, ImmutableArray<At<DayOutcome>> Outcomes, ImmutableArray<At<DayMove>> Moves)
{
    /// <summary>Reads the files of a folder; what cannot be read becomes a breach of <see cref="Rule.Format"/>.</summary>
    public static SolutionFiles Read(string folder, List<Breach> breaches)
    {
        var assignments = new Reader(folder, SolutionWriter.AssignmentsFile, breaches);
        var orders = new Reader(folder, SolutionWriter.OrdersFile, breaches);
        var couriers = new Reader(folder, SolutionWriter.CouriersFile, breaches);
        return new SolutionFiles(
            assignments.Lines(SolutionWriter.AssignmentsHeader, (4, int.MaxValue), f =>
                new DayAssignment(assignments.Minute(f[0]), assignments.Minute(f[1]), f[2], [.. f[3..]])),
            orders.Lines(SolutionWriter.OrdersHeader, (6, 6), f => new DayOutcome(
                f[0], orders.Minute(f[1]), orders.Minute(f[2]), orders.Minute(f[3]), orders.Minute(f[4]), f[5])),
            couriers.Lines(SolutionWriter.CouriersHeader, (4, 4), f => new DayMove(f[0], couriers.Minute(f[1]), f[2], f[3])));
    }

    private sealed class Reader(string folder, string file, List<Breach> breaches)
    {
        private int _line;

        public ImmutableArray<At<T>> Lines<T>(string header, (int Min, int Max) fields, Func<string[], T> parse)
        {
            string[] lines;
            try
            {
                lines = File.ReadAllText(Path.Combine(folder, file)).Split('\n');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Report($"it cannot be read: {e.Message}");
                return [];
            }

            if (lines[^1].Length != 0) Report("the file does not end with a newline.", lines.Length);
            if (lines[0] != header) Report($"the header is '{lines[0]}', not '{header}'.", 1);
            var result = ImmutableArray.CreateBuilder<At<T>>();
            for (var i = 1; i < lines.Length - 1; i++)
            {
                _line = i + 1;
                var parts = lines[i].Split(' ');
                if (parts.Length < fields.Min || parts.Length > fields.Max)
                    Report($"the line has {parts.Length} fields, not {(fields.Max == fields.Min ? "" : "at least ")}{fields.Min}.");
                else if (parts.Any(p => p.Length == 0))
                    Report("a field is empty; one space stands between two fields.");
                else
                    result.Add(new At<T>(_line, parse(parts)));
            }

            return result.ToImmutable();
        }

        public decimal Minute(string text)
        {
            // Only the one way of writing a number that the writer has: times agree to the digit or not at all.
            if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minute) &&
                SolutionWriter.Minute(minute) == text)
                return minute;
            Report($"'{text}' is not a time in minutes.");
            return 0;
        }

        private void Report(string detail, int? line = null) => breaches.Add(new Breach(Rule.Format, file, line ?? Math.Max(_line, 1), detail));
    }
}
