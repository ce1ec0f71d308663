using System.Globalization;

namespace OrderActors;

/// <summary>Collects what is wrong with a set of options, each complaint with the option's name, its value and its range.</summary>
internal sealed class OptionRange(string options)
{
    private readonly List<string> _failures = [];

    /// <summary>The complaints; none when all is well.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>A number within a range.</summary>
    public OptionRange Check<T>(string name, T value, T min, T max)
        where T : IComparable<T>, IFormattable
    {
        // Not "outside": a comparison with NaN is false both ways, and NaN must be refused.
        if (!(value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0))
        {
            _failures.Add(string.Create(CultureInfo.InvariantCulture, $"{options}.{name} is {value}; allowed are {min} to {max}."));
        }

        return this;
    }

    /// <summary>An option that must not be above another one.</summary>
    public OptionRange NotAbove<T>(string name, T value, string otherName, T other)
        where T : IComparable<T>
    {
        if (value.CompareTo(other) > 0) _failures.Add($"{options}.{name} is {value}; it must not be above {otherName}, which is {other}.");
        return this;
    }
}
