using OrderActors.Embedded.Simulation;
using OrderActors.Tools.Simulate;
using OrderActors.Tools.Simulate.Checks;

namespace OrderActors.Tests.Simulation;

/// <summary>Worlds whose only silo stores on the product's journal, over a disk that fails.</summary>
public sealed class JournalTests
{
    private static readonly FaultKind[] OfTheDisk =
    [
        FaultKind.DiskWriteFails, FaultKind.DiskSyncFails, FaultKind.DiskFull, FaultKind.DiskSlow, FaultKind.DiskCrash, FaultKind.DiskTail,
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_world_on_the_journal_takes_the_same_steps_twice_and_once_more_from_the_list_of_its_faults(int seed)
    {
        var first = Live(seed, FaultPlan.Draw(seed, 8));
        Assert.Null(first.Failure);
        Assert.Equal(first.Hash, Live(seed, FaultPlan.Draw(seed, 8)).Hash);
        Assert.Equal(first.Hash, Live(seed, FaultPlan.Only(seed, first.Faults.Select(f => f.Id))).Hash);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_was_acknowledged_survives_a_loss_of_power_at_every_operation_on_a_file(int quarter)
    {
        var struck = new List<string>();
        for (var operation = quarter; ; operation += 4)
        {
            var outcome = Live(7, FaultPlan.Only(7, [new FaultId(FaultKind.DiskCrash, operation), new FaultId(FaultKind.DiskTail, 1)]), orders: 4);
            Assert.True(outcome.Failure is null, $"operation {operation}: {outcome.Failure?.Message}");
            if (outcome.Faults.Count == 0) break;
            struck.Add($"{outcome.Faults[0].Subject}");
        }

        Assert.InRange(struck.Count, 100, 1_000);
        foreach (var kind in new[] { "log-", "compacted-", ".index" })
            Assert.True(struck.Exists(file => file.Contains(kind, StringComparison.Ordinal)), $"No {kind} among {string.Join(' ', struck.Distinct())}");
    }

    [Fact]
    public void Every_fault_of_the_disk_strikes_and_only_where_there_is_one()
    {
        var (journal, shared) = (new HashSet<FaultKind>(), new HashSet<FaultKind>());
        for (var seed = 1; seed <= 12; seed++)
        {
            journal.UnionWith(Live(seed, FaultPlan.Draw(seed, 20), orders: 3).Faults.Select(f => f.Id.Kind));
            shared.UnionWith(SeedRun.Run(seed, 3, FaultPlan.Draw(seed, 20), new Coverage(), StorageKind.Shared).Faults.Select(f => f.Id.Kind));
        }

        Assert.Superset(OfTheDisk.ToHashSet(), journal);
        Assert.Empty(shared.Intersect(OfTheDisk));
        Assert.Empty(journal.Intersect([FaultKind.ReadFails, FaultKind.WriteFailsAfter, FaultKind.TornTail, FaultKind.CursorLost]));
    }

    private static SeedOutcome Live(int seed, FaultPlan faults, int orders = 6) =>
        SeedRun.Run(seed, orders, faults, new Coverage(), StorageKind.Journal);
}
