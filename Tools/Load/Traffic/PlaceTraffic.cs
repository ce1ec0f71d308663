using System.Text;
using OrderActors.Client.Http;
using OrderActors.Tools.Load.Http;
using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tools.Load.Traffic;

/// <summary>Orders placed, each by a customer who may, and nothing else.</summary>
/// <param name="town">Whose orders.</param>
/// <param name="kept">How many order numbers are remembered.</param>
internal sealed class PlaceTraffic(Town town, int kept) : ITraffic
{
    private readonly string[] _numbers = new string[kept];
    private int _orders;
    private int _placed;

    public IReadOnlyList<OperationKind> Operations { get; } = [new("place", Priority.Secondary)];

    /// <summary>The numbers of placed orders, so many as are remembered.</summary>
    public IReadOnlyList<string> Numbers => new ArraySegment<string>(_numbers, 0, Math.Min(Volatile.Read(ref _placed), kept));

    public int Next() => 0;

    public void Write(int operation, RequestWriter request, Ticket ticket)
    {
        var order = Interlocked.Increment(ref _orders) - 1;
        WritePlacement(request, town, order, order % town.Merchants);
        request.Body.Add("}"u8);
    }

    public void Settle(Ticket ticket, int status, ReadOnlySpan<byte> body)
    {
        if (status != 201 || Volatile.Read(ref _placed) >= kept || NumberIn(body) is not { } number) return;
        var at = Interlocked.Increment(ref _placed) - 1;
        if (at < kept) _numbers[at] = number;
    }

    /// <summary>Writes the placement of an order of two meals and a drink; the body's end is left open.</summary>
    public static void WritePlacement(RequestWriter request, Town town, int order, int merchant)
    {
        request.Method = "POST";
        request.Path.Add("/v1/orders"u8);
        request.Key.Add("o-"u8).Add(town.Run).Add("-"u8).Add(order);
        request.Body.Add("{\"customer\":\"c-"u8).Add(town.Run).Add("-"u8).Add(Town.CustomerOf(order))
            .Add("\",\"merchant\":\"m-"u8).Add(town.Run).Add("-"u8).Add(merchant)
            .Add("\",\"lines\":[{\"item\":\"meal\",\"quantity\":2},{\"item\":\"drink\",\"quantity\":1}],"u8)
            .Add("\"total\":{\"amount\":2100,\"currency\":\"EUR\"},\"dropoff\":{\"latitude\":52.53,\"longitude\":13.42}"u8);
    }

    /// <summary>The order's number in an answer; null when it has none.</summary>
    public static string? NumberIn(ReadOnlySpan<byte> body) => TextIn(body, "\"number\":\""u8);

    /// <summary>The text after this name in an answer; null when it is not there.</summary>
    public static string? TextIn(ReadOnlySpan<byte> body, ReadOnlySpan<byte> name)
    {
        var at = body.IndexOf(name);
        if (at < 0) return null;
        var rest = body[(at + name.Length)..];
        var end = rest.IndexOf((byte)'"');
        return end < 0 ? null : Encoding.UTF8.GetString(rest[..end]);
    }
}
