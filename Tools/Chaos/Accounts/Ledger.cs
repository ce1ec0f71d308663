using System.Collections.Concurrent;
using System.Text;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Chaos.Accounts;

/// <summary>Everything that the platform acknowledged in a run, and everything whose outcome it left open.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, OrderAccount> _orders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _numbers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<OpenCommand> _open = new();
    private readonly ConcurrentQueue<string> _contradictions = new();

    /// <summary>The acknowledged orders.</summary>
    public IReadOnlyCollection<OrderAccount> Orders => (IReadOnlyCollection<OrderAccount>)_orders.Values;

    /// <summary>Answers that contradict each other, a sentence each.</summary>
    public IReadOnlyCollection<string> Contradictions => _contradictions;

    /// <summary>Commands whose outcome is open.</summary>
    public int OpenCommands => _open.Count;

    /// <summary>Takes out the commands whose outcome is open.</summary>
    public IReadOnlyList<OpenCommand> TakeOpen()
    {
        var taken = new List<OpenCommand>();
        while (_open.TryDequeue(out var command)) taken.Add(command);
        return taken;
    }

    /// <summary>The outcome of a command is open.</summary>
    public void Leave(OpenCommand command)
    {
        if (command.Number is { } number) _orders.GetValueOrDefault(number)?.Ask(command.Act);
        _open.Enqueue(command);
    }

    /// <summary>An order was placed.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="key">The key of its placement.</param>
    /// <param name="body">What was asked.</param>
    public void Placed(string number, string key, ReadOnlySpan<byte> body)
    {
        if (_numbers.GetOrAdd(key, number) is var first && first != number)
            _contradictions.Enqueue($"key {key} was answered with order {first} and then with {number}");
        var account = new OrderAccount(
            number, key, PlaceTraffic.TextIn(body, "\"customer\":\""u8) ?? "", PlaceTraffic.TextIn(body, "\"merchant\":\""u8) ?? "",
            body.IndexOf("\"method\":\"card\""u8) >= 0);
        if (_orders.GetOrAdd(number, account) is var known && known.Key != key)
            _contradictions.Enqueue($"order {number} was given out for {known.Key} and for {key}");
    }

    /// <summary>Something was done to an order.</summary>
    public void Done(Act act, string number) => _orders.GetValueOrDefault(number)?.Acknowledge(act);
}

/// <summary>Traffic of which every acknowledgement goes into a ledger.</summary>
/// <param name="inner">What is asked.</param>
/// <param name="ledger">The ledger.</param>
internal sealed class LedgerTraffic(ITraffic inner, Ledger ledger) : ITraffic
{
    private const int TooManyRequests = 429;

    public IReadOnlyList<Load.Measuring.OperationKind> Operations => inner.Operations;

    public int Next() => inner.Next();

    public void Write(int operation, Load.Http.RequestWriter request, Ticket ticket)
    {
        inner.Write(operation, request, ticket);
        ticket.Request = request;
    }

    public void Settle(Ticket ticket, int status, ReadOnlySpan<byte> body)
    {
        Note(ticket, status, body);
        inner.Settle(ticket, status, body);
    }

    /// <summary>Whether an answer leaves open what became of a command.</summary>
    public static bool IsOpen(int status, ReadOnlySpan<byte> body) => status switch
    {
        // Who says to send the same key again does not know; who sheds has done nothing.
        < 100 => true,
        TooManyRequests => false,
        409 or 503 => body.IndexOf("\"same_key\""u8) >= 0,
        _ => status >= 500,
    };

    private void Note(Ticket ticket, int status, ReadOnlySpan<byte> body)
    {
        if (ticket.Request is not { Method: "POST" } request || request.Key.Length == 0) return;
        var act = (Act)ticket.Operation;
        if (IsOpen(status, body))
        {
            var (key, path) = (Text(request.Key), Text(request.Path));
            ledger.Leave(new(act, ticket.Order?.Number, key, path, request.Body.Bytes.ToArray()));
        }
        else if (status is < 200 or >= 300)
        {
            return;
        }
        else if (act != Act.Place)
        {
            ledger.Done(act, ticket.Order!.Number);
        }
        else if (PlaceTraffic.NumberIn(body) is { } number)
        {
            ledger.Placed(number, Text(request.Key), request.Body.Bytes.Span);
        }
    }

    private static string Text(Load.Http.ByteText text) => Encoding.UTF8.GetString(text.Bytes.Span);
}
