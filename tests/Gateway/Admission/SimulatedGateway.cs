using OrderActors.Client.Admission;
using OrderActors.Client.Http;

namespace OrderActors.Tests.Gateway.Admission;

/// <summary>What became of the requests that arrived within a span of time.</summary>
internal sealed class Tally
{
    private readonly List<long>[] _took = [[], [], []];

    public int[] Arrived { get; } = new int[3];

    public int[] Done { get; } = new int[3];

    public int[] Refused { get; } = new int[3];

    public void Finish(Priority priority, long took)
    {
        Done[(int)priority]++;
        _took[(int)priority].Add(took);
    }

    /// <summary>A quantile of what the requests took that were done, in milliseconds.</summary>
    public double Milliseconds(double quantile)
    {
        var all = _took.SelectMany(t => t).Order().ToArray();
        return all.Length == 0 ? 0 : TimeSpan.FromTicks(all[(int)(quantile * (all.Length - 1))]).TotalMilliseconds;
    }
}

/// <summary>
/// A gateway on a machine with two processors, in virtual time: every piece of work waits in one queue for a processor, as in a thread
/// pool, and admitted requests also wait for a storage. The door is the real one.
/// </summary>
internal sealed class SimulatedGateway
{
    private const int Processors = 2;

    /// <summary>How often a request waits for a processor: a placement of an order does about so often.</summary>
    private const int Passes = 8;

    private static readonly long Arrival = Microseconds(10);
    private static readonly long Refusal = Microseconds(10);
    private static readonly long Looking = TimeSpan.FromMilliseconds(20).Ticks;

    private readonly SteppedClock _clock = new();
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Queue<(long Cost, Action Then)> _ready = new();
    private readonly List<(ValueTask<Entry> Entry, Action<Entry> Then)> _waiting = [];
    private readonly Random _random;
    private readonly AdmissionOptions _options;
    private long _order;
    private int _free = Processors;

    public SimulatedGateway(AdmissionOptions options, int seed)
    {
        _options = options;
        _random = new(seed);
        Control = new(options, _clock, _random.NextDouble);
        At(_clock.Ticks + Looking, Probe);
    }

    public AdmissionControl Control { get; }

    /// <summary>What an admitted request needs of a processor, and of the storage.</summary>
    public TimeSpan Work { get; set; } = TimeSpan.FromMicroseconds(170);

    /// <summary>How long the storage takes.</summary>
    public TimeSpan Storage { get; set; } = TimeSpan.FromMilliseconds(2);

    public int MostInside { get; private set; }

    public int MostReady { get; private set; }

    /// <summary>Requests arrive at a rate, with these shares of the classes, for a while.</summary>
    public Tally Run(TimeSpan time, double perSecond, params double[] shares)
    {
        var tally = new Tally();
        var end = _clock.Ticks + time.Ticks;
        At(Next(), Arrive);
        while (_events.TryPeek(out _, out var key) && key.At <= end)
        {
            var act = _events.Dequeue();
            _clock.Ticks = key.At;
            act();
            LetIn();
            MostReady = Math.Max(MostReady, _ready.Count);
        }

        _clock.Ticks = end;
        return tally;

        long Next() => _clock.Ticks + (long)(-Math.Log(1 - _random.NextDouble()) / perSecond * TimeSpan.TicksPerSecond);

        void Arrive()
        {
            if (_clock.Ticks < end) At(Next(), Arrive);
            var draw = _random.NextDouble();
            var priority = draw < shares[0] ? Priority.Critical : draw < shares[0] + shares[1] ? Priority.Secondary : Priority.NonCritical;
            tally.Arrived[(int)priority]++;
            var came = _clock.Ticks;
            Ready(Arrival, () => Admit(tally, priority, came));
        }
    }

    private void Admit(Tally tally, Priority priority, long came)
    {
        if (Control.Sheds(priority))
        {
            Refuse();
            return;
        }

        var entry = Control.Limiter.EnterAsync(priority, _clock.Ticks, _clock.Ticks + _options.Patience.Ticks, CancellationToken.None);
        if (entry.IsCompleted) Entered(entry.Result);
        else _waiting.Add((entry, Entered));

        void Entered(Entry verdict)
        {
            if (verdict != Entry.Entered)
            {
                Refuse();
                return;
            }

            var began = _clock.Ticks;
            MostInside = Math.Max(MostInside, Enum.GetValues<Priority>().Sum(Control.Limiter.Inside));
            Pass(Passes, () =>
            {
                Control.Leave(priority, began);
                tally.Finish(priority, _clock.Ticks - came);
            });
        }

        void Refuse() => Ready(Refusal, () => tally.Refused[(int)priority]++);
    }

    /// <summary>A piece of work, a wait for the storage, and the next one.</summary>
    private void Pass(int left, Action done) => Ready(Work.Ticks / Passes, () =>
    {
        if (left == 1) done();
        else At(_clock.Ticks + Storage.Ticks / (Passes - 1), () => Pass(left - 1, done));
    });

    private void LetIn()
    {
        if (_waiting.Count == Enum.GetValues<Priority>().Sum(Control.Limiter.Waiting)) return;
        foreach (var settled in _waiting.Where(w => w.Entry.IsCompleted).ToArray())
        {
            _waiting.Remove(settled);
            settled.Then(settled.Entry.Result);
        }
    }

    private void Probe()
    {
        var asked = _clock.Ticks;
        Ready(0, () =>
        {
            Control.Look(_clock.Ticks, _clock.Ticks - asked);
            At(asked + Looking > _clock.Ticks ? asked + Looking : _clock.Ticks + Looking, Probe);
        });
    }

    private void At(long at, Action act) => _events.Enqueue(act, (at, _order++));

    private void Ready(long cost, Action then)
    {
        _ready.Enqueue((cost, then));
        Start();
    }

    private void Start()
    {
        while (_free > 0 && _ready.TryDequeue(out var work))
        {
            _free--;
            At(_clock.Ticks + work.Cost, () =>
            {
                _free++;
                work.Then();
                Start();
            });
        }
    }

    private static long Microseconds(int count) => TimeSpan.FromMicroseconds(count).Ticks;
}
