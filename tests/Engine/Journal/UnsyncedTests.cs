using OrderActors.Embedded.Storage.Journal;
using Xunit;

namespace OrderActors.Tests.Engine.Journal;

/// <summary>
/// A process that dies leaves what it wrote to its system, which has it until the power fails. What a start finds there is shown to
/// everybody, so it has to be durable by then.
/// </summary>
public sealed class UnsyncedTests
{
    [Fact]
    public async Task What_a_start_found_of_a_process_that_died_at_any_step_survives_a_loss_of_power()
    {
        for (var step = 0; ; step++)
        {
            var files = new FaultyFiles { StopAtStep = step };
            var isOver = await WriteUntilItDies(files);
            files.StopAtStep = int.MaxValue;
            var (states, head) = (new string?[6], 0L);
            await using (var store = World.Open(files))
            {
                for (var i = 0; i < states.Length; i++) states[i] = await store.Text($"k{i}");
                head = store.Head(5);
                var crashed = files.Crash();
                await using var after = World.Open(crashed);
                for (var i = 0; i < states.Length; i++) Assert.True(await after.Text($"k{i}") == states[i], $"step {step}: k{i}");
                Assert.True(after.Head(5) == head, $"step {step}: {head} events, then {after.Head(5)}");
            }

            if (!isOver) continue;
            Assert.InRange(step, 20, 1_000);
            return;
        }
    }

    /// <summary>Writes six states, which fill two files; whether all of it was done.</summary>
    private static async Task<bool> WriteUntilItDies(FaultyFiles files)
    {
        try
        {
            await using var store = World.Open(files);
            for (var i = 0; i < 6; i++) await store.Put($"k{i}", new string('x', 20_000), (5, $"e{i}"));
            return true;
        }
        catch (Exception e) when (e is IOException or JournalFailedException)
        {
            return false;
        }
    }
}
