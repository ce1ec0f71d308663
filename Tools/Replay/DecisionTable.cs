using System.Globalization;
using System.Text;

namespace OrderActors.Tools.Replay;

/// <summary>How long the policy thought about a decision.</summary>
/// <param name="Minute">When, in minutes from the day's start.</param>
/// <param name="Waiting">Orders that waited for a courier.</param>
/// <param name="Couriers">Couriers on shift, idle or not.</param>
/// <param name="Elapsed">How long it took.</param>
internal readonly record struct Decision(decimal Minute, int Waiting, int Couriers, TimeSpan Elapsed);

/// <summary>Writes a day's decisions. Their times are of this run and this machine, unlike all else that is written.</summary>
internal static class DecisionTable
{
    public const string File = "decisions.txt";

    public static void Write(string folder, IEnumerable<Decision> decisions)
    {
        var text = new StringBuilder("minute waiting couriers milliseconds\n");
        foreach (var d in decisions)
            text.Append(CultureInfo.InvariantCulture, $"{SolutionWriter.Minute(d.Minute)} {d.Waiting} {d.Couriers} {d.Elapsed.TotalMilliseconds:0.000}\n");
        System.IO.File.WriteAllText(Path.Combine(folder, File), text.ToString());
    }
}
