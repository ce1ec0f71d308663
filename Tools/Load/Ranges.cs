using System.Globalization;

namespace OrderActors.Tools.Load;

/// <summary>Refuses options that are out of range.</summary>
internal static class Ranges
{
    /// <exception cref="BadInputException">The value is out of range.</exception>
    public static void Require(string option, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be {least} to {most}."));
    }
}
