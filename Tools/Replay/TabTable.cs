using System.Globalization;

namespace OrderActors.Tools.Replay;

/// <summary>
/// A tab-separated file whose first line names the columns. Columns may come in any order and there may be more of them;
/// everything else must be exact, and the first thing that is not ends the reading with a <see cref="BadInputException"/>.
/// </summary>
internal sealed class TabTable
{
    private readonly string _file;
    private readonly Dictionary<string, int> _columns;

    private TabTable(string file, Dictionary<string, int> columns, List<Row> rows)
    {
        _file = file;
        _columns = columns;
        Rows = rows;
    }

    public List<Row> Rows { get; }

    /// <summary>Reads a file of the folder and checks that it has the columns that are needed.</summary>
    public static TabTable Read(string folder, string file, params ReadOnlySpan<string> needed)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllText(Path.Combine(folder, file)).Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{file}: cannot be read in '{folder}': {e.Message}");
        }

        var count = lines.Length;
        while (count > 0 && lines[count - 1].TrimEnd('\r').Length == 0) count--;
        if (count == 0) throw new BadInputException($"{file} line 1: the file is empty; its first line must name the columns.");

        var names = lines[0].TrimEnd('\r').Split('\t');
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            if (!columns.TryAdd(names[i], i))
                throw new BadInputException($"{file} line 1, column {i + 1} ({names[i]}): column {columns[names[i]] + 1} has the same name.");
        }

        foreach (var name in needed)
        {
            if (!columns.ContainsKey(name))
                throw new BadInputException($"{file} line 1: the column '{name}' is missing; the {names.Length} columns are {string.Join(", ", names)}.");
        }

        var table = new TabTable(file, columns, new List<Row>(count - 1));
        for (var i = 1; i < count; i++) table.Rows.Add(table.ReadRow(names, lines[i], i + 1));
        return table;
    }

    private Row ReadRow(string[] names, string line, int number)
    {
        var fields = line.TrimEnd('\r').Split('\t');
        if (fields.Length == names.Length) return new Row(this, number, fields);
        var at = Math.Min(fields.Length, names.Length);
        var which = fields.Length < names.Length ? $"column {at + 1} ({names[at]})" : $"column {at + 1}";
        throw new BadInputException(
            $"{_file} line {number}, {which}: the line has {fields.Length} fields; the header names {names.Length} columns.");
    }

    /// <summary>One line after the header.</summary>
    internal sealed class Row(TabTable table, int line, string[] fields)
    {
        public int Line => line;

        /// <summary>The field as it is written.</summary>
        public string Text(string column) => fields[table._columns[column]];

        /// <summary>A whole number in a range; "12.0" is one.</summary>
        public int Whole(string column, int min, int max)
        {
            var value = Number(column);
            if (value != decimal.Truncate(value)) throw Bad(column, $"'{Text(column)}' is not a whole number.");
            if (value < min || value > max) throw Bad(column, $"{Text(column)} is not between {min} and {max}.");
            return (int)value;
        }

        /// <summary>A number that is 0 or more.</summary>
        public decimal Amount(string column)
        {
            var value = Number(column);
            return value >= 0 ? value : throw Bad(column, $"{Text(column)} is below 0.");
        }

        /// <summary>What is wrong with a field, as the one message the user sees.</summary>
        public BadInputException Bad(string column, string what) =>
            new($"{table._file} line {line}, column {table._columns[column] + 1} ({column}): {what}");

        private decimal Number(string column) =>
            decimal.TryParse(
                Text(column), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw Bad(column, $"'{Text(column)}' is not a number.");
    }
}
