using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Embedded.Simulation;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Tools.Simulate.Checks;
using OrderActors.Tools.Simulate.Http;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Tools.Simulate.World;

/// <summary>The people of a world, and all they know. Everything runs on the world's thread.</summary>
internal sealed partial class Town
{
    /// <summary>Where all merchants are.</summary>
    public static readonly GeoPoint Market = new(52.5200, 13.4050);

    /// <summary>Where all customers live: a kilometre away.</summary>
    public static readonly GeoPoint Home = new(52.5290, 13.4050);

    /// <summary>The one zone.</summary>
    public const string Zone = "town";

    private static readonly Actor Operator = new(Role.Operator, "op");
    private readonly IWorldPlatform _platform;
    private readonly TaskCompletionSource<Exception> _broken = new();
    private readonly Dice _dice;
    private int _commands;
    private int _running;

    /// <summary>The people of a plan on a platform.</summary>
    public Town(WorldPlan plan, IWorldPlatform platform, Outside outside, Coverage coverage)
    {
        (Plan, _platform, Outside, Coverage) = (plan, platform, outside, coverage);
        _dice = platform.Dice("town");
        (outside.Cards.Clock, outside.Cards.Grains, outside.Messages.Clock) = (platform.Clock, platform.Grains, platform.Clock);
        Api = plan.UsesGateway ? new HttpApi(this, platform) : new GrainApi(platform.Grains);
        platform.Committed += Committed;
    }

    /// <summary>The plan.</summary>
    public WorldPlan Plan { get; }

    /// <summary>What lies outside of the platform.</summary>
    public Outside Outside { get; }

    /// <summary>What was reached.</summary>
    public Coverage Coverage { get; }

    /// <summary>Every order that the log knows.</summary>
    public Dictionary<OrderNumber, OrderTrack> Orders { get; } = [];

    /// <summary>The clients' commands to orders, as they were first given.</summary>
    public List<ClientCommand> History { get; } = [];

    /// <summary>What became of couriers, in the order of the log's partitions: for the story of an order.</summary>
    public List<CourierEvent> OfCouriers { get; } = [];

    /// <summary>The commands to place orders.</summary>
    public List<Placing> Placings { get; } = [];

    /// <summary>The claims that were acknowledged.</summary>
    public List<(OrderTrack Order, RequestRefund Command)> Claims { get; } = [];

    /// <summary>How many orders have not ended.</summary>
    public int OpenOrders { get; private set; }

    /// <summary>How many events the log brought.</summary>
    public long Events { get; private set; }

    /// <summary>How many calls clients made, repeats included.</summary>
    public long Calls { get; private set; }

    /// <summary>How much of people's doing is under way.</summary>
    public int Running => _running;

    /// <summary>Whether the faults have ended: from here on nobody starts mischief, and everybody persists.</summary>
    public bool IsCalm { get; private set; }

    /// <summary>Completes with the first promise that was seen broken.</summary>
    public Task<Exception> Broken => _broken.Task;

    /// <summary>How commands are given.</summary>
    private IClientApi Api { get; }

    private IGrainFactory Grains => _platform.Grains;

    /// <summary>Lets time pass.</summary>
    public Task Wait(TimeSpan time) => Task.Delay(time, _platform.Clock);

    /// <summary>Reports what must not be.</summary>
    public void Break(string invariant, string subject, string expected, string actual) =>
        _broken.TrySetResult(new BrokenPromiseException(invariant, subject, expected, actual));

    /// <summary>Everybody behaves from now on.</summary>
    public void CalmDown() => (IsCalm, Outside.Cards.IsCalm, Outside.Messages.IsCalm) = (true, true, true);

    private long Now => _platform.Clock.GetTimestamp();

    private bool Has(Habit habit, Dice dice) => !IsCalm && Plan.Has(habit, dice);

    private string NextId(string scope, Actor by) =>
        string.Create(CultureInfo.InvariantCulture, $"http:{scope}:{by.Role}/{by.Id}:{++_commands}");

    /// <summary>Somebody does something after a while.</summary>
    private void Later(TimeSpan delay, Func<Task> act)
    {
        _running++;
        _ = Do();

        async Task Do()
        {
            try
            {
                if (delay > TimeSpan.Zero) await Wait(delay);
                await act();
            }
            catch (Exception e)
            {
                _broken.TrySetResult(e);
            }
            finally
            {
                _running--;
            }
        }
    }

    private static TimeSpan Soon(Dice dice, double seconds) => TimeSpan.FromSeconds(dice.NextDouble() * seconds);

    /// <summary>Calls until there is an answer: what failed has an unknown outcome and is repeated as it was.</summary>
    /// <param name="call">The call.</param>
    /// <param name="dice">Whose patience it is.</param>
    /// <param name="isLater">Whether an answer means to try later.</param>
    /// <param name="tries">How often at most.</param>
    /// <returns>The answer; null when none came.</returns>
    private async Task<T?> Ask<T>(Func<Task<T>> call, Dice dice, Func<T, bool> isLater, int tries = int.MaxValue)
        where T : class
    {
        string? last = null;
        for (var tried = 1; ; tried++)
        {
            T? answer = null;
            try
            {
                Calls++;
                answer = await call();
                if (!isLater(answer)) return answer;
                last = (answer as Heard)?.Refusal?.Detail;
            }
            catch (Exception e) when (e is TimeoutException or IOException or Orleans.Runtime.OrleansException or OperationCanceledException)
            {
                // Nobody knows whether it was done.
                last = e.Message;
            }

            if (tried >= tries && !IsCalm) return null;
            if (tried > 500)
                throw new BrokenPromiseException(BrokenPromiseException.Liveness, typeof(T).Name, "an answer", $"none in 500 tries, at last: {last}");
            await Wait(TimeSpan.FromMilliseconds(200) + Soon(dice, Math.Min(20, tried * 2)));
        }
    }

    /// <summary>Gives a command to an order as a client does, and keeps what was heard of it.</summary>
    private async Task<Heard?> Give(OrderTrack order, OrderCommand command, bool persists = false)
    {
        command = Api.Named(order, command);
        var (dice, entry) = (order.Dice, new ClientCommand(order, command, Now));
        History.Add(entry);
        _platform.Trace(command.By.Id, OrderTable.Name(command));
        var tries = persists ? int.MaxValue : Has(Habit.GivesUp, dice) ? 1 : 6;
        if (Has(Habit.SendsTwice, dice)) Later(Soon(dice, 1), () => Once(entry, 1));
        var reply = await Once(entry, tries);
        if (reply is null) return reply;
        if (Has(Habit.SendsAgain, dice)) Later(Soon(dice, 40), () => Once(entry, 3));
        if (entry.IsDone && Has(Habit.SendsOtherContent, dice)) Later(Soon(dice, 10), () => SendOther(entry));
        return reply;
    }

    private async Task<Heard?> Once(ClientCommand entry, int tries)
    {
        var reply = await Ask(
            () => Api.Execute(entry.Order, entry.Command), entry.Order.Dice,
            r => r.Refusal is { } no && CommandMemory.SaysLater(no.Code), tries);
        if (reply is null) return null;
        if (reply.Refusal is { } refusal)
        {
            if (entry.IsDone)
                Again(entry, "done, as it was acknowledged before", $"refused ({refusal.Code}): {refusal.Detail}");
            if (entry.Answered == long.MaxValue) (entry.Answered, entry.VersionAfter) = (Now, entry.Order.Version);
            entry.Refused ??= refusal.Code;
            return reply;
        }

        if (entry.Refused is { } before && before is not (RefusalCode.VersionConflict or RefusalCode.NotFound or RefusalCode.Forbidden or
            RefusalCode.ValidationFailed or RefusalCode.IdempotencyKeyReused or RefusalCode.AlreadyExists))
        {
            Again(entry, $"refused ({before}), as it was answered before", "done");
        }

        if (!entry.IsDone) entry.Answered = Now;
        entry.IsDone = true;
        if (!reply.IsReplayed)
        {
            if (entry.MadeVersion != 0 && entry.MadeVersion != reply.Version)
                Again(entry, $"done once, as version {entry.MadeVersion}", $"and as version {reply.Version}");
            entry.MadeVersion = reply.Version;
        }

        return reply;
    }

    private void Again(ClientCommand entry, string expected, string actual) =>
        Break("idempotency", $"{entry.Order.Key} {entry.Command.Id}", expected, actual);

    private async Task SendOther(ClientCommand entry)
    {
        if (Api.WithOtherContent(entry.Command) is not { } other) return;
        var reply = await Ask(() => Api.Execute(entry.Order, other), entry.Order.Dice, _ => false, 2);
        // An activation that is going may not know of the id; then it is refused for what it is.
        var isRefused = reply?.Refusal is { } refusal && (refusal.Code == RefusalCode.IdempotencyKeyReused || _platform.ReadsMayBeOld);
        if (reply is not null && !isRefused)
            Break("idempotency", $"{entry.Order.Key} {other.Id}", "refused: the id was used for something else", reply.Refusal?.Detail ?? "done");
    }

    /// <summary>The log grew. Nothing here may call the platform: it is in the middle of a write.</summary>
    private void Committed(LoggedEvent logged)
    {
        Events++;
        switch (logged.Event)
        {
            case OrderEvent e: OnOrder(e); break;
            case CourierEvent e:
                OfCouriers.Add(e);
                OnCourier(e);
                break;
            case RefundEvent e: OnRefund(e); break;
            default: Coverage.Reached(logged.Event.Type); break;
        }
    }

    private void OnOrder(OrderEvent e)
    {
        if (!Orders.TryGetValue(e.Order, out var track))
        {
            track = new OrderTrack(e.Order, e, new Dice(Plan.Seed, string.Create(CultureInfo.InvariantCulture, $"order {Orders.Count}")));
            Orders.Add(e.Order, track);
            OpenOrders++;
        }

        var (before, ended, deadlines) = (track.Version, track.HasEnded, track.Last.Deadlines);
        if (!track.Take(e, Now))
        {
            Break("events", track.Key, $"version {before} or {before + 1}", $"version {e.Version} ({e.Type})");
            return;
        }

        if (before > 0 && before != track.Version)
        {
            Coverage.Moved(track, before);
            CheckDue(track, deadlines, e);
        }

        var last = track.Versions[(int)before].Status;
        if (ended && track.HasEnded && e.Status != last) Break("ends", track.Key, $"{last} for good", $"{e.Status}");
        if (ended != track.HasEnded) OpenOrders += ended ? 1 : -1;
        CountOpen(track, e);
        CheckCarrier(track, e);
        React(track, e);
    }

    private void React(OrderTrack track, OrderEvent e)
    {
        OnCustomersOrder(track, e);
        OnMerchantsOrder(track, e);
        OnCouriersOrder(track, e);
        OnOperatorsOrder(track, e);
    }

    /// <summary>An operator's call that has to come through.</summary>
    private Task<T?> Surely<T>(Func<Task<T>> call)
        where T : class => Ask(call, _dice, _ => false);
}
