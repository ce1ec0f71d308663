using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles;

public class CourierLifecycleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly OrderNumber One = OrderNumber.Create(1, 0, 0, 0, 0);
    private static readonly OrderNumber Two = OrderNumber.Create(2, 0, 0, 0, 0);

    private static readonly CourierOptions Options = new();

    private static readonly string[] Commands =
    [
        "create", "change", "online", "offline", "pause", "resume", "take1", "take2", "direct2", "over2", "accept1", "decline1", "withdraw1",
        "finish1", "finish2",
    ];

    private static readonly string[] Dispatchs = ["take1", "take2", "direct2", "withdraw1", "finish1", "finish2"];

    /// <summary>
    /// Written by hand: state (o: offered, b: busy; its orders; - leaves) × command. A dot is a refusal by the state, C one as unavailable, X one as
    /// expired, = a no-op. Before the bar is who is given assignments, after it who is asked.
    /// </summary>
    private const string Matrix = """
        state  create change online offline pause  resume take1     take2       direct2 over2  accept1 decline1 withdraw1 finish1 finish2
        none   off    N      N      N       N      N      N         N           N       N      N       N        N         N       N
        off    E      off    free   .       .      .      C         C           C       C      X       X        =         =       =
        free   E      free   free   off     paused .      b[1]|o[1] b[12]|o[12] b[2]    b[2]   X       X        =         =       =
        paused E      paused free   off     .      free   C         C           C       C      X       X        =         =       =
        o[1]   E      o[1]   o[1]   off     .      .      =         C           C       C      b[1]    free     free      free    =
        o[2]   E      o[2]   o[2]   off     .      .      C         C           C       C      X       X        =         =       free
        o[12]  E      o[12]  o[12]  off     .      .      =         =           C       C      b[12]   free     o[2]      o[2]    o[1]
        b[1]   E      b[1]   b[1]   b[1]-   .      .      =         C           b[12]   b[12]  =       X        =         free    =
        b[2]   E      b[2]   b[2]   b[2]-   .      .      C         C           =       =      X       X        =         =       free
        b[12]  E      b[12]  b[12]  b[12]-  .      .      =         =           =       =      =       X        =         b[2]    b[1]
        b[1]-  E      b[1]-  b[1]   =       .      .      =         C           b[12]-  b[12]- =       X        =         off     =
        b[2]-  E      b[2]-  b[2]   =       .      .      C         C           =       =      X       X        =         =       off
        b[12]- E      b[12]- b[12]  =       .      .      =         =           =       =      =       X        =         b[2]-   b[1]-
        """;

    private static CourierCommand Command(string name, Actor by, string id, bool asked) => name switch
    {
        "create" => new CreateCourier(id, by, "Kim", "z1", 2, AcceptsOffersByHand: asked),
        "change" => new ChangeCourier(id, by, Vehicle.Car),
        "online" => new GoOnline(id, by, new(1, 1), Now.AddHours(8)),
        "offline" => new GoOffline(id, by),
        "pause" => new PauseCourier(id, by),
        "resume" => new ResumeCourier(id, by),
        "take1" => new TakeAssignment(id, by, [One]),
        "take2" => new TakeAssignment(id, by, [One, Two]),
        "direct2" => new TakeAssignment(id, by, [Two], Direct: true),
        "over2" => new TakeOver(id, by, Two, "k2"),
        "accept1" => new AcceptOffer(id, by, One),
        "decline1" => new DeclineOffer(id, by, One, DeclineReason.TooFar),
        "withdraw1" => new WithdrawOffer(id, by, [One], Expired: true),
        "finish1" => new FinishOrder(id, by, One, new(3, 3)),
        _ => new FinishOrder(id, by, Two, null),
    };

    private static string Key(CourierState s) => !s.Exists ? "none" : s.Status switch
    {
        CourierStatus.OffDuty => "off",
        CourierStatus.Available => "free",
        CourierStatus.Paused => "paused",
        CourierStatus.Offered => $"o[{Digits(s.Offer!.Orders)}]",
        _ => $"b[{Digits(s.Assignment)}]{(s.LeavesAfterAssignment ? "-" : "")}",
    };

    private static string Digits(IEnumerable<OrderNumber> orders) => string.Concat(orders.Order().Select(o => o == One ? '1' : '2'));

    private static Decision<CourierState, CourierOutcome> Give(
        CourierState s, string name, Role role = Role.Operator, string? id = null, DateTimeOffset? now = null, bool asked = false) =>
        Give(s, Command(name, new(role, role == Role.Courier ? "k1" : "x"), id ?? $"{name}-{role}-{s.Version}", asked), now);

    private static Decision<CourierState, CourierOutcome> Give(CourierState s, CourierCommand command, DateTimeOffset? now = null) =>
        CourierLifecycle.Decide(s, command, new("k1"), Options, now ?? Now);

    private static Dictionary<string, CourierState> Explore(bool asked = false)
    {
        var found = new Dictionary<string, CourierState> { ["none"] = new() };
        var queue = new Queue<CourierState>(found.Values);
        while (queue.TryDequeue(out var state))
        {
            foreach (var next in Commands.Select(c => Give(state, c, asked: asked).State))
                if (found.TryAdd(Key(next), next)) queue.Enqueue(next);
        }

        return found;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_command_in_every_state_from_every_role_does_what_the_matrix_says(bool asked)
    {
        var matrix = Matrix.Split('\n').Skip(1).Select(r => r.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToDictionary(r => r[0], r => r[1..]);
        var (states, wrong) = (Explore(asked), new List<string>());
        Assert.Equal(matrix.Keys.Where(k => asked || !k.StartsWith("o[", StringComparison.Ordinal)).Order(), states.Keys.Order());
        foreach (var (key, state) in states)
        {
            for (var c = 0; c < Commands.Length; c++)
            {
                foreach (var role in Enum.GetValues<Role>())
                {
                    var (after, outcome) = Give(state, Commands[c], role, asked: asked);
                    var cell = matrix[key][c].Split('|') is [var given, var offered] ? asked ? offered : given : matrix[key][c];
                    var may = role is Role.System or Role.Operator || role == Role.Courier && !Dispatchs.Contains(Commands[c]);
                    var expected = cell switch
                    {
                        "N" => nameof(RefusalCode.NotFound),
                        "E" => nameof(RefusalCode.AlreadyExists),
                        _ when !may => nameof(RefusalCode.Forbidden),
                        "." => nameof(RefusalCode.InvalidTransition),
                        "C" => nameof(RefusalCode.CourierUnavailable),
                        "X" => nameof(RefusalCode.OfferExpired),
                        "=" => key,
                        _ => cell,
                    };
                    var actual = outcome.Refusal?.Code.ToString() ?? Key(after);
                    if (actual != expected) wrong.Add($"{key} + {Commands[c]} by {role}: {actual}, not {expected}");
                    var version = outcome.Refusal is not null || cell == "=" ? state.Version : state.Version + 1;
                    if (after.Version != version) wrong.Add($"{key} + {Commands[c]} by {role}: version {after.Version}, not {version}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_state_is_consistent_and_survives_storage()
    {
        foreach (var (key, s) in Explore().Concat(Explore(asked: true)))
        {
            Assert.True((s.Status == CourierStatus.Busy) == !s.Assignment.IsEmpty, key);
            Assert.True((s.Status == CourierStatus.Offered) == s.Offer is { Orders.IsEmpty: false }, key);
            Assert.True((s.Status == CourierStatus.OffDuty) == s.Shift is null || !s.Exists, key);
            Assert.True(s.Status != CourierStatus.OffDuty || s is { Location: null, OnlineUntil: null, LeavesAfterAssignment: false }, key);
            Json.AssertRoundTrip(s);
        }
    }

    [Fact]
    public void Finishing_frees_the_courier_where_the_goods_were_handed_over()
    {
        var after = Give(Explore()["b[1]"], "finish1").State;
        Assert.Equal(new GeoPoint(3, 3), after.Location);
        Assert.Equal(["courier.released", "courier.duty_changed"], after.Raised.TakeLast(2).Select(e => e.Type));
        Assert.Equal("off", Key(Give(Explore()["b[1]"], "finish1", now: Now.AddHours(9)).State));
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

    [Fact]
    public void An_offer_binds_nobody_until_it_is_accepted()
    {
        var offered = Explore(asked: true)["o[12]"];
        var e = Assert.IsType<CourierEvent>(offered.Raised[^1]);
        Assert.Equal((EventTypes.CourierOffered, Now + Options.OfferTime), (e.Type, e.OfferUntil));
        Assert.Equal([One, Two], e.Orders.ToArray());
        Assert.Empty(offered.Assignment);
        Assert.Empty(offered.Orders.Open);

        var busy = Give(offered, "accept1", Role.Courier).State;
        Assert.Equal(EventTypes.CourierAssigned, busy.Raised[^1].Type);
        Assert.Equal([One, Two], busy.Assignment.ToArray());
        Assert.Equal(2, busy.Orders.Open.Length);
    }

    [Fact]
    public void An_answer_after_the_offers_time_is_refused_until_the_order_takes_the_offer_back()
    {
        var offered = Explore(asked: true)["o[1]"];
        var late = Now + Options.OfferTime;
        Assert.Equal(RefusalCode.OfferExpired, Give(offered, "accept1", Role.Courier, now: late).Reply.Refusal!.Code);
        Assert.Equal(RefusalCode.OfferExpired, Give(offered, "decline1", Role.Courier, now: late).Reply.Refusal!.Code);
        Assert.Equal("b[1]", Key(Give(offered, "accept1", Role.Courier, now: late.AddTicks(-1)).State));
        Assert.Equal("free", Key(Give(offered, "withdraw1", now: late).State));
    }

    [Theory]
    [InlineData("decline1", true)]
    [InlineData("withdraw1", true)]
    [InlineData("finish1", false)]
    public void Who_declined_or_let_an_order_pass_is_not_asked_for_it_again_at_once(string how, bool rests)
    {
        var free = Give(Explore(asked: true)["o[1]"], how).State;
        Assert.Equal(rests ? new[] { One } : [], free.Passed.Select(p => p.Order));
        Assert.Equal(rests ? new[] { One } : [], ((CourierEvent)free.Raised[^1]).Passed.Select(p => p.Order));
        var again = Give(free, "take1");
        Assert.Equal(rests ? RefusalCode.CourierUnavailable : null, again.Reply.Refusal?.Code);
        Assert.Equal("o[1]", Key(Give(free, "take1", now: Now + Options.RestAfterDecline).State));
        Assert.Equal("b[1]", Key(Give(free, new TakeAssignment("d", new(Role.Operator, "x"), [One], Direct: true)).State));
    }

    [Fact]
    public void What_was_passed_on_is_bounded()
    {
        var s = Explore(asked: true)["free"];
        for (var i = 0; i < 50; i++)
        {
            var order = OrderNumber.Create(10 + i, 0, 0, 0, 0);
            s = Give(s, new TakeAssignment($"t{i}", Actor.System, [order])).State;
            s = Give(s, new DeclineOffer($"d{i}", new(Role.Courier, "k1"), order, DeclineReason.Other)).State;
        }

        Assert.Equal(CourierEffects.MaxPassed, s.Passed.Length);
        Assert.Equal(OrderNumber.Create(59, 0, 0, 0, 0), s.Passed[^1].Order);
    }

    [Fact]
    public void Going_off_duty_with_an_open_offer_declines_it()
    {
        var off = Give(Explore(asked: true)["o[12]"], "offline", Role.Courier).State;
        Assert.Equal(["courier.offer_declined", "courier.duty_changed", "courier.shift_ended"], off.Raised.TakeLast(3).Select(e => e.Type));
        Assert.Equal([One, Two], ((CourierEvent)off.Raised[^3]).Orders.ToArray());
    }

    [Fact]
    public void Taking_over_needs_room_and_a_shift_that_is_not_over()
    {
        var busy = Explore()["b[1]"];
        Assert.Equal(RefusalCode.CourierUnavailable, Give(busy with { Capacity = 1 }, "over2").Reply.Refusal!.Code);
        Assert.Equal(RefusalCode.CourierUnavailable, Give(busy, "over2", now: Now.AddHours(8)).Reply.Refusal!.Code);
        Assert.Equal(RefusalCode.CourierUnavailable, Give(busy with { Capacity = 1 }, "direct2").Reply.Refusal!.Code);
        var self = Give(busy, new TakeOver("t", new(Role.Courier, "k1"), Two, "k1"));
        Assert.Equal(RefusalCode.ValidationFailed, self.Reply.Refusal!.Code);
        var e = (CourierEvent)Give(busy, "over2").State.Raised[^1];
        Assert.Equal((EventTypes.CourierTookOver, "k2"), (e.Type, e.Detail));
        Assert.Equal([Two], e.Orders.ToArray());
    }

    [Fact]
    public void A_courier_stored_by_the_release_before_goes_on()
    {
        var old = Explore()["b[1]"] with { Shift = null };
        var off = Give(Give(old, "offline").State, "finish1", now: Now.AddHours(1)).State;
        Assert.Equal("off", Key(off));
        var report = ((CourierEvent)off.Raised[^1]).Shift!;
        Assert.Equal((1, Options.PayPerDelivery, TimeSpan.Zero, 0L), (report.Orders, report.Earned, report.OnDuty, report.TopUp));
    }

    [Fact]
    public void An_enumeration_value_of_a_newer_client_is_refused()
    {
        var free = Explore(asked: true)["o[1]"];
        Actor by = new(Role.Courier, "k1");
        Assert.Equal(RefusalCode.UnknownValue, Give(free, new DeclineOffer("d", by, One, (DeclineReason)99)).Reply.Refusal!.Code);
        Assert.Equal(RefusalCode.UnknownValue, Give(free, new ChangeCourier("v", by, (Vehicle)99)).Reply.Refusal!.Code);
    }

    [Fact]
    public void Dispatch_is_told_at_most_once_a_second_unless_the_courier_moved_far()
    {
        GeoPoint at = new(52.52, 13.405), near = new(52.5201, 13.405), far = new(52.5203, 13.405);
        Assert.True(CourierLifecycle.IsWorthTelling(null, at, Now, Options));
        Assert.False(CourierLifecycle.IsWorthTelling((at, Now), near, Now.AddMilliseconds(999), Options));
        Assert.True(CourierLifecycle.IsWorthTelling((at, Now), far, Now.AddMilliseconds(1), Options));
        Assert.True(CourierLifecycle.IsWorthTelling((at, Now), near, Now.AddSeconds(1), Options));
    }
}
