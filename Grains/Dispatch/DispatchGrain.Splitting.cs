using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrderActors.Values;

namespace OrderActors.Dispatch;

/// <content>A zone that is hot is split into two parts, which are zones of their own behind it.</content>
/// <remarks>
/// Three durable steps, each safe to do again: the zone writes the line and gives nothing from then on; each part takes over its share and
/// says so with its own write, once; the zone writes that it handed over, and passes on whatever comes. Changes that come in between wait,
/// and whoever sent them comes again. So at every moment one board has each order and each courier, and a crash resumes where it was.
/// </remarks>
public sealed partial class DispatchGrain
{
    private static readonly TimeSpan SplitRest = TimeSpan.FromSeconds(30);

    private ZoneSplit? _split;
    private bool _adopted;
    private Task? _handover;
    private DateTimeOffset _splitAt = DateTimeOffset.MinValue;

    /// <inheritdoc/>
    public async Task Adopt(ZoneShare share)
    {
        ArgumentNullException.ThrowIfNull(share);
        if (!_adopted)
        {
            _adopted = true;
            _board.Adopt(share);
            _forecast.Adopt(share, _clock.GetUtcNow());
        }

        // Also when it comes again: the write of the first time may not be done.
        await RemindIfNeeded();
        await MakeDurable();
        Look();
    }

    private IDispatchGrain Part(int side) => GrainFactory.GetGrain<IDispatchGrain>(ZoneKey.Part(Zone, side));

    /// <summary>Draws the line, when there are too many. From here on the zone gives nothing.</summary>
    private void SplitIfHot()
    {
        var now = _clock.GetUtcNow();
        if (_options.SplitAbove == 0 || _split is not null || now < _splitAt || ZoneKey.Depth(Zone) >= ZoneKey.MaxDepth) return;
        if (_board.Waiting.Count + _board.Idle.Count <= _options.SplitAbove) return;
        _splitAt = now + SplitRest;
        if (ZoneSplit.Of(_board.Waiting, _board.Idle) is not { } line) return;
        _split = line;
        _board.Touch();
        Look();
    }

    private async Task TryHandOver()
    {
        if (_split is { HandedOver: true }) return;
        try
        {
            await HandOver();
        }
        catch (Exception e)
        {
            LogHandoverFailed(e, Zone);
            LookNoLaterThan(_clock.GetUtcNow() + SplitRest);
        }
    }

    private Task HandOver()
    {
        if (_split is { HandedOver: true }) return Task.CompletedTask;
        if (_handover is null or { IsFaulted: true } or { IsCanceled: true }) _handover = HandOverOnce();
        return _handover;
    }

    private async Task HandOverOnce()
    {
        // The line is durable before anybody acts on it: another activation that does not know it would go on giving.
        var line = _split!;
        await MakeDurable();
        await Task.WhenAll(Part(0).Adopt(ShareOf(line, 0)), Part(1).Adopt(ShareOf(line, 1)));
        _split = line with { HandedOver = true };
        _board.Clear();
        await MakeDurable();
        DispatchInstruments.Split();
        LogSplit(Zone, line.ByLatitude ? "latitude" : "longitude", line.At);
    }

    private ZoneShare ShareOf(ZoneSplit line, int side)
    {
        var now = _clock.GetUtcNow();
        return new(
            [.. _board.Waiting.Where(order => line.Side(order.Pickup) == side)],
            [.. _board.Idle.Where(courier => line.Side(courier.Location) == side)],
            _board.ToState().Seen,
            [.. _forecast.Busy(now).Where(courier => line.Side(courier.Location) == side)],
            [.. _forecast.Demand(now).Where(demand => line.Side(demand.Place) == side).Select(demand => new ZoneDemand(demand.Place, demand.Weight))]);
    }

    private async Task Forward(ImmutableArray<ZoneChange> changes)
    {
        await HandOver();
        var parts = _split!.Route(changes);
        await Task.WhenAll(
            parts[0].IsEmpty ? Task.CompletedTask : Part(0).Apply(parts[0]), parts[1].IsEmpty ? Task.CompletedTask : Part(1).Apply(parts[1]));
    }

    private async Task<ZoneView> Whole()
    {
        var parts = await Task.WhenAll(Part(0).Get(), Part(1).Get());
        return new ZoneView(
            Zone,
            [.. parts.SelectMany(part => part.Waiting).OrderBy(order => order.Order)],
            [.. parts.SelectMany(part => part.Idle).OrderBy(courier => courier.Courier, StringComparer.Ordinal)],
            [.. parts.SelectMany(part => part.Parts is [_, ..] ? part.Parts : [part.Zone])]);
    }

    [LoggerMessage(47, LogLevel.Information, "Zone {Zone} is hot and was split in two at {Axis} {At}")]
    private partial void LogSplit(string zone, string axis, double at);

    [LoggerMessage(48, LogLevel.Warning, "Zone {Zone}: its parts have not taken over yet; it is tried again")]
    private partial void LogHandoverFailed(Exception failure, string zone);
}
