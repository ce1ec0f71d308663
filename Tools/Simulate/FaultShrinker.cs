using OrderActors.Embedded.Simulation;

namespace OrderActors.Tools.Simulate;

/// <summary>Finds a small set of faults with which a run still fails, by delta debugging: halves first, single ones last.</summary>
/// <param name="stillFails">Runs the seed with exactly these faults; whether it fails in the same way.</param>
/// <param name="hasTime">Whether another run may be tried.</param>
internal sealed class FaultShrinker(Func<IReadOnlyList<FaultId>, bool> stillFails, Func<bool> hasTime)
{
    /// <summary>How many runs it took.</summary>
    public int Runs { get; private set; }

    /// <summary>The smallest failing set that was found; the given one if none is smaller, or null if not even that one fails again.</summary>
    public IReadOnlyList<FaultId>? Shrink(IReadOnlyList<FaultId> faults)
    {
        if (!Fails(faults)) return null;
        if (Fails([])) return [];
        var chunks = 2;
        while (faults.Count > 1 && hasTime())
        {
            var size = (faults.Count + chunks - 1) / chunks;
            if (Smaller(faults, size) is { } smaller)
            {
                faults = smaller;
                chunks = Math.Max(2, Math.Min(chunks - 1, faults.Count));
            }
            else if (chunks < faults.Count)
            {
                chunks = Math.Min(chunks * 2, faults.Count);
            }
            else
            {
                break;
            }
        }

        return faults;
    }

    private List<FaultId>? Smaller(IReadOnlyList<FaultId> faults, int size)
    {
        for (var at = 0; at < faults.Count && hasTime(); at += size)
        {
            List<FaultId> rest = [.. faults.Take(at), .. faults.Skip(at + size)];
            if (Fails(rest)) return rest;
        }

        return null;
    }

    private bool Fails(IReadOnlyList<FaultId> faults)
    {
        Runs++;
        return stillFails(faults);
    }
}
