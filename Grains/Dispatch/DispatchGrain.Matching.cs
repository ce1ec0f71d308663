using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Dispatch.Matching;
using OrderActors.Governance;
using OrderActors.Values;

namespace OrderActors.Dispatch;

/// <content>Matching, and giving what was matched.</content>
public sealed partial class DispatchGrain
{
    private const int GiveAttempts = 5;
    private static readonly Backoff GiveBackoff = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30));

    // A courier whose grain does not answer is not asked again for this long; the order goes to somebody else.
    private static readonly TimeSpan RestAfterSilence = TimeSpan.FromMinutes(1);

    // Assignments under way, and orders that a courier took although their own event has not come yet. In memory only: after
    // a restart such an order may be offered twice, and the grains of order and courier sort it out.
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<OrderNumber> _offered = [];
    private readonly Dictionary<OrderNumber, DateTimeOffset> _taken = [];

    private async Task Match(CancellationToken cancellation)
    {
        _lookAt = DateTimeOffset.MaxValue;
        if (_split is not null)
        {
            // Its parts decide.
            await TryHandOver();
            return;
        }

        var switches = await _switches.Read(GrainFactory);
        var now = _clock.GetUtcNow();
        if (switches.Find(Feature.DispatchOffers, now, zone: ZoneKey.ZoneOf(Zone)) is not null)
        {
            // Nobody tells a zone that it may go on; a look costs nothing while nothing is matched.
            LookNoLaterThan(now + Switchboard.Freshness);
            return;
        }

        foreach (var (order, until) in _taken)
        {
            if (until <= now) _taken.Remove(order);
        }

        EndLoans(now);
        var own = _board.Waiting.Where(order => !_lent.ContainsKey(order.Order)).ToArray();
        WaitingOrder[] waiting = [.. own.Concat(Guests).Where(order => !_offered.Contains(order.Order) && !_taken.ContainsKey(order.Order))];
        var idle = _board.Idle.Where(courier => !_asked.Contains(courier.Courier)).ToArray();
        if (own.Any(order => _taken.ContainsKey(order.Order))) LookNoLaterThan(_taken.Values.Min());
        if (waiting.Length == 0) return;

        var input = new DispatchInput(now, waiting, idle, _travel, _forecast.Busy(now), _forecast.Demand(now), _options.RulesOf(ZoneKey.ZoneOf(Zone)));
        if (idle.Length > 0) Decide(input, cancellation);
        AskBeside(input);
    }

    private void Decide(DispatchInput input, CancellationToken cancellation)
    {
        var (plan, course, took) = _decision.Decide(input);
        _restUntil = input.Now + took * (RestPerMatch + 1);
        DispatchInstruments.Decided(course, took);
        if (course is DecisionCourse.CutShort or DecisionCourse.Overran)
            LogOverBudget(Zone, took, _options.DecisionBudget, input.Waiting.Count, input.Idle.Count, course);
        foreach (var pairing in plan.Pairings)
        {
            // What does not fit is matched anew when an answer makes room.
            if (_asked.Count >= _options.MaxGiving) break;
            _ = Give(pairing, Choices.Of(Zone, input, pairing), cancellation);
        }

        if (plan.LookAgainAt is { } at) LookNoLaterThan(at);
    }

    /// <summary>Offers one assignment until there is an answer. It never throws: nobody awaits it.</summary>
    private async Task Give(Pairing pairing, AssignmentChoice choice, CancellationToken stop)
    {
        var courier = pairing.Courier.Courier;
        var versions = pairing.Orders.Select(_board.Known).ToArray();
        var orders = _board.Waiting.Concat(Guests).Where(order => pairing.Orders.Contains(order.Order))
            .OrderBy(order => pairing.Orders.IndexOf(order.Order)).ToArray();
        _asked.Add(courier);
        _offered.UnionWith(pairing.Orders);
        try
        {
            var reply = await Ask(courier, new TakeAssignment(IdOf(pairing), Actor.System, pairing.Orders, Choice: choice), stop);
            if (_split is not null) return;
            if (reply is null)
            {
                _board.Update(courier, since: _clock.GetUtcNow() + RestAfterSilence);
            }
            else if (reply.Refusal is { } refusal)
            {
                LogRefused(Zone, courier, refusal.Code, refusal.Detail);
                _board.Remove(courier, pairing.Courier.Version);
            }
            else
            {
                DispatchInstruments.Assigned(choice.Basis);
                _board.Remove(courier, pairing.Courier.Version);
                if (orders.Length > 0) _forecast.Took(pairing.Courier, orders, _clock.GetUtcNow());
                for (var i = 0; i < versions.Length; i++)
                {
                    _board.Remove(pairing.Orders[i], versions[i]);
                    _guests.Remove(pairing.Orders[i]);
                    _taken[pairing.Orders[i]] = _clock.GetUtcNow() + _options.TakenGrace;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The activation goes; the next one decides anew.
        }
        finally
        {
            _asked.Remove(courier);
            _offered.ExceptWith(pairing.Orders);
        }

        Look();
    }

    /// <summary>The same courier, free since the same event, with the same orders: the same command.</summary>
    private static string IdOf(Pairing pairing)
    {
        // The numbers of a large bundle do not fit a command id.
        var orders = string.Join('+', pairing.Orders);
        if (pairing.Orders.Length > 4) orders = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(orders)));
        return $"take:{pairing.Courier.Version}:{orders}";
    }

    /// <summary>The courier's answer; null when there is none after all attempts.</summary>
    private async Task<CourierReply?> Ask(string courier, TakeAssignment command, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await GrainFactory.GetGrain<ICourierGrain>(courier).Execute(command);
            }
            catch (Exception e) when (attempt < GiveAttempts)
            {
                // Not known to have failed, only unanswered: the same id again settles it.
                LogUnanswered(e, Zone, courier, attempt);
            }
            catch (Exception e)
            {
                LogSilent(e, Zone, courier, attempt);
                return null;
            }

            await Task.Delay(GiveBackoff.After(attempt), _clock, stop);
        }
    }

    /// <summary>The orders' own events arrived: what a courier took is settled, one way or the other.</summary>
    private void Settle(ImmutableArray<ZoneChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.Idle is { } idle) _forecast.Returned(idle.Courier);
            if (change.Elsewhere is { } elsewhere) _forecast.Returned(elsewhere.Id);
            if (change.Waiting is { } waiting) _lent.Remove(waiting.Order);
            if (change.NotWaiting is not { } left || !OrderNumber.TryParse(left.Id, out var order, out _)) continue;
            _taken.Remove(order);
            _lent.Remove(order);
        }
    }

    [LoggerMessage(44, LogLevel.Warning,
        "Zone {Zone}: a decision took {Took} and may take {Budget} ({Waiting} orders, {Idle} couriers): {Course}; the plain policy did the rest")]
    private partial void LogOverBudget(string zone, TimeSpan took, TimeSpan budget, int waiting, int idle, DecisionCourse course);

    [LoggerMessage(41, LogLevel.Information, "Zone {Zone}: courier {Courier} did not take the assignment ({Code}): {Detail}")]
    private partial void LogRefused(string zone, string courier, RefusalCode code, string detail);

    [LoggerMessage(42, LogLevel.Warning, "Zone {Zone}: courier {Courier} has not answered, attempt {Attempt}; asking again")]
    private partial void LogUnanswered(Exception failure, string zone, string courier, int attempt);

    [LoggerMessage(43, LogLevel.Error, "Zone {Zone}: courier {Courier} did not answer in {Attempt} attempts; somebody else is asked")]
    private partial void LogSilent(Exception failure, string zone, string courier, int attempt);
}
