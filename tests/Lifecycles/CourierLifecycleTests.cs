using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles;

public class CourierLifecycleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly OrderNumber One = OrderNumber.Create(1, 0, 0, 0, 0);
    private static readonly OrderNumber Two = OrderNumber.Create(2, 0, 0, 0, 0);

    private static readonly string[] Commands = ["create", "online", "offline", "take1", "take2", "finish1", "finish2"];

    /// <summary>Written by hand: state (assignment, leaving) × command. A dot is a refusal by the state, C one as unavailable, = a no-op.</summary>
    private const string Matrix = """
        state             create    online        offline           take1       take2         finish1         finish2
        none              off       N             N                 N           N             N               N
        off               E         free          .                 C           C             =               =
        free              E         free          off               busy[1]     busy[12]      =               =
        busy[1]           E         busy[1]       busy[1]leaving    =           C             free            =
        busy[2]           E         busy[2]       busy[2]leaving    C           C             =               free
        busy[12]          E         busy[12]      busy[12]leaving   C           =             busy[2]         busy[1]
        busy[1]leaving    E         busy[1]       =                 =           C             off             =
        busy[2]leaving    E         busy[2]       =                 C           C             =               off
        busy[12]leaving   E         busy[12]      =                 C           =             busy[2]leaving  busy[1]leaving
        """;

    private static CourierCommand Command(string name, Actor by, string id) => name switch
    {
        "create" => new CreateCourier(id, by, "Kim", "z1", 2),
        "online" => new GoOnline(id, by, new(1, 1), Now.AddHours(8)),
        "offline" => new GoOffline(id, by),
        "take1" => new TakeAssignment(id, by, [One]),
        "take2" => new TakeAssignment(id, by, [One, Two]),
        "finish1" => new FinishOrder(id, by, One, new(3, 3)),
        _ => new FinishOrder(id, by, Two, null),
    };

    private static string Key(CourierState s) => !s.Exists ? "none" : s.Status switch
    {
        CourierStatus.OffDuty => "off",
        CourierStatus.Available => "free",
        _ => $"busy[{string.Concat(s.Assignment.Select(o => o == One ? '1' : '2'))}]{(s.LeavesAfterAssignment ? "leaving" : "")}",
    };

    private static Decision<CourierState, CourierOutcome> Give(
        CourierState s, string name, Role role = Role.Operator, string? id = null, DateTimeOffset? now = null) =>
        CourierLifecycle.Decide(s, Command(name, new(role, role == Role.Courier ? "k1" : "x"), id ?? $"{name}-{role}-{s.Version}"), new("k1"), now ?? Now);

    private static Dictionary<string, CourierState> Explore()
    {
        var found = new Dictionary<string, CourierState> { ["none"] = new() };
        var queue = new Queue<CourierState>(found.Values);
        while (queue.TryDequeue(out var state))
        {
            foreach (var next in Commands.Select(c => Give(state, c).State))
                if (found.TryAdd(Key(next), next)) queue.Enqueue(next);
        }

        return found;
    }

    [Fact]
    public void Every_command_in_every_state_from_every_role_does_what_the_matrix_says()
    {
        var matrix = Matrix.Split('\n').Skip(1).Select(r => r.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToDictionary(r => r[0], r => r[1..]);
        var (states, wrong) = (Explore(), new List<string>());
        Assert.Equal(matrix.Keys.Order(), states.Keys.Order());
        foreach (var (key, state) in states)
        {
            for (var c = 0; c < Commands.Length; c++)
            {
                foreach (var role in Enum.GetValues<Role>())
                {
                    var (after, outcome) = Give(state, Commands[c], role);
                    var cell = matrix[key][c];
                    var may = role is Role.System or Role.Operator || role == Role.Courier && c < 3;
                    var expected = cell switch
                    {
                        "N" => nameof(RefusalCode.NotFound),
                        "E" => nameof(RefusalCode.AlreadyExists),
                        _ when !may => nameof(RefusalCode.Forbidden),
                        "." => nameof(RefusalCode.InvalidTransition),
                        "C" => nameof(RefusalCode.CourierUnavailable),
                        "=" => key,
                        _ => cell,
                    };
                    var actual = outcome.Refusal?.Code.ToString() ?? Key(after);
                    if (actual != expected) wrong.Add($"{key} + {Commands[c]} by {role}: {actual}, not {expected}");
                    Assert.Equal(outcome.Refusal is not null || cell == "=" ? state.Version : state.Version + 1, after.Version);
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_state_is_consistent_and_survives_storage()
    {
        foreach (var (key, s) in Explore())
        {
            Assert.True((s.Status == CourierStatus.Busy) == !s.Assignment.IsEmpty, key);
            Assert.True(s.Status != CourierStatus.OffDuty || s is { Location: null, OnlineUntil: null, LeavesAfterAssignment: false }, key);
            Json.AssertRoundTrip(s);
        }
    }

    [Fact]
    public void Finishing_frees_the_courier_where_the_goods_were_handed_over()
    {
        var after = Give(Explore()["busy[1]"], "finish1").State;
        Assert.Equal(new GeoPoint(3, 3), after.Location);
        Assert.Equal(["courier.released", "courier.duty_changed"], after.Raised.TakeLast(2).Select(e => e.Type));
        Assert.Equal("off", Key(Give(Explore()["busy[1]"], "finish1", now: Now.AddHours(9)).State));
    }

    [Fact]
    public void An_assignment_after_the_shift_or_beyond_the_capacity_is_refused()
    {
        var free = Explore()["free"];
        Assert.Equal(RefusalCode.CourierUnavailable, Give(free, "take1", now: Now.AddHours(8)).Reply.Refusal!.Code);
        Assert.Equal(RefusalCode.CourierUnavailable, Give(free with { Capacity = 1 }, "take2").Reply.Refusal!.Code);
    }

    [Fact]
    public void The_same_command_again_gives_the_first_outcome()
    {
        var busy = Give(Explore()["free"], "take1", id: "t").State;
        var again = Give(busy, "take1", id: "t");
        Assert.Same(busy, again.State);
        Assert.True(again.Reply.Replayed);
        Assert.Equal(RefusalCode.IdempotencyKeyReused, Give(busy, "take2", id: "t").Reply.Refusal!.Code);
    }
}
