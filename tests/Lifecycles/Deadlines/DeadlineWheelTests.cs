using System.Collections.Immutable;
using System.Text.Json;
using OrderActors.Deadlines;
using OrderActors.Orders;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.Lifecycles.Deadlines;

public sealed class DeadlineWheelTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private static OrderNumber Number(int n) => OrderNumber.Create(1_000_000 + n, 1, 1, 7, 3);

    private static Deadline In(double minutes, DeadlineKind kind = DeadlineKind.Acceptance) => new(kind, Noon.AddMinutes(minutes));

    private static string Due(DeadlineWheel wheel, double minutes, int max = 100) => string.Join(' ',
        wheel.TakeDue(Noon.AddMinutes(minutes), max).Select(f =>
            $"{f.Waiter.Order.CreatedAt.ToUnixTimeMilliseconds() - Number(0).CreatedAt.ToUnixTimeMilliseconds()}:{f.Deadline.Kind}"));

    [Fact]
    public void What_is_due_comes_in_order_and_once()
    {
        var wheel = new DeadlineWheel();
        wheel.Replace(Number(2), 1, [In(3)]);
        wheel.Replace(Number(1), 2, [In(2), In(2, DeadlineKind.Delivery), In(9, DeadlineKind.Pickup)]);
        Assert.Equal(4, wheel.Count);
        Assert.Equal("", Due(wheel, 1.9));
        Assert.Equal("1:Acceptance 1:Delivery", Due(wheel, 5, max: 2));
        Assert.Equal("2:Acceptance", Due(wheel, 5));
        Assert.Equal("", Due(wheel, 5));
        Assert.Equal(4, wheel.Count);
    }

    [Fact]
    public void The_next_look_is_worth_it_when_the_earliest_is_due_or_is_to_be_tried_again()
    {
        var wheel = new DeadlineWheel();
        Assert.Null(wheel.NextDue);
        wheel.Replace(Number(2), 1, [In(3)]);
        wheel.Replace(Number(1), 2, [In(2)]);
        Assert.Equal(Noon.AddMinutes(2), wheel.NextDue);
        var first = wheel.TakeDue(Noon.AddMinutes(2), 1).Single();
        Assert.Equal(Noon.AddMinutes(3), wheel.NextDue);
        wheel.Again(first, Noon.AddMinutes(2.5), refused: false);
        Assert.Equal(Noon.AddMinutes(2.5), wheel.NextDue);
        wheel.TakeDue(Noon.AddMinutes(5), 100);
        Assert.Null(wheel.NextDue);
    }

    [Fact]
    public void An_events_set_replaces_the_order_s_deadlines_and_an_empty_one_removes_them()
    {
        var wheel = new DeadlineWheel();
        Assert.True(wheel.Replace(Number(1), 1, [In(1), In(2, DeadlineKind.Delivery)]));
        Assert.True(wheel.Replace(Number(1), 2, [In(2, DeadlineKind.Delivery), In(3, DeadlineKind.Pickup)]));
        Assert.Equal("1:Delivery 1:Pickup", Due(wheel, 5));
        Assert.True(wheel.Replace(Number(1), 3, []));
        Assert.Equal(0, wheel.Count);
        Assert.False(wheel.Replace(Number(1), 4, []));
        Assert.False(wheel.Replace(Number(9), 5, default));
    }

    [Fact]
    public void An_older_event_changes_nothing()
    {
        var wheel = new DeadlineWheel();
        wheel.Replace(Number(1), 5, [In(1)]);
        Assert.False(wheel.Replace(Number(1), 4, [In(7)]));
        Assert.False(wheel.Replace(Number(1), 5, [In(7)]));
        Assert.Equal("1:Acceptance", Due(wheel, 1));
    }

    [Fact]
    public void An_answer_closes_the_deadline_and_silence_makes_it_due_later()
    {
        var wheel = new DeadlineWheel();
        wheel.Replace(Number(1), 1, [In(1), In(2, DeadlineKind.Pickup)]);
        var fired = wheel.TakeDue(Noon.AddMinutes(5), 10);
        Assert.True(wheel.Done(fired[0]));
        wheel.Again(fired[1], Noon.AddMinutes(6), refused: false);
        Assert.Equal(1, wheel.Count);
        Assert.Equal("", Due(wheel, 5.9));
        var again = Assert.Single(wheel.TakeDue(Noon.AddMinutes(6), 10));
        Assert.Equal((1, 0), (again.Failures, again.Refusals));
        wheel.Again(again, Noon.AddMinutes(7), refused: true);
        Assert.Equal(1, Assert.Single(wheel.TakeDue(Noon.AddMinutes(7), 10)).Refusals);
    }

    [Fact]
    public void A_deadline_that_closes_while_it_fires_is_not_counted_twice_nor_fired_again()
    {
        var wheel = new DeadlineWheel();
        wheel.Replace(Number(1), 1, [In(1)]);
        var fired = Assert.Single(wheel.TakeDue(Noon.AddMinutes(1), 10));
        wheel.Replace(Number(1), 2, []);
        Assert.False(wheel.Done(fired));
        Assert.Equal(0, wheel.Count);
        wheel.Again(fired, Noon, refused: false);
        Assert.Equal("", Due(wheel, 9));
    }

    [Fact]
    public void A_stored_shard_fires_what_it_had_open_also_what_was_under_way()
    {
        var wheel = new DeadlineWheel();
        wheel.Replace(Number(1), 1, [In(1)]);
        wheel.Replace(Number(2), 2, [In(2, DeadlineKind.Completion)]);
        wheel.TakeDue(Noon.AddMinutes(1), 10);
        var stored = JsonSerializer.Serialize(new DeadlineState { Cursor = 2, Orders = wheel.ToState() }, StoredJson.Options);
        var state = JsonSerializer.Deserialize<DeadlineState>(stored, StoredJson.Options)!;
        var again = new DeadlineWheel();
        again.Load(state.Orders);
        Assert.Equal(2, state.Cursor);
        Assert.Equal("1:Acceptance 2:Completion", Due(again, 5));
        Assert.False(again.Replace(Number(2), 2, []));
        Assert.Empty(JsonSerializer.Deserialize<DeadlineState>("{}", StoredJson.Options)!.Orders);
    }

    [Fact]
    public void The_queue_stays_as_large_as_what_is_open()
    {
        var wheel = new DeadlineWheel();
        for (var n = 0; n < 100_000; n++)
        {
            wheel.Replace(Number(n), 2 * n + 1, [In(60)]);
            wheel.Replace(Number(n), 2 * n + 2, []);
        }

        Assert.Equal(0, wheel.Count);
        Assert.InRange(wheel.Queued, 0, 2_000);
    }

    [Fact]
    public void A_million_deadlines_come_out_in_order()
    {
        var random = new Random(1);
        var wheel = new DeadlineWheel();
        for (var n = 0; n < 1_000_000; n++) wheel.Replace(Number(n), n + 1, [In(random.Next(100_000))]);
        var last = DateTimeOffset.MinValue;
        var taken = 0;
        while (wheel.TakeDue(Noon.AddMinutes(100_000), 10_000) is { Count: > 0 } due)
        {
            foreach (var fired in due)
            {
                Assert.True(fired.Deadline.Due >= last);
                last = fired.Deadline.Due;
                Assert.True(wheel.Done(fired));
                taken++;
            }
        }

        Assert.Equal((1_000_000, 0), (taken, wheel.Count));
    }

    [Fact]
    public void Whatever_happens_every_open_deadline_fires_until_it_is_answered()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var random = new Random(seed);
            var wheel = new DeadlineWheel();
            var model = new Dictionary<OrderNumber, ImmutableArray<Deadline>>();
            var flying = new List<Firing>();
            for (var step = 1; step <= 400; step++)
            {
                switch (random.Next(4))
                {
                    case 0 or 1:
                        var order = Number(random.Next(8));
                        ImmutableArray<Deadline> set = [.. Enum.GetValues<DeadlineKind>().Where(_ => random.Next(3) == 0).Select(kind =>
                            In(random.Next(4), kind))];
                        wheel.Replace(order, step, set);
                        model[order] = set;
                        break;
                    case 2:
                        flying.AddRange(wheel.TakeDue(Noon.AddMinutes(random.Next(4)), random.Next(1, 4)));
                        break;
                    case 3 when flying.Count > 0:
                        var fired = flying[random.Next(flying.Count)];
                        flying.Remove(fired);
                        if (random.Next(2) == 0)
                        {
                            wheel.Done(fired);
                            model[fired.Waiter.Order] = model[fired.Waiter.Order].Remove(fired.Deadline);
                        }
                        else
                        {
                            wheel.Again(fired, Noon, refused: false);
                        }

                        break;
                }

                Assert.True(model.Values.Sum(set => set.Length) == wheel.Count, $"seed={seed} step={step}");
            }

            foreach (var fired in flying) wheel.Again(fired, Noon, refused: false);
            var rest = wheel.TakeDue(Noon.AddDays(1), int.MaxValue).Select(f => $"{f.Waiter.Order} {f.Deadline}").Order(StringComparer.Ordinal);
            var expected = model.SelectMany(entry => entry.Value.Select(d => $"{entry.Key} {d}")).Order(StringComparer.Ordinal);
            Assert.True(expected.SequenceEqual(rest), $"seed={seed}");
        }
    }
}
