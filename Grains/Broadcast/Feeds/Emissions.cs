using System.Collections.Immutable;
using Orleans;

namespace OrderActors.Broadcast;

/// <summary>Which types are not told outside, as a grain last heard: a switch takes effect within <see cref="Fresh"/>.</summary>
internal sealed class Emissions(IGrainFactory grains, TimeProvider clock)
{
    /// <summary>How long what was heard is gone by.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private ImmutableHashSet<string> _off = [];
    private long _heard;
    private bool _known;

    /// <summary>The types that are switched off.</summary>
    public async ValueTask<ImmutableHashSet<string>> Off()
    {
        if (_known && clock.GetElapsedTime(_heard) < Fresh) return _off;
        var view = await grains.GetGrain<IEmissionGrain>(IEmissionGrain.Key).Get();
        _off = [.. view.Switched.Where(s => !s.Emitted).Select(s => s.Type)];
        (_heard, _known) = (clock.GetTimestamp(), true);
        return _off;
    }
}
