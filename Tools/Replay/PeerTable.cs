using System.Globalization;

namespace OrderActors.Tools.Replay;

/// <summary>What published algorithms reach on a day: click-to-door means in minutes; null where there is none.</summary>
/// <param name="Reyes">Reyes et al. (2018), rolling horizon.</param>
/// <param name="FoodMatch">FoodMatch (Joshi et al., 2021), whose travel times are not rounded up.</param>
/// <param name="PerfectInformation">The optimum for whoever knows the whole day beforehand, with bundles of at most two.</param>
internal sealed record Peers(double? Reyes, double? FoodMatch, double? PerfectInformation);

/// <summary>Reads the table of peers that lies beside the instances, if it does.</summary>
internal static class PeerTable
{
    public const string File = "peers.csv";

    private const string InstanceColumn = "instance";
    private const string ReyesColumn = "reyes_click_to_door";
    private const string FoodMatchColumn = "foodmatch_click_to_door";
    private const string PerfectColumn = "perfect_information_click_to_door";

    /// <summary>The peers by instance; empty when there is no table.</summary>
    /// <exception cref="BadInputException">The table lacks a column, a line is short, or a value is no number.</exception>
    public static Dictionary<string, Peers> Read(string folder)
    {
        var peers = new Dictionary<string, Peers>(StringComparer.Ordinal);
        var path = Path.Combine(folder, File);
        if (!System.IO.File.Exists(path)) return peers;
        var lines = System.IO.File.ReadAllLines(path);
        var columns = lines.Length == 0 ? [] : lines[0].Split(',');
        int[] wanted = [.. new[] { InstanceColumn, ReyesColumn, FoodMatchColumn, PerfectColumn }.Select(name => Array.IndexOf(columns, name) is >= 0 and var at
            ? at
            : throw new BadInputException($"{File} line 1: there is no column {name}."))];
        for (var i = 1; i < lines.Length; i++)
        {
            var fields = lines[i].Split(',');
            if (fields.Length != columns.Length)
                throw new BadInputException($"{File} line {i + 1}: the line has {fields.Length} fields; the header names {columns.Length} columns.");
            peers[fields[wanted[0]]] = new Peers(Value(i, fields, wanted[1]), Value(i, fields, wanted[2]), Value(i, fields, wanted[3]));
        }

        return peers;

        double? Value(int line, string[] fields, int column)
        {
            if (fields[column].Length == 0) return null;
            return double.TryParse(fields[column], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new BadInputException($"{File} line {line + 1}, column {column + 1} ({columns[column]}): '{fields[column]}' is not a number.");
        }
    }
}
