using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Values;

namespace OrderActors.Governance;

/// <summary>How far the consumer that orders wait for is behind the log. Looked at now and then, beside whatever else goes on.</summary>
internal sealed class EventLag(IEventLog log, TimeProvider clock, GovernanceOptions options)
{
    private const string Subscriber = "fulfilment";

    private long _lookedAt = long.MinValue;
    private long _behind;
    private bool _looking;

    /// <summary>What there is to notice; null for nothing. It may set off a look, and does not wait for it.</summary>
    public string? Notice()
    {
        if (!_looking && (_lookedAt == long.MinValue || clock.GetElapsedTime(_lookedAt) >= options.LagInterval)) _ = Look();

        // Half of it is caught up before it counts as over: no condition comes and goes with every look.
        var most = _isBehind ? options.MaxEventLag / 2 : options.MaxEventLag;
        _isBehind = _behind > most;
        return _isBehind
            ? string.Create(CultureInfo.InvariantCulture, $"{Subscriber} is {_behind} events behind; {options.MaxEventLag} are the most.")
            : null;
    }

    private bool _isBehind;

    private async Task Look()
    {
        _looking = true;
        try
        {
            _lookedAt = clock.GetTimestamp();
            var behind = 0L;
            for (var partition = 0; partition < Shard.Count; partition++)
            {
                var head = await log.HeadAsync(partition);
                if (head > 0) behind += Math.Max(0, head - await log.GetCursorAsync(Subscriber, partition));
            }

            _behind = behind;
        }
        catch (Exception)
        {
            // The log does not answer, which others say more clearly; what was known holds until the next look.
        }
        finally
        {
            _looking = false;
        }
    }
}
