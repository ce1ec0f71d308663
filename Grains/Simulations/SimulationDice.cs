using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Simulations;

/// <summary>Chooses plays: in order, or by weight with dice that fall the same for the same seed, whatever happens in between.</summary>
internal static class SimulationDice
{
    /// <summary>The play of the so-manieth occasion of a role; -1 when there is none.</summary>
    public static int Choose<T>(ImmutableArray<T> plays, Func<T, int?> weight, int seed, Role role, long ordinal)
    {
        if (plays.IsDefaultOrEmpty) return -1;
        var total = plays.Sum(play => (long)(weight(play) ?? 0));
        if (total == 0) return (int)(ordinal % plays.Length);
        var rest = (long)(Mix(Mix(((ulong)(uint)seed << 8) | (uint)role) + (ulong)ordinal) % (ulong)total);
        for (var i = 0; i < plays.Length; i++)
        {
            rest -= weight(plays[i]) ?? 0;
            if (rest < 0) return i;
        }

        return plays.Length - 1;
    }

    // SplitMix64: well spread from neighbouring numbers, and the same everywhere.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
