using System.Collections.Immutable;
using OrderActors.Intake;

namespace OrderActors.Tests.Lifecycles.Intake;

public class IntakeScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_moment_of_a_second_belongs_to_exactly_one_partition()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            int[] quotas = [.. Enumerable.Range(0, IntakePartition.Count).Select(_ => random.Next(4) == 0 ? 0 : random.Next(1, 60))];
            var moments = new List<int>();
            for (var partition = 0; partition < quotas.Length; partition++)
            {
                var own = Enumerable.Range(0, quotas[partition]).Select(n => IntakeSchedule.MomentOf(quotas, partition, n)).ToArray();
                Assert.Equal(own.Order(), own);
                moments.AddRange(own);
            }

            Assert.Equal(Enumerable.Range(0, quotas.Sum()), moments.Order());
        }
    }

    [Fact]
    public void Equal_shares_take_turns()
    {
        int[] quotas = [50, 50, 50, 50, 50, 50, 50, 50];
        for (var n = 0; n < 50; n++) Assert.Equal((8 * n) + 3, IntakeSchedule.MomentOf(quotas, 3, n));
    }

    [Fact]
    public void The_rate_is_shared_out_to_the_last_order_and_what_one_cannot_use_goes_to_the_others()
    {
        Assert.Equal([125, 125, 125, 125, 125, 125, 125, 125], IntakeSchedule.Split(1_000, [900, 900, 900, 900, 900, 900, 900, 900], 0));
        Assert.Equal([0, 10, 495, 495, 0, 0, 0, 0], IntakeSchedule.Split(1_000, [0, 10, 900, 900, 0, 0, 0, 0], 0));
        Assert.Equal([3, 0, 0, 0, 0, 0, 0, 4], IntakeSchedule.Split(1_000, [3, 0, 0, 0, 0, 0, 0, 4], 5));
        var random = new Random(3);
        for (var round = 0; round < 1_000; round++)
        {
            var rate = random.Next(0, 3_000);
            long[] startable = [.. Enumerable.Range(0, IntakePartition.Count).Select(_ => random.NextInt64(0, 800))];
            var quotas = IntakeSchedule.Split(rate, startable, random.Next(IntakePartition.Count));
            Assert.Equal(Math.Min(rate, startable.Sum()), quotas.Sum());
            Assert.All(quotas.Zip(startable), pair => Assert.InRange(pair.First, 0, pair.Second));
            // Nobody who could have used more got less than another, but for the one that does not come out even.
            var least = quotas.Zip(startable).Where(pair => pair.First < pair.Second).Select(pair => pair.First).DefaultIfEmpty(int.MaxValue).Min();
            Assert.True(quotas.Max() <= (least == int.MaxValue ? int.MaxValue : least + 1), string.Join(',', quotas));
        }
    }

    /// <summary>
    /// Partitions that fill and run empty at random, each looking at its own clock's pace, for a minute at a time: whatever five
    /// seconds are picked, while there is enough to do.
    /// </summary>
    [Theory]
    [InlineData(50)]
    [InlineData(333)]
    [InlineData(1_000)]
    [InlineData(2_500)]
    public void Any_five_seconds_have_the_rate_within_two_hundredths(int rate)
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            var starts = Drain(rate, seconds: 30, new Random(seed));
            var wanted = 5 * rate;
            for (var from = TimeSpan.FromSeconds(1); from < TimeSpan.FromSeconds(24); from += TimeSpan.FromMilliseconds(7))
            {
                var counted = starts.Count(at => at >= from && at < from + TimeSpan.FromSeconds(5));
                Assert.True(Math.Abs(counted - wanted) <= 0.02 * wanted, $"{counted} of {wanted} from {from} (seed {seed})");
            }
        }
    }

    [Fact]
    public void Without_a_look_that_is_late_neighbours_are_one_rate_apart()
    {
        ImmutableArray<int> quotas = [.. IntakeSchedule.Split(640, [80, 80, 80, 80, 80, 80, 80, 80], 0)];
        var due = new List<DateTimeOffset>();
        for (var second = 0; second < 3; second++)
        {
            var grant = new IntakeGrant(1, Start.AddSeconds(second), 640, quotas);
            for (var p = 0; p < IntakePartition.Count; p++)
            {
                for (var n = 0; n < quotas[p]; n++) due.Add(IntakeSchedule.DueAt(grant, p, n));
            }
        }

        due.Sort();
        Assert.Equal(Start.AddSeconds(3), due[^1]);
        for (var i = 1; i < due.Count; i++) Assert.InRange((due[i] - due[i - 1]).TotalSeconds * 640, 0.999, 1.001);
    }

    [Fact]
    public void What_was_missed_for_long_is_not_made_up_for()
    {
        var slots = new IntakeSlots(0);
        slots.Add(new(1, Start, 8, [8, 0, 0, 0, 0, 0, 0, 0]));
        Assert.False(slots.TryTake(Start));
        Assert.True(slots.TryTake(Start.AddMilliseconds(130)));
        Assert.False(slots.TryTake(Start.AddMilliseconds(130)));
        // At 0.9 s those at 0.25 to 0.75 are over; the one at 0.875 is not.
        Assert.True(slots.TryTake(Start.AddMilliseconds(900)));
        Assert.False(slots.TryTake(Start.AddMilliseconds(900)));
        Assert.Equal((5, 1), (slots.Missed, slots.Left));
        // The last one of all is kept for a second.
        Assert.True(slots.TryTake(Start.AddMilliseconds(1_900)));
        slots.Add(new(1, Start.AddSeconds(2), 8, [8, 0, 0, 0, 0, 0, 0, 0]));
        Assert.False(slots.TryTake(Start.AddMilliseconds(4_100)));
        Assert.Equal((13, 0), (slots.Missed, slots.Left));
    }

    [Fact]
    public void A_grant_of_an_older_epoch_or_of_the_same_second_is_void_and_a_newer_epoch_ends_what_was_granted()
    {
        var slots = new IntakeSlots(1);
        slots.Add(new(2, Start, 10, [0, 10, 0, 0, 0, 0, 0, 0]));
        slots.Add(new(2, Start, 10, [0, 10, 0, 0, 0, 0, 0, 0]));
        slots.Add(new(1, Start.AddSeconds(1), 10, [0, 10, 0, 0, 0, 0, 0, 0]));
        Assert.Equal(10, slots.Left);
        slots.Add(new(2, Start.AddSeconds(1), 10, [0, 5, 0, 0, 0, 0, 0, 0]));
        Assert.Equal(15, slots.Left);
        slots.Add(new(3, Start.AddMilliseconds(500), 2, [0, 2, 0, 0, 0, 0, 0, 0]));
        Assert.Equal((2, Start.AddSeconds(1)), (slots.Left, slots.Next));
    }

    private static List<TimeSpan> Drain(int rate, int seconds, Random random)
    {
        var slots = Enumerable.Range(0, IntakePartition.Count).Select(p => new IntakeSlots(p)).ToArray();
        var waiting = new long[IntakePartition.Count];
        var looks = new TimeSpan[IntakePartition.Count];
        var starts = new List<TimeSpan>();
        for (var second = 0; second < seconds; second++)
        {
            // Some have nothing, some a little, one has more than enough.
            for (var p = 0; p < waiting.Length; p++) waiting[p] = random.Next(3) switch { 0 => 0, 1 => random.Next(rate / 4), _ => rate };
            waiting[random.Next(waiting.Length)] = 2 * rate;
            var grant = new IntakeGrant(1, Start.AddSeconds(second), rate, [.. IntakeSchedule.Split(rate, waiting, second % waiting.Length)]);
            for (var p = 0; p < slots.Length; p++)
            {
                slots[p].Add(grant);
                for (; looks[p] < TimeSpan.FromSeconds(second + 1); looks[p] += TimeSpan.FromMilliseconds(10 + (random.NextDouble() * 20)))
                {
                    while (slots[p].TryTake(Start + looks[p])) starts.Add(looks[p]);
                }
            }
        }

        return starts;
    }
}
