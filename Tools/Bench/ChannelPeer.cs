using System.Diagnostics;
using System.Threading.Channels;

namespace OrderActors.Tools.Bench;

/// <summary>
/// What a grain call costs at least: a mailbox that is a bare channel with one reader, and one completion source per
/// call. No identity, no activation, no timeout, no cancellation: everything an engine adds, it adds to this.
/// </summary>
internal static class ChannelPeer
{
    /// <summary>Callers that each wait for their answer before they call again.</summary>
    public const int Callers = 200;

    /// <summary>Calls a second: the median of some rounds, after one that does not count.</summary>
    /// <param name="mailboxes">How many mailboxes the callers go round.</param>
    /// <param name="rounds">How many rounds count.</param>
    /// <param name="round">How long one is.</param>
    public static async Task<double> MeasureAsync(int mailboxes, int rounds, TimeSpan round)
    {
        var boxes = Enumerable.Range(0, mailboxes).Select(_ => new Mailbox()).ToArray();
        await RoundAsync(boxes, round);
        var rates = new List<double>();
        for (var i = 0; i < rounds; i++) rates.Add(await RoundAsync(boxes, round));
        foreach (var box in boxes) await box.StopAsync();
        return Rounds.Median(rates);
    }

    private static async Task<double> RoundAsync(Mailbox[] boxes, TimeSpan round)
    {
        var until = Stopwatch.GetTimestamp() + (long)(round.TotalSeconds * Stopwatch.Frequency);
        var start = Stopwatch.GetTimestamp();
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(boxes, caller, until))).ToArray();
        var calls = await Task.WhenAll(callers);
        return calls.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<long> CallAsync(Mailbox[] boxes, int caller, long until)
    {
        // Each caller goes round all mailboxes from a place of its own.
        var at = (int)((long)caller * boxes.Length / Callers);
        long calls = 0;
        do
        {
            // The clock is read once in 16 calls, so that it is not what is measured.
            for (var i = 0; i < 16; i++)
            {
                await boxes[at].CallAsync(calls);
                if (++at == boxes.Length) at = 0;
                calls++;
            }
        }
        while (Stopwatch.GetTimestamp() < until);
        return calls;
    }

    /// <summary>The call is its own message, so that it costs one object and not two.</summary>
    private sealed class Call(long argument) : TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Argument => argument;
    }

    private sealed class Mailbox
    {
        private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>(new UnboundedChannelOptions { SingleReader = true });
        private readonly Task _reader;
        private long _state;

        public Mailbox() => _reader = Task.Run(ReadAsync);

        public Task<long> CallAsync(long argument)
        {
            var call = new Call(argument);
            _calls.Writer.TryWrite(call);
            return call.Task;
        }

        public Task StopAsync()
        {
            _calls.Writer.Complete();
            return _reader;
        }

        private async Task ReadAsync()
        {
            var reader = _calls.Reader;
            while (await reader.WaitToReadAsync())
            {
                while (reader.TryRead(out var call)) call.SetResult(_state += call.Argument);
            }
        }
    }
}

/// <summary>What the rounds of a measurement have in common.</summary>
internal static class Rounds
{
    /// <summary>The middle value; of an even number the mean of the two in the middle.</summary>
    public static double Median(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
