using OrderActors.Client.Http;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Http;
using OrderActors.Tools.Load.Measuring;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Bench.Http;

/// <summary>Orders read, one after the other.</summary>
/// <param name="numbers">Their numbers, at least one.</param>
internal sealed class GetTraffic(IReadOnlyList<string> numbers) : ITraffic
{
    private int _next;

    public IReadOnlyList<OperationKind> Operations { get; } = [new("get", Priority.Critical)];

    public int Next() => 0;

    public void Write(int operation, RequestWriter request, Ticket ticket) =>
        request.Path.Add("/v1/orders/"u8).Add(numbers[(int)((uint)Interlocked.Increment(ref _next) % (uint)numbers.Count)]);

    public void Settle(Ticket ticket, int status, ReadOnlySpan<byte> body)
    {
    }
}
