using System.Globalization;
using OrderActors.Client.Http;
using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tools.Load.Traffic;

/// <summary>What customers, merchants and couriers do under load.</summary>
internal enum Act
{
    Place,
    Pay,
    Accept,
    Ready,
    Collect,
    Pickup,
    Deliver,
    Cancel,
    Track,
    List,
    Price,
    Timeline,
}

/// <summary>How much of each there is.</summary>
/// <param name="Weights">By <see cref="Act"/>; their sum is more than 0.</param>
internal sealed record Mix(IReadOnlyList<double> Weights)
{
    /// <summary>What happens when nothing else is said: more is looked at than done.</summary>
    public const string Default = "place=25,pay=10,accept=20,track=35,list=10";

    private const double MostWeight = 1e6;

    /// <summary>All acts, in the order of their numbers.</summary>
    public static readonly IReadOnlyList<OperationKind> Operations =
        [.. Enum.GetValues<Act>().Select(act => new OperationKind(act.ToString().ToLowerInvariant(), ClassOf(act)))];

    private readonly double[] _until = Accumulate(Weights);

    /// <summary>Reads weights.</summary>
    /// <exception cref="BadInputException">They are not as they should be.</exception>
    public static Mix Parse(string text)
    {
        var weights = new double[Operations.Count];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Split('=') is not [var name, var number]
                || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) || weight > MostWeight)
            {
                throw new BadInputException($"--mix has '{part}'; it must be name=weight, such as place=25.");
            }

            var at = Operations.ToList().FindIndex(operation => operation.Name == name);
            if (at < 0) throw new BadInputException($"--mix has '{name}'; there are {string.Join(", ", Operations.Select(operation => operation.Name))}.");
            weights[at] = weight;
        }

        return weights.Sum() > 0 ? new(weights) : throw new BadInputException("--mix has no weight above 0.");
    }

    /// <summary>The weight of one.</summary>
    public double this[Act act] => Weights[(int)act];

    /// <summary>One of them at random.</summary>
    /// <param name="part">A random number, 0 to 1 without 1.</param>
    public int Choose(double part)
    {
        var at = Array.BinarySearch(_until, part * _until[^1]);

        // What is found exactly is the end of its own share, so the beginning of the next one's.
        var chosen = at < 0 ? ~at : at + 1;
        while (Weights[chosen] == 0) chosen++;
        return chosen;
    }

    private static Priority ClassOf(Act act) => act switch
    {
        Act.Place or Act.List or Act.Price => Priority.Secondary,
        Act.Timeline => Priority.NonCritical,
        _ => Priority.Critical,
    };

    private static double[] Accumulate(IReadOnlyList<double> weights)
    {
        var until = new double[weights.Count];
        for (var i = 0; i < until.Length; i++) until[i] = (i == 0 ? 0 : until[i - 1]) + weights[i];
        return until;
    }
}

/// <summary>Which merchant the next order goes to.</summary>
/// <param name="merchants">How many there are.</param>
/// <param name="skew">The exponent of Zipf's law: 0 for all alike; with 1 the first gets twice as many as the second, three times as many as the third.</param>
internal sealed class MerchantChoice(int merchants, double skew)
{
    private readonly double[] _until = Accumulate(merchants, skew);

    /// <summary>One of them, 0 to the number of merchants without it.</summary>
    /// <param name="part">A random number, 0 to 1 without 1.</param>
    public int Choose(double part)
    {
        if (skew == 0) return (int)(part * merchants);
        var at = Array.BinarySearch(_until, part * _until[^1]);
        return Math.Min(at < 0 ? ~at : at + 1, merchants - 1);
    }

    private static double[] Accumulate(int merchants, double skew)
    {
        var until = new double[merchants];
        for (var i = 0; i < merchants; i++) until[i] = (i == 0 ? 0 : until[i - 1]) + Math.Pow(i + 1, -skew);
        return until;
    }
}
