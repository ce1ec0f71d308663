using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using OrderActors.Merchants;
using OrderActors.Orders;

namespace OrderActors.Quotes;

/// <summary>
/// What merchants answered lately when they were asked for a price, as this process heard it. While the platform is behind, quotes are made of
/// it, so that who only looks at prices does not wait in the same mailboxes as orders.
/// </summary>
/// <remarks>
/// A quote promises a price and no stock, so an answer that is a minute old is as good as a quote that is. Places count as the same within
/// some hundred metres: the fee for the way is that of the first who asked.
/// </remarks>
internal sealed class RecentPrices(IOptions<QuoteOptions> options, TimeProvider clock)
{
    /// <summary>How many answers are kept; the price is about 1 KB each.</summary>
    public const int Most = 10_000;

    private readonly ConcurrentDictionary<Question, (Reservation Answer, DateTimeOffset Until)> _answers = new();

    /// <summary>The answer that is young enough; null when there is none.</summary>
    public Reservation? Find(string merchant, HoldRequest request) =>
        Key(merchant, request) is { } key && _answers.TryGetValue(key, out var known) && known.Until > clock.GetUtcNow() ? known.Answer : null;

    /// <summary>Keeps an answer.</summary>
    public void Keep(string merchant, HoldRequest request, Reservation answer)
    {
        if (Key(merchant, request) is not { } key) return;
        var now = clock.GetUtcNow();
        if (_answers.Count >= Most) MakeRoom(now);
        _answers[key] = (answer, now + options.Value.PriceMemory);
    }

    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var (key, (_, until)) in _answers)
        {
            if (until <= now) _answers.TryRemove(key, out _);
        }

        // Ten thousand different baskets within a minute: the old ones are no likelier to be asked for again than new ones.
        if (_answers.Count >= Most) _answers.Clear();
    }

    /// <summary>What the answer depends on. An order for later depends on the hour as well, and is always asked for.</summary>
    private static Question? Key(string merchant, HoldRequest request)
    {
        if (request.ScheduledFor is not null) return null;
        var (north, east) = request.Kind == OrderKind.Delivery
            ? ((int)Math.Round(request.Dropoff.Latitude * 1_000), (int)Math.Round(request.Dropoff.Longitude * 1_000))
            : (0, 0);
        return new(merchant, request.Kind, request.FreeDelivery, north, east, Basket(request.Lines.OrEmpty()));
    }

    private static string Basket(ImmutableArray<OrderLine> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"{line.Quantity} {line.Item}");
            foreach (var option in line.Options.OrEmpty()) text.Append(" +").Append(option);
            text.Append('\n');
        }

        return text.ToString();
    }

    private readonly record struct Question(string Merchant, OrderKind Kind, bool FreeDelivery, int North, int East, string Basket);
}
