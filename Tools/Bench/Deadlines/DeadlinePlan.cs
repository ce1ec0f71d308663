using System.Text.Json;
using OrderActors.Values;

namespace OrderActors.Tools.Bench.Deadlines;

/// <summary>Which orders there are and when their deadlines are due: the same for the seed, the hosts and the count at the end.</summary>
/// <param name="Orders">How many.</param>
/// <param name="First">When the first deadline is due.</param>
/// <param name="Window">From the first to the last.</param>
internal sealed record DeadlinePlan(int Orders, DateTimeOffset First, TimeSpan Window)
{
    /// <summary>Every so many orders' deadline is moved before it is due.</summary>
    public const int MovedEvery = 10;

    /// <summary>How long a host that has fired all waits for those that are late.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>How many deadlines are moved.</summary>
    public int Moved => (Orders + MovedEvery - 1) / MovedEvery;

    /// <summary>How much later a moved deadline is due, about: until then it must not fire.</summary>
    public TimeSpan Shift => TimeSpan.FromSeconds(Math.Clamp(Window.TotalSeconds, 2, 30));

    /// <summary>When the last deadline is due.</summary>
    public DateTimeOffset Last => First + Window + Shift;

    /// <summary>Whether an order's deadline is moved.</summary>
    public static bool IsMoved(int n) => n % MovedEvery == 0;

    /// <summary>When an order's first deadline is due: evenly spread, and neighbours in time in different partitions.</summary>
    public DateTimeOffset Due(int n) => First + (Window / Orders * n);

    /// <summary>An order's number, spread over all partitions.</summary>
    public static OrderNumber Number(int n) => OrderNumber.Create(90_000_000_000 + n, 0, 1, n % Shard.Count, n / 7 % Shard.Count);

    public static string FileIn(string folder) => Path.Combine(folder, "plan.json");

    public void Save(string folder) => File.WriteAllText(FileIn(folder), JsonSerializer.Serialize(this));

    public static DeadlinePlan Load(string folder) => JsonSerializer.Deserialize<DeadlinePlan>(File.ReadAllText(FileIn(folder)))
        ?? throw new BadInputException($"{FileIn(folder)} holds no plan.");
}
