namespace OrderActors.Merchants;

/// <summary>Orders a second over the last five. In memory: a merchant that moves starts cold.</summary>
internal sealed class HeatGauge
{
    private const int Seconds = 5;

    private readonly int[] _counts = new int[Seconds];
    private long _newest;

    /// <summary>Counts an order; the rate with it.</summary>
    public double Note(DateTimeOffset now)
    {
        Turn(now);
        _counts[_newest % Seconds]++;
        return Rate();
    }

    /// <summary>The rate.</summary>
    public double At(DateTimeOffset now)
    {
        Turn(now);
        return Rate();
    }

    private void Turn(DateTimeOffset now)
    {
        var second = Math.Max(_newest, now.ToUnixTimeSeconds());
        for (var s = Math.Max(_newest + 1, second - Seconds + 1); s <= second; s++) _counts[s % Seconds] = 0;
        _newest = second;
    }

    private double Rate()
    {
        var sum = 0;
        foreach (var count in _counts) sum += count;
        return (double)sum / Seconds;
    }
}
